#include "testnet/watch_member.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "genesis/genesis.h"
#include "lib/rpc/client.h"
#include "testnet/chain_reader.h"
#include "testnet/inspect.h"

namespace hs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto poll_interval = std::chrono::milliseconds(20);
constexpr std::size_t certificates_looked_at = 20;
constexpr RpcClient::Timeouts quick = {.connect = std::chrono::milliseconds(300),
                                       .answer = std::chrono::milliseconds(1000)};

// Committed height of a node that is not catching up; none if it does not answer, or is.
std::optional<std::uint64_t> settled_height(const TestnetNode& node) {
  RpcClient client(TcpEndpoint{"127.0.0.1", node.rpc_port}, quick);
  const auto reply = client.get("/v1/status");
  if (!reply || !reply->ok()) return std::nullopt;
  const auto status = json_of(*reply);
  if (!status || !status->is_object() || status->value("syncing", true)) return std::nullopt;
  const auto height = status->find("committed_height");
  if (height == status->end() || !height->is_number_unsigned()) return std::nullopt;
  return height->get<std::uint64_t>();
}

// A vote of the member in one of the newest certificates that the node has.
std::optional<SeenVote> vote_seen_by(const TestnetNode& node, const Genesis& genesis,
                                     const PublicKey& key) {
  ChainReader reader(node);
  const auto changes = reader.set_changes();
  const auto height = reader.committed_height();
  if (!changes || !height || !*height) return std::nullopt;
  SetHistory sets(genesis);
  for (const ToldChange& change : *changes) {
    if (!sets.add(change)) return std::nullopt;
  }
  const auto headers = reader.headers(**height, certificates_looked_at);
  if (!headers) return std::nullopt;
  for (const CheckedHeader& header : *headers) {
    const PhaseCertificate& pc = header.justify;
    if (pc.is_genesis() || header.height.value == 0) continue;
    const Height certified{header.height.value - 1};
    const auto position = sets.judge(pc, certified).position(key);
    if (!position || *position >= pc.signatures.size() || !pc.signatures[*position]) continue;
    return SeenVote{certified.value, pc.view.value};
  }
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> await_synced(const TestnetLayout& layout, const Member& member,
                                   SteadyTime deadline) {
  HS_TRY(view, inspect_testnet(layout));
  std::uint64_t goal = 0;
  for (const NodeView& node : view.nodes) {
    if (node.node.name != member.node.name)
      goal = std::max(goal, node.committed_height.value_or(0));
  }
  while (true) {
    const auto height = settled_height(member.node);
    if (height && *height >= goal) return *height;
    if (Clock::now() >= deadline) {
      return fail(Errc::timed_out, member.node.name + " has not caught up: it is at height " +
                                       (height ? std::to_string(*height) : "-") +
                                       ", the others were at " + std::to_string(goal));
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

Result<SeenVote> await_vote(const TestnetLayout& layout, const Member& member,
                            SteadyTime deadline) {
  HS_TRY(genesis, read_genesis_file(layout.genesis_yaml()));
  HS_TRY(record, read_testnet_record(layout));
  while (true) {
    for (const TestnetNode& node : record.nodes(layout)) {
      if (const auto vote = vote_seen_by(node, genesis, member.key)) return *vote;
    }
    if (Clock::now() >= deadline) {
      return fail(Errc::timed_out,
                  "no certificate holds a signature of " + member.node.name + " yet");
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

}  // namespace hs
