// Is the chain alive? Bounds come from the protocol, or the check would cry wolf. [RELIABILITY 3]
//   G10  after the last fault some block commits within B, and every live node reaches it within
//        2B [I32],
//        B = T * (2 * max(epoch length, total power) + 3n + 10) + what block sync may take
//   G12  with nothing failing but f dead nodes, commits are never further apart than (F + 3) * T +
//        c
//   G13  with nothing failing at all, commits pause for at most six views at any point of a change
//        of the validator set
#pragma once
#include <optional>
#include <vector>

#include "lib/sim/cast.h"
#include "lib/sim/member_set.h"

namespace hs::sim {

// F of G12: the most views led by dead nodes between two windows of three live leaders that are
// followed by a live one within two views. None if there is no such window at all.
[[nodiscard]] std::optional<std::uint64_t> faulty_views_between_windows(
    const MemberSet& set, const std::vector<PublicKey>& dead);
// B of G10.
[[nodiscard]] Duration commit_bound(const Plan& plan, const Cast& cast);
// The bound of G12; none if it promises nothing.
[[nodiscard]] std::optional<Duration> gap_bound(const Plan& plan, const Cast& cast);

class ProgressOracle {
 public:
  ProgressOracle(const Plan& plan, const Cast& cast, Judge& judge);

  // The last fault is over. `tip` is what was committed by then.
  void on_healed(Instant now, std::optional<Height> tip);
  // A height was committed for the first time, by any node. `view`: the highest one entered.
  void on_tip(Instant now, Height tip, View view);
  // After each step: `slowest` is the least committed height of the live nodes.
  void end_step(NodeIndex node, Instant now, std::optional<Height> slowest, View highest_view);

  // Has everything that was promised come true?
  [[nodiscard]] bool is_satisfied() const { return healed_at_ && everyone_arrived_; }
  [[nodiscard]] Duration longest_gap() const { return longest_gap_; }
  // In views, once commits go on after the last fault.
  [[nodiscard]] std::uint64_t longest_pause() const { return longest_pause_; }

 private:
  void check_pause(View view);

  Judge& judge_;
  Duration bound_;
  std::optional<Duration> gap_bound_;
  bool checks_pause_;
  std::optional<Instant> healed_at_;
  std::optional<Height> goal_;  // the first height committed after that
  Height wanted_;               // heights below this were committed before
  bool everyone_arrived_ = false;
  std::optional<Instant> last_tip_;
  Duration longest_gap_{};
  View tip_view_;  // the highest view when the newest height was committed
  std::uint64_t longest_pause_ = 0;
};

}  // namespace hs::sim
