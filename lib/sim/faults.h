// Random faults, as the plan wants them: one after the other until the world is healed.
#pragma once
#include "lib/sim/world.h"

namespace hs::sim {

class Faults {
 public:
  // The world outlives this; this outlives the world's last step.
  Faults(World& world, Rng rng) : world_(world), rng_(rng) {}

  // Schedules the first fault, if the plan has any.
  void begin();
  // No more from now on; what is broken stays so until World::heal().
  void end() { is_over_ = true; }

 private:
  void schedule_next();
  void strike();
  void crash_one();
  void crash_all();
  void split();
  void pause_one();
  void fail_one_disk();
  [[nodiscard]] ArmedCrash draw_crash();
  [[nodiscard]] Survival draw_survival();
  [[nodiscard]] Duration draw_length();
  [[nodiscard]] std::optional<NodeIndex> draw_awake();
  [[nodiscard]] Duration draw(Duration low, Duration high);

  World& world_;
  Rng rng_;
  bool is_over_ = false;
  std::uint64_t split_ = 0;  // counts partitions, so that an old one's end does not heal a new one
};

}  // namespace hs::sim
