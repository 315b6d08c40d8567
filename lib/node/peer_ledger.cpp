#include "lib/node/peer_ledger.h"

namespace hs {
namespace {

// A chain that changes its validators for years must not fill memory with those of the past.
constexpr std::size_t entries_max = 4096;

std::string to_text(const PeerEnd& end) {
  std::string text(to_string(end.reason));
  if (!end.text.empty()) text += ": " + end.text;
  return text;
}

}  // namespace

void PeerLedger::expect(const PublicKey& peer, const std::string& name,
                        const std::string& address) {
  Entry& entry = entries_[peer];
  if (!name.empty()) entry.name = name;
  if (!address.empty()) entry.address = address;
}

void PeerLedger::up(const PublicKey& peer, const PeerInfo& info) {
  if (entries_.size() >= entries_max && !entries_.contains(peer)) return;
  Entry& entry = entries_[peer];
  entry.bytes_out += entry.last.bytes_out;
  entry.bytes_in += entry.last.bytes_in;
  entry.dropped += entry.last.frames_dropped;
  entry.last = {};
  ++entry.connections;
  if (entry.name.empty()) entry.name = info.name;
  if (info.listens) entry.address = to_string(*info.listens);
}

std::shared_ptr<const std::vector<PeerStatus>> PeerLedger::statuses(
    const std::vector<PeerInfo>& connected, const std::map<PublicKey, PeerEnd>& last_ends) {
  std::map<PublicKey, const PeerInfo*> now;
  for (const PeerInfo& info : connected) now.emplace(info.key, &info);
  auto statuses = std::make_shared<std::vector<PeerStatus>>();
  statuses->reserve(entries_.size());
  for (auto& [key, entry] : entries_) {
    const auto found = now.find(key);
    const bool is_connected = found != now.end();
    if (is_connected) entry.last = *found->second;
    const auto end = is_connected ? last_ends.end() : last_ends.find(key);
    statuses->push_back({.key = key,
                         .name = entry.name,
                         .address = entry.address,
                         .connected = is_connected,
                         .down_reason = end == last_ends.end() ? "" : to_text(end->second),
                         .inbound = is_connected && entry.last.direction == Direction::inbound,
                         .bytes_sent = entry.bytes_out + entry.last.bytes_out,
                         .bytes_received = entry.bytes_in + entry.last.bytes_in,
                         .queued_bytes = is_connected ? entry.last.queue_bytes : 0,
                         .dropped_messages = entry.dropped + entry.last.frames_dropped,
                         .reconnects = entry.connections > 0 ? entry.connections - 1 : 0});
  }
  return statuses;
}

}  // namespace hs
