// What HTTP may know and ask of a running node. The node fills these; nothing else of it is reached
// from the RPC threads. [ARCHITECTURE 5]
//
// Threads: three. The loop thread (the node's) calls RpcHub::publish and RpcHub::tell; the RPC
// thread and the control threads call what RpcService holds. Everything here may be called from any
// of them.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/kvapp/pool.h"
#include "lib/replica/replica.h"
#include "lib/store/store.h"
#include "lib/validators/validator_set.h"

namespace hs {

// (Not net's PeerInfo, which knows connected peers only and is not for HTTP.)
struct PeerStatus {
  PublicKey key;
  std::string name;     // as its hello said; empty while unknown
  std::string address;  // HOST:PORT; empty for an inbound peer that told none
  bool connected = false;
  std::string down_reason;  // why the last connection or attempt ended; empty while up or untried
  bool inbound = false;
  std::uint64_t bytes_sent = 0;  // since the node started
  std::uint64_t bytes_received = 0;
  std::uint64_t queued_bytes = 0;  // waiting to be sent
  std::uint64_t dropped_messages = 0;
  std::uint64_t reconnects = 0;
};

// A figure of the node that has no field of its own; shown by /metrics under `name`.
struct NodeMetric {
  std::string name;        // a Prometheus name without the leading "hs_": "frames_refused_total"
  std::string help;        // one sentence
  bool is_counter = true;  // else a gauge
  std::map<std::string, std::string> labels;
  double value = 0;
};

// The state of a node between two steps. Immutable once published; shared parts are rebuilt only
// when they change, so that a snapshot costs no more than a copy of this struct.
struct NodeSnapshot {
  std::string name;  // "n0"
  PublicKey public_key;
  ChainId chain_id;
  Hash genesis_hash;
  bool reference_peers = false;          // as the genesis says
  bool testnet = false;                  // a test genesis: faults and misbehaviour allowed
  bool storage_sync = true;              // false: storage.sync is never; marked in every status
  std::optional<std::string> byzantine;  // strategies now in force; none while honest
  std::vector<std::string> misbehaved;   // strategies that were ever in force in this home
  std::string p2p_address;               // HOST:PORT
  std::string rpc_address;

  ReplicaStatus replica;
  ValidatorSetState validators;
  std::map<PublicKey, std::string> names;                // of validators and peers, where known
  std::shared_ptr<const std::vector<PeerStatus>> peers;  // never null
  std::chrono::milliseconds view_timeout{0};  // T of the genesis; `health` judges by it

  std::size_t pool_transactions = 0;
  std::size_t pool_bytes = 0;
  std::uint64_t committed_transactions = 0;  // since start, as are all below
  std::uint64_t committed_blocks = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t messages_sent = 0;
  std::uint64_t store_writes = 0;
  std::uint64_t store_syncs = 0;
  std::vector<NodeMetric> more;

  std::chrono::steady_clock::time_point started{};
  std::chrono::steady_clock::time_point last_commit{};  // == started while there was none
};

// What became of one submitted transaction, as KvApp::admit_transaction says.
struct Admission {
  std::expected<TransactionId, kv::Refused> result;
  std::chrono::steady_clock::time_point at{};  // when the loop decided
};

// A command of the control socket: POST /v1/admin/NAME with a JSON object. Called on a control
// thread, which it may block for as long as the loop takes to answer; must not throw.
using AdminCommand = std::function<Result<nlohmann::ordered_json>(const nlohmann::json& arguments)>;

// What the servers call. All of it is callable from any thread until the servers are destroyed,
// which happens before the store is closed.
struct RpcService {
  // A view of the store between two steps; must not outlive the store. May throw StoreFailure.
  std::function<std::unique_ptr<KvReader>()> store_snapshot;
  // Posts encoded kvapp transactions to the loop, which calls `done` there with one Admission each,
  // in order. `done` is cheap, does not throw, and may be called after the servers are gone, or
  // never (the node is stopping).
  std::function<void(std::vector<Bytes> transactions,
                     std::function<void(std::vector<Admission>)> done)>
      submit;
  // Posts the question whether a transaction waits in the pool; answered on the loop thread, under
  // the same terms.
  std::function<void(const TransactionId& id, std::function<void(bool)> done)> is_pending;
  // By name: "stop", "peer_add", ... Served on ctl.sock alone, never on TCP.
  std::map<std::string, AdminCommand> admin;
};

}  // namespace hs
