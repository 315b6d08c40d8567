#include "tests/unit/node/cluster/cluster.h"

#include "lib/node/home/control_path.h"
#include "lib/node/home/init.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs::test {
namespace {

constexpr auto patience = std::chrono::seconds(30);
constexpr auto view_timeout = milliseconds(500);
constexpr std::uint8_t authority_key = 200;

}  // namespace

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

SecretKey Cluster::authority() { return test_key(authority_key); }

SecretKey Cluster::key(std::size_t node) { return test_key(static_cast<std::uint8_t>(node + 1)); }

Cluster::Cluster(std::size_t nodes, std::optional<std::size_t> validators) : running_(nodes) {
  GenesisDraft draft;
  draft.chain_id = ChainId{4242};
  draft.testnet = true;
  draft.view_timeout = view_timeout;
  draft.authority = authority().public_key();
  std::vector<KeyFile> keys;
  for (std::size_t i = 0; i < nodes; ++i) {
    keys.push_back({"n" + std::to_string(i), key(i), false});
    if (i < validators.value_or(nodes)) {
      draft.validators.push_back({.name = keys.back().name,
                                  .public_key = keys.back().key.public_key(),
                                  .power = Power{1}});
    }
    REQUIRE(write_key_file(folder_ / (keys.back().name + ".key.yaml"), keys.back(), false));
  }
  const auto created = create_genesis(draft);
  REQUIRE(created);
  REQUIRE(write_genesis_file(folder_ / "genesis.yaml", created->genesis, false));
  for (const KeyFile& file : keys) {
    homes_.push_back({folder_ / file.name});
    NodeConfig config;
    config.name = file.name;
    config.p2p_listen.port = 0;
    config.rpc_listen.port = 0;
    config.log_level = "debug";
    REQUIRE(init_home({.home = homes_.back(),
                       .genesis = folder_ / "genesis.yaml",
                       .key = folder_ / (file.name + ".key.yaml"),
                       .config = config}));
  }
}

Cluster::~Cluster() { stop_all(); }

void Cluster::start(std::size_t node) {
  auto settings = load_settings(homes_[node], {});
  REQUIRE(settings);
  auto started = Node::start(std::move(*settings), {.log_to_stderr = false, .version = "test"});
  if (!started) FAIL(started.error().message);
  Running& running = running_[node].emplace();
  running.node = std::move(*started);
  running.thread = std::thread([&running] {
    running.node->run(/*stop_on_signals=*/false);
    *running.ended = true;
  });
  for (std::size_t peer = 0; peer < size(); ++peer) {
    if (peer == node || !running_[peer]) continue;
    introduce(node, peer);
    introduce(peer, node);
  }
}

std::optional<NodeFailure> Cluster::ends(std::size_t node) const {
  const Running& running = *running_[node];
  if (!eventually([&] { return running.ended->load(); })) return std::nullopt;
  return running.node->failure();
}

void Cluster::start_all() {
  for (std::size_t node = 0; node < size(); ++node) start(node);
}

void Cluster::stop(std::size_t node) {
  if (!running_[node]) return;
  running_[node]->node->stop();
  running_[node]->thread.join();
  running_[node].reset();
}

void Cluster::stop_all() {
  for (std::size_t node = 0; node < size(); ++node) stop(node);
}

void Cluster::introduce(std::size_t node, std::size_t peer) const {
  const NodeRuntime& runtime = running_[peer]->node->runtime();
  const auto reply =
      post(node, "/v1/admin/peer_add", {{"peer", runtime.public_key + "@" + runtime.p2p}});
  REQUIRE(reply);
  INFO(reply->body);
  REQUIRE(reply->ok());
}

RpcClient Cluster::client(std::size_t node) const {
  const auto path = ControlPath::of(homes_[node]);
  REQUIRE(path);
  return RpcClient(SocketEndpoint{path->path()});
}

std::optional<nlohmann::json> Cluster::get(std::size_t node, const std::string& target) const {
  const auto reply = client(node).get(target);
  if (!reply || !reply->ok()) return std::nullopt;
  return nlohmann::json::parse(reply->body);
}

Result<RpcReply> Cluster::post(std::size_t node, const std::string& target,
                               const nlohmann::ordered_json& body) const {
  return client(node).post(target, body);
}

std::optional<std::uint64_t> Cluster::committed_height(std::size_t node) const {
  const auto status = get(node, "/v1/status");
  if (!status || !(*status)["committed_height"].is_number()) return std::nullopt;
  return (*status)["committed_height"].get<std::uint64_t>();
}

bool Cluster::commits(std::size_t node, std::uint64_t height) const {
  return eventually([&] { return committed_height(node) >= height; });
}

}  // namespace hs::test
