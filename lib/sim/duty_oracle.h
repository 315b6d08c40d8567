// What a node owes others and could leave undone without breaking any rule at once: the network
// would go on, only later or with fewer nodes.
//   D1   who leads a view, in any set that takes part, has something to say within 3/4 of T, which
//        is more than all its waits
//   D2   a TimeoutVote for an epoch-change view that the node has left is answered with the
//        certificate by which it may be left, but for one answer each T/4 [S48]
//   D3   no view but an epoch-change view lasts longer than T, whatever time the views before it
//        have saved [S49]
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "lib/replica/io.h"
#include "lib/sim/cast.h"
#include "lib/sim/violation.h"

namespace hs::sim {

class DutyOracle {
 public:
  // All arguments outlive this.
  DutyOracle(const Plan& plan, const Cast& cast, Judge& judge);

  void on_start(NodeIndex node);
  // After a step: what it was, what came of it, and the view and the sets as they are now.
  void on_step(NodeIndex node, const Input& input, const Output& output, View view,
               const ValidatorSetState& sets);

 private:
  struct Watched {
    std::optional<Instant> entered_at;  // of the view; none for the one it started in
    View view;
    bool leads = false;  // by the sets of all steps since then
    bool has_led = false;
    bool is_member = false;     // after the last step
    ValidatorSetPtr committed;  // likewise; null: there was none
    std::map<PublicKey, Instant> answered;
  };
  void look_at_events(Watched& watched, NodeIndex node, const Output& output,
                      const ValidatorSetState& sets);
  void check_leading(Watched& watched, NodeIndex node, const ValidatorSetState& sets);
  void check_staying(const Watched& watched, NodeIndex node);
  void check_answer(Watched& watched, NodeIndex node, View view_before, const Input& input,
                    const Output& output);

  const Plan& plan_;
  const Cast& cast_;
  Judge& judge_;
  std::vector<Watched> nodes_;
};

}  // namespace hs::sim
