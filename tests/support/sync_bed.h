// A replica with an empty store among servers that the test plays, honest ones and liars, in
// virtual time. The replica is a listener; the servers are peers of its configuration that are in
// no set.
#pragma once
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "tests/support/archive.h"

namespace hs::test {

class SyncBed {
 public:
  // When the answer arrives, and what it says; none: never.
  struct Reply {
    Duration after{};
    BlockSyncResponse response;
  };
  using Conduct = std::function<std::optional<Reply>(const BlockSyncRequest&)>;

  explicit SyncBed(const Archive& archive, const ReplicaConfig& config = Cluster::default_config())
      : archive_(archive), client(client_key, Archive::set_number(0), config) {
    client.app.updates_at = [&](Height height) { return archive_.updates_at(height); };
  }

  // Returns the server's key. It advertises `claims`, by default what the archive holds.
  std::uint8_t add(Conduct conduct, std::optional<Height> claims = std::nullopt) {
    const auto key = static_cast<std::uint8_t>(first_server + servers_.size());
    servers_[key] = {std::move(conduct), claims ? *claims : archive_.committed(), {}};
    client.connect({key});
    return key;
  }
  std::uint8_t add_honest(Duration latency = milliseconds(10)) {
    return add([this, latency](const BlockSyncRequest& request) {
      return Reply{latency, archive_.serve(request)};
    });
  }

  // Runs until the client has committed what the archive has; false if that takes longer.
  bool syncs_within(Duration duration) {
    run_for(duration, [this] { return is_synced(); });
    return is_synced();
  }
  template <class Until>
  void run_for(Duration duration, Until until_then) {
    const Instant end = client.now + duration;
    while (client.now < end && !until_then()) {
      if (client.now >= next_advertisement_) advertise();
      Instant until = std::min(end, next_advertisement_);
      if (!in_flight_.empty()) until = std::min(until, in_flight_.begin()->first);
      if (const auto deadline = client.replica->next_deadline()) {
        until = std::min(until, std::max(*deadline, client.now));
      }
      client.now = until;
      if (client.is_due()) client.step(Tick{});
      look();
      while (!in_flight_.empty() && in_flight_.begin()->first <= client.now) {
        const auto [from, message] = in_flight_.begin()->second;
        in_flight_.erase(in_flight_.begin());
        deliver(from, message);
        look();
      }
    }
  }
  void run_for(Duration duration) {
    run_for(duration, [] { return false; });
  }
  [[nodiscard]] bool is_synced() const {
    return client.replica->status().committed_height == archive_.committed();
  }

  // ---- what came of it ----
  [[nodiscard]] bool was_banned(std::uint8_t server) const { return banned_.contains(server); }
  [[nodiscard]] std::size_t asked(std::uint8_t server) const {
    const auto found = asked_.find(server);
    return found == asked_.end() ? 0 : found->second;
  }
  // Requests that were under way at one time, at most.
  [[nodiscard]] std::size_t parallel_max() const { return parallel_max_; }
  [[nodiscard]] std::size_t bytes_held_max() const { return bytes_held_max_; }
  [[nodiscard]] std::uint64_t blocks_taken() const { return blocks_taken_; }
  [[nodiscard]] std::uint64_t bytes_received() const { return bytes_received_; }

  static constexpr std::uint8_t client_key = 250;
  static constexpr std::uint8_t first_server = 201;

 private:
  struct Server {
    Conduct conduct;
    Height claims;
    Instant free_at{};
  };

  void advertise() {
    next_advertisement_ = client.now + milliseconds(1000);
    for (const auto& [key, server] : servers_) {
      const Bytes statement = advertise_statement(test_chain, server.claims);
      deliver(key, AdvertisePC{archive_.tree().highest_pc()});
      deliver(key, AdvertiseBlock{test_chain, server.claims, test_key(key).sign(statement)});
      look();
    }
  }
  void deliver(std::uint8_t from, const Message& message) {
    const Bytes bytes = to_borsh(message);
    if (std::holds_alternative<BlockSyncResponse>(message)) {
      bytes_received_ += bytes.size();
      --under_way_;
    }
    client.receive(from, message);
  }
  // Takes up what the client has said since.
  void look() {
    for (const Send& send : std::exchange(client.sent, {})) {
      const auto* request = std::get_if<BlockSyncRequest>(send.message.get());
      const auto* to = std::get_if<PublicKey>(&send.to);
      if (request != nullptr && to != nullptr) ask(key_of(*to), *request);
    }
    for (const Event& event : std::exchange(client.events, {})) {
      if (const auto* ban = std::get_if<event::BanPeer>(&event)) banned_.insert(key_of(ban->peer));
      if (std::holds_alternative<event::InsertBlock>(event)) ++blocks_taken_;
    }
    bytes_held_max_ = std::max(bytes_held_max_, client.replica->status().sync_bytes_held);
  }
  void ask(std::uint8_t server, const BlockSyncRequest& request) {
    ++asked_[server];
    const auto reply = servers_.at(server).conduct(request);
    if (!reply) return;
    // A server works on one request after the other, as a connection keeps their order.
    Instant& free_at = servers_.at(server).free_at;
    free_at = std::max(free_at, client.now) + reply->after;
    in_flight_.emplace(free_at, std::pair{server, Message(reply->response)});
    parallel_max_ = std::max(parallel_max_, ++under_way_);
  }
  [[nodiscard]] std::uint8_t key_of(const PublicKey& peer) const {
    for (const auto& [key, server] : servers_) {
      if (test_key(key).public_key() == peer) return key;
    }
    return 0;
  }

  const Archive& archive_;

 public:
  Lone client;

 private:
  std::map<std::uint8_t, Server> servers_;
  std::multimap<Instant, std::pair<std::uint8_t, Message>> in_flight_;
  Instant next_advertisement_{};
  std::set<std::uint8_t> banned_;
  std::map<std::uint8_t, std::size_t> asked_;
  std::size_t under_way_ = 0;
  std::size_t parallel_max_ = 0;
  std::size_t bytes_held_max_ = 0;
  std::uint64_t blocks_taken_ = 0;
  std::uint64_t bytes_received_ = 0;
};

}  // namespace hs::test
