#include "lib/sim/duty_oracle.h"

#include <algorithm>
#include <string>

namespace hs::sim {
namespace {

// Counted here and not asked of the replica's own sets, whose word is what is checked.
bool leads_in(const ValidatorSetState& sets, const PublicKey& key, View view) {
  if (sets.committed->leader(view) == key) return true;
  return !sets.update_decided && sets.previous->leader(view) == key;
}

bool answers(const Output& output, const PublicKey& origin, View view) {
  return std::ranges::any_of(output.sends, [&](const Send& send) {
    const auto* to = std::get_if<PublicKey>(&send.to);
    const auto* advance = std::get_if<AdvanceView>(send.message.get());
    const bool is_for_it = advance != nullptr && (to == nullptr || *to == origin);
    return is_for_it && view_of(advance->progress_certificate) >= view;
  });
}

}  // namespace

DutyOracle::DutyOracle(const Plan& plan, const Cast& cast, Judge& judge)
    : plan_(plan), cast_(cast), judge_(judge), nodes_(cast.size()) {}

void DutyOracle::on_start(NodeIndex node) { nodes_[node] = {}; }

void DutyOracle::on_step(NodeIndex node, const Input& input, const Output& output, View view,
                         const ValidatorSetState& sets) {
  Watched& watched = nodes_[node];
  const View view_before = watched.view;
  look_at_events(watched, node, output, sets);
  watched.view = view;
  check_leading(watched, node, sets);
  check_staying(watched, node);
  const PublicKey& key = cast_.key(node);
  const bool is_member =
      sets.committed->contains(key) || (!sets.update_decided && sets.previous->contains(key));
  if (watched.is_member && is_member) check_answer(watched, node, view_before, input, output);
  watched.is_member = is_member;
  watched.committed = sets.committed;
}

void DutyOracle::look_at_events(Watched& watched, NodeIndex node, const Output& output,
                                const ValidatorSetState& sets) {
  for (const Event& event : output.events) {
    if (const auto* start = std::get_if<event::StartView>(&event)) {
      watched.entered_at = judge_.now();
      // Where the set changed in the same step, it is not known by which one the view was entered.
      const bool is_known = watched.committed == sets.committed;
      watched.leads = is_known && leads_in(sets, cast_.key(node), start->view);
      watched.has_led = false;
    } else if (std::holds_alternative<event::Propose>(event) ||
               std::holds_alternative<event::Nudge>(event)) {
      watched.has_led = true;
    }
  }
}

// What is due runs first in every step, so any step after the waits will do, and a node that was
// paused is not blamed.
void DutyOracle::check_leading(Watched& watched, NodeIndex node, const ValidatorSetState& sets) {
  watched.leads = watched.leads && leads_in(sets, cast_.key(node), watched.view);
  if (!watched.leads || watched.has_led || !watched.entered_at) return;
  if (judge_.now() - *watched.entered_at < plan_.config.view_timeout / 4 * 3) return;
  judge_.violate(
      "D1", node,
      "leads view " + std::to_string(watched.view.value) + " and lets it pass without a word");
}

void DutyOracle::check_staying(const Watched& watched, NodeIndex node) {
  if (!watched.entered_at || watched.view.value % plan_.config.epoch_length == 0) return;
  // By a clock that is a twentieth too slow.
  if (judge_.now() - *watched.entered_at <= plan_.config.view_timeout / 10 * 11) return;
  judge_.violate("D3", node,
                 "is still in view " + std::to_string(watched.view.value) +
                     ", which it entered more than T ago");
}

void DutyOracle::check_answer(Watched& watched, NodeIndex node, View view_before,
                              const Input& input, const Output& output) {
  const auto* from = std::get_if<FromPeer>(&input);
  const auto* vote = from == nullptr ? nullptr : std::get_if<TimeoutVote>(from->message.get());
  if (vote == nullptr || vote->chain_id != plan_.config.chain_id) return;
  const bool ends_epoch = vote->view.value % plan_.config.epoch_length == 0;
  if (!ends_epoch || from->origin == cast_.key(node)) return;
  // Also of a view that it has left in this very step, by a certificate in the vote.
  if (answers(output, from->origin, vote->view)) {
    watched.answered[from->origin] = judge_.now();
    return;
  }
  if (vote->view >= view_before) return;
  // By clocks that may be a twentieth too slow.
  const Duration spacing = plan_.config.view_timeout / 3;
  const auto answered = watched.answered.find(from->origin);
  if (answered != watched.answered.end() && judge_.now() - answered->second < spacing) return;
  judge_.violate("D2", node,
                 "leaves a TimeoutVote for view " + std::to_string(vote->view.value) +
                     " unanswered, which it has left");
}

}  // namespace hs::sim
