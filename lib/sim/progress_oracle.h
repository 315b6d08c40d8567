// Is the chain alive? Bounds come from the protocol, or the check would cry wolf. [RELIABILITY 3]
//   G10  after the last fault some block commits within B, and every live node reaches it within
//   2B,
//        B = T * (2 * max(epoch length, total power) + 3n + 10) + what block sync may take
//   G12  with nothing failing but f dead nodes, commits are never further apart than (F + 3) * T +
//   c
#pragma once
#include <optional>
#include <vector>

#include "lib/sim/cast.h"

namespace hs::sim {

// F of G12: the most views led by dead nodes between two windows of three live leaders that are
// followed by a live one within two views. None if there is no such window at all.
[[nodiscard]] std::optional<std::uint64_t> faulty_views_between_windows(
    const ValidatorSet& set, const std::vector<PublicKey>& dead);
// B of G10.
[[nodiscard]] Duration commit_bound(const Plan& plan, const Cast& cast);
// The bound of G12; none if it promises nothing.
[[nodiscard]] std::optional<Duration> gap_bound(const Plan& plan, const Cast& cast);

class ProgressOracle {
 public:
  ProgressOracle(const Plan& plan, const Cast& cast, Judge& judge);

  // The last fault is over. `tip` is what was committed by then.
  void on_healed(Instant now, std::optional<Height> tip);
  // A height was committed for the first time, by any node.
  void on_tip(Instant now, Height tip);
  // After each step: `slowest` is the least committed height of the live nodes.
  void end_step(NodeIndex node, Instant now, std::optional<Height> slowest);

  // Has everything that was promised come true?
  [[nodiscard]] bool is_satisfied() const { return healed_at_ && everyone_arrived_; }
  [[nodiscard]] Duration longest_gap() const { return longest_gap_; }

 private:
  Judge& judge_;
  Duration bound_;
  std::optional<Duration> gap_bound_;
  std::optional<Instant> healed_at_;
  std::optional<Height> goal_;  // the first height committed after that
  Height wanted_;               // heights below this were committed before
  bool everyone_arrived_ = false;
  std::optional<Instant> last_tip_;
  Duration longest_gap_{};
};

}  // namespace hs::sim
