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

Network::Network(const NetworkPlan& plan, std::size_t nodes, Rng rng)
    : plan_(plan), nodes_(nodes), rng_(rng), links_(nodes * nodes) {}

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
  return !is_calm_ && plan_.proposal_ppm > 0 && rng_.chance(plan_.proposal_ppm, million);
}

Duration Network::draw(const DelayModel& model) {
  if (model.shape == DelayModel::Shape::constant || model.high <= model.low) return model.low;
  const auto span = static_cast<std::uint64_t>((model.high - model.low).count());
  std::uint64_t part = 0;
  switch (model.shape) {
    case DelayModel::Shape::constant: break;
    case DelayModel::Shape::uniform: part = rng_.below(span); break;
    case DelayModel::Shape::heavy_tail:
      part = span / 1000 * heavy_tail[rng_.below(heavy_tail.size())];
      break;
    case DelayModel::Shape::bimodal:
      part = rng_.chance(9, 10) ? rng_.below(span / 16 + 1) : span - rng_.below(span / 16 + 1);
      break;
  }
  return model.low + Duration(static_cast<Duration::rep>(part));
}

Duration Network::reconnect_delay() {
  const auto most = static_cast<std::uint64_t>(plan_.reconnect_max.count());
  return Duration(static_cast<Duration::rep>(rng_.below(most + 1)));
}

Network::Arrivals Network::send(NodeIndex from, NodeIndex to, std::string_view kind,
                                Instant now) {
  Arrivals arrivals;
  if (is_cut(from, to) || (!muted_.empty() && is_muted(from, to, kind))) {
    ++counts_.swallowed;
    return arrivals;
  }
  if (!is_calm_ && plan_.loss_ppm > 0 && rng_.chance(plan_.loss_ppm, million)) {
    ++counts_.lost;
    return arrivals;
  }
  Instant arrival = now + draw(model());
  Link& line = link(from, to);
  // Without reordering a message never overtakes one that left before it, as on a TCP connection.
  if (is_calm_ || !plan_.reorder) arrival = std::max(arrival, line.last_arrival + Duration(1));
  line.last_arrival = std::max(line.last_arrival, arrival);
  arrivals.first = arrival;
  if (!is_calm_ && plan_.duplicate_ppm > 0 && rng_.chance(plan_.duplicate_ppm, million)) {
    ++counts_.doubled;
    const auto latest = static_cast<std::uint64_t>(plan_.duplicate_delay_max.count());
    arrivals.copy = arrival + Duration(static_cast<Duration::rep>(rng_.below(latest + 1)));
  }
  return arrivals;
}

}  // namespace hs::sim
