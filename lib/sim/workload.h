// Clients: they submit transactions to a few nodes each and, while one is not committed, to others
// again, since a node that was asked may have died with it.
#pragma once
#include <deque>

#include "lib/sim/world.h"

namespace hs::sim {

class Workload {
 public:
  Workload(World& world, Rng rng) : world_(world), rng_(rng) {}

  void begin();
  [[nodiscard]] std::uint64_t submitted() const { return count_; }

 private:
  void schedule_next();
  void schedule_retry();
  void submit_next();
  void retry();
  // To that many nodes, or fewer if the same one is drawn again.
  void hand_out(const Bytes& transaction, std::size_t copies);

  World& world_;
  Rng rng_;
  std::uint64_t count_ = 0;
  std::deque<Bytes> waiting_;  // not yet committed, as far as the clients have looked
};

}  // namespace hs::sim
