// Connections between the nodes of a world, and what travels over them.
#include <algorithm>

#include "lib/codec/borsh.h"
#include "lib/sim/world.h"

namespace hs::sim {
namespace {

// The codes that decoding a message can come to.
std::string_view word_of(Errc code) {
  switch (code) {
    case Errc::truncated:
      return "truncated";
    case Errc::trailing:
      return "trailing";
    case Errc::too_long:
      return "too long";
    case Errc::bad_value:
      return "bad value";
    case Errc::not_canonical:
      return "not canonical";
    default:
      return "another";
  }
}

}  // namespace

World::Connection& World::connection(NodeIndex a, NodeIndex b) {
  return connections_[std::min(a, b) * nodes_.size() + std::max(a, b)];
}

bool World::is_connected(NodeIndex a, NodeIndex b) { return connection(a, b).is_up; }

bool World::has_same_key(NodeIndex a, NodeIndex b) const {
  return !plan_.twins.empty() && cast_.key(a) == cast_.key(b);
}

bool World::reaches_key_of(NodeIndex node, NodeIndex other) {
  for (NodeIndex each = 0; each < nodes_.size(); ++each) {
    if (each != node && has_same_key(each, other) && is_connected(node, each)) return true;
  }
  return false;
}

void World::schedule_link_check(NodeIndex a, NodeIndex b, Duration delay) {
  after(delay, [this, a, b] { check_link(a, b); });
}

void World::links_changed() {
  for (NodeIndex a = 0; a < nodes_.size(); ++a) {
    for (NodeIndex b = a + 1; b < nodes_.size(); ++b) {
      const bool is_whole = network_.is_whole(a, b);
      if (is_whole == is_connected(a, b) || has_same_key(a, b)) continue;
      schedule_link_check(a, b,
                          is_whole ? network_.connect_delay(a, b) : plan_.network.close_after);
    }
  }
}

void World::close(NodeIndex a, NodeIndex b) {
  Connection& line = connection(a, b);
  if (!line.is_up) return;
  line.is_up = false;
  const NodeIndex low = std::min(a, b);
  const NodeIndex high = std::max(a, b);
  const auto tell = [&](NodeIndex node, std::uint64_t incarnation, NodeIndex other) {
    if (nodes_[node].incarnation != incarnation || reaches_key_of(node, other)) return;
    give(node, PeerDown{cast_.key(other)});
  };
  tell(low, line.low_incarnation, high);
  tell(high, line.high_incarnation, low);
}

void World::check_link(NodeIndex a, NodeIndex b) {
  const NodeIndex low = std::min(a, b);
  const NodeIndex high = std::max(a, b);
  const auto is_wanted = [&] {
    return nodes_[low].is_running() && nodes_[high].is_running() && network_.is_whole(low, high) &&
           !has_same_key(low, high);
  };
  Connection& line = connection(low, high);
  const bool is_stale = line.low_incarnation != nodes_[low].incarnation ||
                        line.high_incarnation != nodes_[high].incarnation;
  if (line.is_up && (is_stale || !is_wanted())) close(low, high);
  if (line.is_up || !is_wanted()) return;  // the closing may have killed one of them
  line = {.is_up = true,
          .low_incarnation = nodes_[low].incarnation,
          .high_incarnation = nodes_[high].incarnation};
  give(low, PeerUp{cast_.key(high)});
  give(high, PeerUp{cast_.key(low)});
}

void World::send(NodeIndex from, NodeIndex to, const WirePtr& wire, bool is_left_out) {
  if (!is_connected(from, to)) return;
  if (filter_ && !filter_(from, to, *wire)) {
    if (story_ != nullptr) {
      story_->add({.from = from, .to = to, .kind = wire->kind, .sent = now(), .arrives = {}});
    }
    return;
  }
  const Network::Arrivals arrivals = network_.send(from, to, wire->kind, now(), is_left_out);
  const Delivery delivery{.from = from, .to = to, .wire = wire};
  if (story_ != nullptr) {
    story_->add(
        {.from = from, .to = to, .kind = wire->kind, .sent = now(), .arrives = arrivals.first});
  }
  if (arrivals.first) queue_.push(*arrivals.first, delivery);
  if (arrivals.copy) queue_.push(*arrivals.copy, delivery);
}

void World::deliver(const Delivery& delivery) {
  if (!is_running(delivery.to)) return;
  auto message = from_borsh<Message>(delivery.wire->bytes);
  const bool is_faulty = monitor_.is_faulty(delivery.from);
  if (!message && is_faulty) {
    monitor_.marks().count("undecodable: " + message.error().what);
    monitor_.marks().count("decode error: " + std::string(word_of(message.error().code)));
    return;
  }
  if (!message) {
    judge_.violate("I01", delivery.from,
                   "sends a " + std::string(delivery.wire->kind) +
                       " that does not decode: " + message.error().what);
    return;
  }
  auto shared = std::make_shared<const Message>(*std::move(message));
  if (is_faulty) monitor_.on_word_of_faulty(delivery.from, shared);
  give(delivery.to, FromPeer{.origin = cast_.key(delivery.from),
                             .message = std::move(shared),
                             .bytes = delivery.wire->bytes.size()});
}

}  // namespace hs::sim
