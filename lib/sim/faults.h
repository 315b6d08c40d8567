// Random faults, as the plan wants them: one after the other until the world is healed. With a tape
// to play, those on it and no others.
#pragma once
#include "lib/sim/tape.h"
#include "lib/sim/world.h"

namespace hs::sim {

class Faults {
 public:
  // The world and the tape outlive this; this outlives the world's last step.
  Faults(World& world, Rng rng, TapeUse tape = {}) : world_(world), rng_(rng), tape_(tape) {}

  // Schedules the first fault, if the plan has any.
  void begin();
  // No more from now on; what is broken stays so until World::heal().
  void end() { is_over_ = true; }

 private:
  void schedule_next();
  void schedule_played(std::size_t number);
  // What happens now, drawn in full before any of it is done.
  [[nodiscard]] FaultEvent draw_event();
  [[nodiscard]] FaultEvent draw_crash_of_one();
  [[nodiscard]] FaultEvent draw_crash_of_all();
  [[nodiscard]] FaultEvent draw_split();
  [[nodiscard]] FaultEvent draw_pause();
  [[nodiscard]] FaultEvent draw_disk_failure();
  [[nodiscard]] ArmedCrash draw_crash();
  [[nodiscard]] Survival draw_survival();
  [[nodiscard]] Duration draw_length();
  [[nodiscard]] std::optional<NodeIndex> draw_awake();
  [[nodiscard]] Duration draw(Duration low, Duration high);

  void strike(const FaultEvent& event);
  void crash(const FaultEvent::Fate& fate);
  void split(const FaultEvent& event);

  World& world_;
  Rng rng_;
  TapeUse tape_;
  bool is_over_ = false;
  std::uint64_t split_ = 0;  // counts partitions, so that an old one's end does not heal a new one
};

}  // namespace hs::sim
