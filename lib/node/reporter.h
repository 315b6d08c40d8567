// What a node tells people: the snapshot behind HTTP, events, the log, the status line.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "lib/net/transport.h"
#include "lib/node/counted_app.h"
#include "lib/node/engine.h"
#include "lib/node/log.h"
#include "lib/node/peer_ledger.h"
#include "lib/node/settings.h"
#include "lib/rpc/hub.h"
#include "lib/types/event_handlers.h"

namespace hs {

struct NodeTraffic {
  std::uint64_t messages_received = 0;
  std::uint64_t messages_sent = 0;
  std::uint64_t undecodable = 0;  // frames that were no message
  std::uint64_t transactions_received = 0;
  std::uint64_t banishments = 0;
};

// What it looks at; all outlive it. One thread, that of the loop.
struct ReporterSources {
  const NodeSettings& settings;
  const Engine& engine;
  const KvApp& app;
  const CountedApp& counted;
  const Transport& transport;
  const NodeTraffic& traffic;
};

class Reporter {
 public:
  using Clock = std::chrono::steady_clock;

  Reporter(const ReporterSources& sources, RpcHub& hub, LoggerPtr log);

  // The addresses that the servers bound, once they are known.
  void set_addresses(std::string p2p, std::string rpc);
  void peer_up(const PublicKey& peer, const PeerInfo& info);
  // A peer that is to be connected from now on, and one that is not any more.
  void expect_peer(const PeerAddress& peer);
  void forget_peer(const PublicKey& peer);
  void peer_down(const PublicKey& peer, CloseReason reason, const std::string& text);

  // What this node is told to do wrong now, and whatever it was told ever.
  void set_byzantine(const byzantine::Kinds& kinds);
  void set_misbehaved(std::vector<std::string> names);

  void set_handlers(EventHandlers handlers) { handlers_ = std::move(handlers); }

  // Calls the handlers, logs the event and tells it to the hub. A commit is told only after a
  // snapshot that shows it.
  void tell(const Event& event);
  // After a turn.
  void publish();

  // "view 812 | highest 811 | locked 810 | committed 809 | peers 3/3 | 412 tx/s | p99 9 ms". The
  // rate is over the time since the last call.
  [[nodiscard]] std::string status_line();

 private:
  void call_handlers(const Event& event);
  void write_to_log(const Event& event, std::chrono::system_clock::time_point at);
  void refresh_shared_parts(Clock::time_point now);

  ReporterSources from_;
  RpcHub& hub_;
  LoggerPtr log_;
  EventHandlers handlers_;
  PeerLedger ledger_;
  NodeSnapshot template_;  // what stays the same from one snapshot to the next
  std::optional<Clock::time_point> refreshed_;
  bool commit_unpublished_ = false;
  std::uint64_t transactions_before_ = 0;
  Clock::time_point rate_since_;
};

}  // namespace hs
