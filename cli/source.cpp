#include "cli/source.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <vector>

#include "cli/error.h"
#include "cli/lookup.h"
#include "cli/reply_error.h"
#include "genesis/genesis.h"
#include "lib/node/home/control_path.h"
#include "lib/node/home/home_lock.h"
#include "lib/node/home/runtime_file.h"
#include "lib/rpc/client.h"
#include "lib/rpc/reads.h"
#include "lib/store/leveldb_store.h"
#include "testnet/layout.h"
#include "testnet/record.h"
#include "testnet/state.h"

namespace hs {
namespace {

using std::chrono::milliseconds;

// A paused process accepts connections and never answers. [ARCHITECTURE 5, Offline]
constexpr milliseconds control_patience{1000};

struct LiveNode {
  std::string name;
  RpcEndpoint endpoint;
};

// A dead node's home, held against a start while it is read.
struct StoredNode {
  std::filesystem::path home;
  HomeLock lock;
  std::unique_ptr<KvStore> store;
  Genesis genesis;
  ReplicaNames names;
};

std::string describe(const LiveNode& node) {
  return (node.name.empty() ? "" : node.name + " at ") + to_string(node.endpoint);
}

}  // namespace

struct Source::Impl {
  milliseconds patience{answer_patience};
  std::vector<LiveNode> nodes;         // in the order in which they are tried; empty offline
  std::optional<ControlPath> control;  // keeps the path of a control socket good
  std::optional<StoredNode> stored;
  std::string answered_by;

  void use_rpc(const std::string& url);
  void use_testnet(const GlobalOptions& global);
  void use_running_nodes(const TestnetLayout& testnet);
  void use_home(const std::filesystem::path& root);
  void use_files(const HomeLayout& home, HomeLock lock);
  template <class Ask>
  RpcReply ask(milliseconds wait, const Ask& send);
  RpcReply read_files(const std::string& target) const;
};

namespace {

CliError node_stopped(const std::string& node, const std::filesystem::path& home) {
  return CliError(
      "node_stopped", ExitCode::unreachable, node + " is not running",
      "its process is gone or has not started",
      "start it: hs testnet start " + node + "; or read its files with --home " + home.string());
}

LiveNode live_node(const HomeLayout& home, const std::string& name) {
  const auto runtime = read_runtime(home);
  if (!runtime || !is_alive(*runtime)) throw node_stopped(name, home.root);
  return {name,
          or_throw(parse_endpoint(runtime->rpc), "the address in " + home.runtime_json().string())};
}

ReplicaNames names_of(const Genesis& genesis) {
  ReplicaNames names;
  for (const GenesisValidator& validator : genesis.validators) {
    names[validator.public_key] = validator.name;
  }
  return names;
}

}  // namespace

void Source::Impl::use_rpc(const std::string& url) {
  nodes.push_back({"", or_throw(parse_endpoint(url), "reading --rpc")});
}

void Source::Impl::use_testnet(const GlobalOptions& global) {
  const TestnetLayout testnet =
      testnet_named(global.testnet ? std::optional(global.testnet->value) : std::nullopt);
  if (global.node) {
    const TestnetNode node = node_named(testnet, *global.node);
    nodes.push_back(live_node(HomeLayout{node.home}, node.name));
    return;
  }
  use_running_nodes(testnet);
}

void Source::Impl::use_running_nodes(const TestnetLayout& testnet) {
  const SupervisorState state = or_throw(read_state(testnet), "reading the state of the testnet");
  const auto record = or_throw(read_testnet_record(testnet));
  for (const TestnetNode& node : record.nodes(testnet)) {
    const auto entry =
        std::find_if(state.nodes.begin(), state.nodes.end(),
                     [&](const NodeEntry& other) { return other.name == node.name; });
    const bool is_paused = entry != state.nodes.end() && entry->state == NodeState::paused;
    const auto runtime = read_runtime(HomeLayout{node.home});
    if (is_paused || !runtime || !is_alive(*runtime)) continue;
    if (const auto endpoint = parse_endpoint(runtime->rpc)) nodes.push_back({node.name, *endpoint});
  }
  if (nodes.empty()) {
    throw CliError("testnet_stopped", ExitCode::unreachable,
                   "no node of testnet " + testnet.name() + " is running", "",
                   "start it with `hs testnet up " + testnet.name() +
                       " -d`, or read a node's files with --home " +
                       record.nodes(testnet).front().home.string());
  }
}

void Source::Impl::use_home(const std::filesystem::path& root) {
  const HomeLayout home{root};
  if (!home.is_home()) {
    throw CliError("home_not_found", ExitCode::not_found, root.string() + " is not a node's home",
                   "node.yaml, genesis.yaml or the voting record is missing there",
                   "make one with `hs node init`, or check --home");
  }
  auto lock = HomeLock::take(home, HomeLock::Mode::shared);
  if (lock) return use_files(home, std::move(*lock));
  if (lock.error().code != Errc::exists) throw to_cli_error(lock.error(), "opening the home");
  // Somebody holds it: the files are his, and he alone can answer.
  control = or_throw(ControlPath::of(home));
  const auto runtime = read_runtime(home);
  const std::string name = runtime ? runtime->name : root.filename().string();
  nodes.push_back({name, SocketEndpoint{control->path()}});
  RpcClient probe(nodes.front().endpoint,
                  {.connect = control_patience, .answer = control_patience});
  if (const auto reply = probe.get("/v1/status"); !reply) {
    const std::string pid = runtime ? std::to_string(runtime->pid) : "";
    throw CliError("node_paused", ExitCode::unreachable,
                   name + (pid.empty() ? "" : " (pid " + pid + ")") + " does not answer",
                   "it holds " + root.string() + ", so its files cannot be read either",
                   pid.empty() ? "" : "is it paused? kill -CONT " + pid);
  }
}

void Source::Impl::use_files(const HomeLayout& home, HomeLock lock) {
  Genesis genesis = or_throw(read_genesis_file(home.genesis_yaml()));
  ReplicaNames names = names_of(genesis);
  auto store = open_leveldb_read_only(home.data().string());
  stored.emplace(StoredNode{.home = home.root,
                            .lock = std::move(lock),
                            .store = std::move(store),
                            .genesis = std::move(genesis),
                            .names = std::move(names)});
  if (!TreeReader(*stored->store).is_initialised()) {
    throw CliError("store_corrupt", ExitCode::corrupt, home.data().string() + " holds no chain",
                   "it was not made by `hs node init`, or lost its contents",
                   "`hs node reset --data` makes it anew and keeps the voting record");
  }
}

RpcReply Source::Impl::read_files(const std::string& target) const {
  const std::size_t mark = target.find('?');
  const HttpRequest request{.method = "GET",
                            .path = target.substr(0, mark),
                            .query = mark == std::string::npos ? "" : target.substr(mark + 1),
                            .content_type = "",
                            .body = ""};
  const auto answer = answer_read({.store = *stored->store,
                                   .chain_id = stored->genesis.chain_id,
                                   .genesis_hash = stored->genesis.hash(),
                                   .names = stored->names},
                                  request);
  if (!answer) {
    throw CliError("node_stopped", ExitCode::unreachable,
                   "the node of " + stored->home.string() + " is not running",
                   "only a running node can answer this",
                   "start it: hs node run --home " + stored->home.string());
  }
  return {.status = answer->status, .body = answer->body};
}

// The first node that answers is asked from then on; only one that refuses the connection is passed
// over, as anything else might have been done already.
template <class Ask>
RpcReply Source::Impl::ask(milliseconds wait, const Ask& send) {
  const RpcClient::Timeouts timeouts{.connect = std::min(patience, milliseconds(2000)),
                                     .answer = patience + wait};
  std::string tried;
  for (const LiveNode& node : nodes) {
    const bool is_known = describe(node) == answered_by;
    if (!answered_by.empty() && !is_known) continue;
    RpcClient asked(node.endpoint, timeouts);
    auto reply = send(asked);
    if (reply) {
      answered_by = describe(node);
      return std::move(*reply);
    }
    if (reply.error().code != Errc::unavailable) {
      throw CliError("timed_out", ExitCode::timed_out, describe(node) + " did not answer in time",
                     reply.error().what,
                     "is it paused (`hs testnet status`)? Wait longer with --timeout");
    }
    tried += (tried.empty() ? "" : ", ") + describe(node);
  }
  throw CliError("node_unreachable", ExitCode::unreachable, "nobody answers at " + tried,
                 "the connection was refused",
                 "is the node running? Files of a dead one are read with --home DIR");
}

Source::Source(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Source::~Source() = default;
Source::Source(Source&&) noexcept = default;
Source& Source::operator=(Source&&) noexcept = default;

Source Source::of(const Context& context) {
  const GlobalOptions& global = context.global;
  const auto by_flag = [](const std::optional<Setting>& setting) {
    return setting && setting->by_flag;
  };
  const bool testnet_flag = by_flag(global.testnet) || global.node.has_value();
  if (by_flag(global.rpc) + by_flag(global.home) + testnet_flag > 1) {
    throw usage_error("--rpc, --home and --testnet (or --node) exclude each other",
                      "each of them says whom to ask", "give one of them");
  }
  auto impl = std::make_unique<Impl>();
  if (global.timeout) {
    impl->patience = std::max(milliseconds(1), std::chrono::ceil<milliseconds>(*global.timeout));
  }
  // What stands in the environment counts only where no flag says otherwise.
  const bool any_flag = by_flag(global.rpc) || by_flag(global.home) || testnet_flag;
  const auto counts = [&](const std::optional<Setting>& setting) {
    return setting && (setting->by_flag || !any_flag);
  };
  if (counts(global.rpc)) {
    impl->use_rpc(global.rpc->value);
  } else if (testnet_flag || counts(global.testnet)) {
    impl->use_testnet(global);
  } else if (counts(global.home)) {
    impl->use_home(global.home->value);
  } else {
    impl->use_testnet(global);
  }
  return Source(std::move(impl));
}

Source Source::of_testnet(const TestnetLayout& testnet, milliseconds patience) {
  auto impl = std::make_unique<Impl>();
  impl->patience = patience;
  impl->use_running_nodes(testnet);
  return Source(std::move(impl));
}

Source Source::of_home(const std::filesystem::path& home) {
  auto impl = std::make_unique<Impl>();
  impl->use_home(home);
  return Source(std::move(impl));
}

void Source::ask_another() {
  if (impl_->nodes.size() < 2) return;
  const auto last =
      std::find_if(impl_->nodes.begin(), impl_->nodes.end(),
                   [&](const LiveNode& node) { return describe(node) == impl_->answered_by; });
  // The one that answered, or the first, which was tried first, comes last now.
  const auto back = last == impl_->nodes.end() ? impl_->nodes.begin() : last;
  std::rotate(back, back + 1, impl_->nodes.end());
  impl_->answered_by.clear();
}

nlohmann::ordered_json Source::get(const std::string& target) {
  if (impl_->stored) return json_or_throw(impl_->read_files(target));
  return get_live(target);
}

nlohmann::ordered_json Source::get_live(const std::string& target, milliseconds wait) {
  if (impl_->stored) return json_or_throw(impl_->read_files(target));
  return json_or_throw(impl_->ask(wait, [&](RpcClient& client) { return client.get(target); }));
}

nlohmann::ordered_json Source::post(const std::string& target, const nlohmann::ordered_json& body,
                                    milliseconds wait) {
  if (impl_->stored) return json_or_throw(impl_->read_files("/v1/transactions"));
  return json_or_throw(
      impl_->ask(wait, [&](RpcClient& client) { return client.post(target, body); }));
}

void Source::stream(const std::string& target, milliseconds silence,
                    const std::function<bool(const std::string& line)>& on_line) {
  if (impl_->stored) (void)json_or_throw(impl_->read_files("/v1/events"));
  bool has_begun = false;
  bool is_wanted = true;
  const auto pass_on = [&](const std::string& line) {
    has_begun = true;
    is_wanted = on_line(line);
    return is_wanted;
  };
  const RpcReply end = impl_->ask(milliseconds(0), [&](RpcClient& client) -> Result<RpcReply> {
    const Status ended = client.stream(target, silence, pass_on);
    // What another node would tell is no continuation of what this one told.
    const bool is_cut = !ended && ended.error().code == Errc::unavailable && has_begun;
    if (is_cut) return RpcReply{.status = 200, .body = ""};
    if (!ended && ended.error().code == Errc::bad_value) {
      return RpcReply{.status = 400, .body = ended.error().what};
    }
    if (!ended) return std::unexpected(ended.error());
    return RpcReply{.status = 200, .body = ""};
  });
  if (end.status != 200) (void)json_or_throw(end);
  if (is_wanted) {
    throw CliError("stream_ended", ExitCode::unreachable, name() + " has ended the stream",
                   "the node was stopped or killed, or it cut off a reader that was too slow",
                   "`hs testnet status` or `hs node status` shows whether it runs");
  }
}

bool Source::is_offline() const { return impl_->stored.has_value(); }

std::string Source::name() const {
  if (impl_->stored) return "the files in " + impl_->stored->home.string();
  return impl_->answered_by.empty() ? describe(impl_->nodes.front()) : impl_->answered_by;
}

}  // namespace hs
