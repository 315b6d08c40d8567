#include "lib/node/settings.h"

namespace hs {
namespace {

using Kind = NodeFailure::Kind;

NodeFailure failure_of(const Error& error, const std::string& why, const std::string& fix) {
  switch (error.code) {
    case Errc::not_found:
      return {Kind::not_found, error.what, why, fix};
    case Errc::denied:
      return {Kind::key_refused, error.what, why, fix};
    case Errc::corrupt:
    case Errc::mismatch:
      return {Kind::corrupt, error.what, why, fix};
    case Errc::io:
      return {Kind::io, error.what, why, fix};
    default:
      return {Kind::bad_config, error.what, why, fix};
  }
}

std::optional<NodeFailure> check_home(const HomeLayout& home) {
  std::error_code error;
  const auto exists = [&](const std::filesystem::path& path) {
    return std::filesystem::exists(path, error);
  };
  if (!exists(home.node_yaml()) && !exists(home.genesis_yaml())) {
    return NodeFailure{
        Kind::not_found, home.root.string() + " is no home of a node",
        "it holds neither node.yaml nor genesis.yaml",
        "make one: hs node init --home " + home.root.string() + " --genesis FILE --key FILE"};
  }
  if (!exists(home.safety_record())) {
    return NodeFailure{Kind::no_record, home.safety_record().string() + " is missing",
                       "without the voting record this node cannot know how it has voted, and a "
                       "second vote in a view would make it a traitor",
                       "restore safety/ as it was last, or make a new home with a new key"};
  }
  return std::nullopt;
}

std::expected<ReplicaConfig, NodeFailure> replica_config(const Genesis& genesis,
                                                         const NodeConfig& config) {
  constexpr int idle_part = 4;
  const Duration timeout = genesis.params.view_timeout;
  const Duration idle = config.idle_interval.value_or(timeout / idle_part);
  auto replica = ReplicaConfig::with(genesis.chain_id, genesis.params.epoch_length, timeout, idle);
  replica.reference_peers = genesis.params.reference_peers;
  if (!replica.idle_interval_fits()) {
    return std::unexpected(NodeFailure{
        Kind::bad_config, "consensus.idle_interval is too long for this chain",
        "an idle view must end before its timeout, and the view timeout of the genesis is " +
            std::to_string(timeout / milliseconds(1)) + " ms",
        "leave idle_interval out, or make it a quarter of the view timeout"});
  }
  return replica;
}

}  // namespace

std::expected<NodeSettings, NodeFailure> load_settings(const HomeLayout& home,
                                                       const NodeOverrides& overrides) {
  if (auto failure = check_home(home)) return std::unexpected(std::move(*failure));
  auto config = read_node_config(home.node_yaml());
  if (!config) {
    return std::unexpected(failure_of(config.error(), "node.yaml cannot be used",
                                      "correct the place named above; see hs-config(5)"));
  }
  auto genesis = read_genesis_file(home.genesis_yaml());
  if (!genesis) {
    return std::unexpected(failure_of(genesis.error(), "genesis.yaml cannot be used",
                                      "copy the genesis document of your network again"));
  }
  auto key = read_key_file(home.key_yaml());
  if (!key) {
    return std::unexpected(failure_of(key.error(), "key.yaml cannot be used",
                                      "correct its permissions, or restore the file"));
  }
  if (key->test && !genesis->testnet) {
    return std::unexpected(NodeFailure{Kind::bad_config, "key.yaml holds a test key",
                                       "anybody can make the same key; only a test genesis may "
                                       "use it",
                                       "generate a key: hs keys generate"});
  }
  if (!config->sync_always && !genesis->testnet) {
    return std::unexpected(NodeFailure{Kind::bad_config, "storage.sync is never",
                                       "a node that forgets its votes in a power failure may run "
                                       "on a test genesis only",
                                       "set storage.sync to always in node.yaml"});
  }
  if (!overrides.byzantine.empty() && !genesis->testnet) {
    return std::unexpected(NodeFailure{
        Kind::bad_config,
        "a node of this chain does not misbehave: --byzantine " +
            byzantine::to_text(overrides.byzantine),
        home.genesis_yaml().string() + " is no test genesis, and whoever votes against the rules "
                                       "betrays a real network",
        "leave --byzantine out, or make a network for tests: hs genesis create --testnet"});
  }
  const auto replica = replica_config(*genesis, *config);
  if (!replica) return std::unexpected(replica.error());
  if (overrides.p2p_listen) config->p2p_listen = *overrides.p2p_listen;
  if (overrides.rpc_listen) config->rpc_listen = *overrides.rpc_listen;
  config->peers.insert(config->peers.end(), overrides.peers.begin(), overrides.peers.end());
  const Hash hash = genesis->hash();
  return NodeSettings{.home = home,
                      .config = std::move(*config),
                      .genesis = std::move(*genesis),
                      .genesis_hash = hash,
                      .key = std::move(*key),
                      .replica = *replica,
                      .byzantine = overrides.byzantine};
}

}  // namespace hs
