// Changes of the validator set, one after the other or several at once, as the plan wants them:
// members come, go and change their weight, the whole set is replaced, the leader of the moment is
// removed. What fails meanwhile is drawn here too where it belongs to the change.
#pragma once
#include <deque>
#include <map>
#include <string>

#include "lib/sim/tape.h"
#include "lib/sim/world.h"

namespace hs::sim {

class Churn {
 public:
  // The world and the tape outlive this; this outlives the world's last step.
  Churn(World& world, Rng rng, TapeUse tape = {});

  // Schedules the first change, if the plan has any.
  void begin();
  // Changes go on, but nothing fails because of them any more.
  void end_faults() { may_fail_ = false; }
  // Asks for one change now: the set of these nodes with these powers.
  void change_to(const std::map<NodeIndex, Power>& members, const std::string& kind);

  // The transaction of the newest change. Requires that there was one.
  [[nodiscard]] const Bytes& latest() const { return waiting_.back(); }

 private:
  using Members = std::map<NodeIndex, Power>;
  void schedule_next();
  void schedule_played(std::size_t number);
  void schedule_retry();
  // Draws what happens now, in full, and does it.
  void change();
  void carry_out(const ChurnEvent& event);
  [[nodiscard]] std::pair<Members, std::string> draw_change();
  [[nodiscard]] Members replaced();
  [[nodiscard]] std::optional<NodeIndex> leader_after(std::uint64_t views) const;
  [[nodiscard]] std::vector<NodeIndex> outside() const;
  [[nodiscard]] Power draw_power();
  // Less than a third of that set's power misbehaves.
  [[nodiscard]] bool is_bearable(const Members& members) const;
  [[nodiscard]] ValidatorSetUpdates updates_to(const Members& members);
  // Crashes that belong to the change: those that may fail are down meanwhile, or everybody dies in
  // the middle of it.
  void draw_failures(ChurnEvent& event);
  void fail_some(const ChurnEvent& event);
  void hand_out(const Bytes& transaction);

  World& world_;
  Rng rng_;
  TapeUse tape_;
  Members wanted_;  // the set as last asked for
  std::uint64_t count_ = 0;
  std::deque<Bytes> waiting_;
  bool may_fail_ = true;
};

}  // namespace hs::sim
