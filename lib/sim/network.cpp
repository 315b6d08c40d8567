#include "lib/sim/network.h"

#include <algorithm>
#include <array>

#include "lib/base/check.h"

namespace hs::sim {
namespace {

constexpr std::uint64_t million = 1'000'000;

// Quantiles of a heavy tail, in thousandths of the span: half of the messages are quick, one in 32
// takes all of it.
constexpr std::array<std::uint32_t, 32> heavy_tail{
    0,  2,  4,  6,  8,  10, 12,  15,  18,  21,  24,  28,  32,  36,  41,  46,
    52, 58, 65, 73, 82, 92, 104, 118, 135, 156, 184, 222, 278, 370, 555, 1000};

}  // namespace

Network::Network(const NetworkPlan& plan, std::size_t nodes, Rng rng, TapeUse tape)
    : plan_(plan), nodes_(nodes), rng_(rng), links_(nodes * nodes), tape_(tape) {}

void Network::isolate(NodeIndex node) {
  for (NodeIndex other = 0; other < nodes_; ++other) {
    cut(node, other, true);
    cut(other, node, true);
  }
}

void Network::partition(const std::vector<std::vector<NodeIndex>>& groups) {
  for (Link& each : links_) each.is_cut = true;
  for (const auto& group : groups) {
    for (const NodeIndex from : group) {
      for (const NodeIndex to : group) cut(from, to, false);
    }
  }
}

void Network::reconnect_all() {
  for (Link& each : links_) each.is_cut = false;
}

void Network::mute(NodeIndex from, NodeIndex to, std::string kind) {
  muted_.push_back({.from = from, .to = to, .kind = std::move(kind)});
}

void Network::calm_down() {
  reconnect_all();
  unmute_all();
  is_calm_ = true;
  // What is still under way may come at any time; nothing new has to wait behind it.
  for (Link& each : links_) each.last_arrival = Instant{};
}

bool Network::is_muted(NodeIndex from, NodeIndex to, std::string_view kind) const {
  return std::any_of(muted_.begin(), muted_.end(), [&](const Mute& mute) {
    return mute.from == from && mute.to == to && mute.kind == kind;
  });
}

bool Network::picks_on_proposal() {
  if (tape_.play != nullptr || is_calm_ || plan_.proposal_ppm == 0) return false;
  return rng_.chance(plan_.proposal_ppm, million);
}

Duration Network::draw(const DelayModel& model) {
  if (model.shape == DelayModel::Shape::constant || model.high <= model.low) return model.low;
  const auto span = static_cast<std::uint64_t>((model.high - model.low).count());
  std::uint64_t part = 0;
  switch (model.shape) {
    case DelayModel::Shape::constant:
      break;
    case DelayModel::Shape::uniform:
      part = rng_.below(span);
      break;
    case DelayModel::Shape::heavy_tail:
      part = span / 1000 * heavy_tail[rng_.below(heavy_tail.size())];
      break;
    case DelayModel::Shape::bimodal:
      part = rng_.chance(9, 10) ? rng_.below(span / 16 + 1) : span - rng_.below(span / 16 + 1);
      break;
  }
  return model.low + Duration(static_cast<Duration::rep>(part));
}

Duration Network::connect_delay(NodeIndex a, NodeIndex b) {
  const auto most = static_cast<std::uint64_t>(plan_.reconnect_max.count());
  const bool is_drawn = tape_.play == nullptr;
  return delay_of(a, b, "connect",
                  Duration(static_cast<Duration::rep>(is_drawn ? rng_.below(most + 1) : 0)));
}

Duration Network::close_delay(NodeIndex a, NodeIndex b) {
  return delay_of(a, b, "close", tape_.play == nullptr ? draw(model()) : model().low);
}

LinkEvent Network::next_event(NodeIndex from, NodeIndex to, std::string_view kind) {
  LinkEvent event{.from = from, .to = to, .kind = std::string(kind), .number = 0};
  event.number = ++numbers_[event];
  return event;
}

// `drawn` is what happens without a tape, or where it is silent.
Duration Network::delay_of(NodeIndex a, NodeIndex b, std::string_view kind, Duration drawn) {
  if (tape_.play != nullptr) {
    const auto found = tape_.play->links.find(next_event(a, b, kind));
    return found == tape_.play->links.end() ? drawn : found->second.delay;
  }
  if (tape_.record != nullptr) tape_.record->links[next_event(a, b, kind)] = {.delay = drawn};
  return drawn;
}

LinkFate Network::draw_fate(bool is_left_out) {
  if (is_left_out) return {.is_lost = true};
  if (!is_calm_ && plan_.loss_ppm > 0 && rng_.chance(plan_.loss_ppm, million)) {
    return {.is_lost = true};
  }
  LinkFate fate{.delay = draw(model())};
  if (!is_calm_ && plan_.duplicate_ppm > 0 && rng_.chance(plan_.duplicate_ppm, million)) {
    const auto latest = static_cast<std::uint64_t>(plan_.duplicate_delay_max.count());
    fate.copy_after = Duration(static_cast<Duration::rep>(rng_.below(latest + 1)));
  }
  return fate;
}

LinkFate Network::fate_of(NodeIndex from, NodeIndex to, std::string_view kind, bool is_left_out) {
  if (tape_.play != nullptr) {
    const auto found = tape_.play->links.find(next_event(from, to, kind));
    LinkFate fate{.delay = model().low};
    if (found != tape_.play->links.end()) fate = found->second;
    // A run that got here earlier than the one on tape may not break the promise of calm.
    return is_calm_ ? LinkFate{.delay = std::min(fate.delay, plan_.after.high)} : fate;
  }
  const LinkFate fate = draw_fate(is_left_out);
  if (tape_.record != nullptr) tape_.record->links[next_event(from, to, kind)] = fate;
  return fate;
}

Network::Arrivals Network::send(NodeIndex from, NodeIndex to, std::string_view kind, Instant now,
                                bool is_left_out) {
  Arrivals arrivals;
  if (is_cut(from, to) || (!muted_.empty() && is_muted(from, to, kind))) {
    ++counts_.swallowed;
    return arrivals;
  }
  const LinkFate fate = fate_of(from, to, kind, is_left_out);
  if (fate.is_lost) {
    ++(is_left_out ? counts_.left_out : counts_.lost);
    return arrivals;
  }
  Instant arrival = now + fate.delay;
  Link& line = link(from, to);
  // Without reordering a message never overtakes one that left before it, as on a TCP connection.
  if (is_calm_ || !plan_.reorder) arrival = std::max(arrival, line.last_arrival + Duration(1));
  line.last_arrival = std::max(line.last_arrival, arrival);
  arrivals.first = arrival;
  if (fate.copy_after) {
    ++counts_.doubled;
    arrivals.copy = arrival + *fate.copy_after;
  }
  return arrivals;
}

}  // namespace hs::sim
