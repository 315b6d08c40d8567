#include "lib/node/node.h"

#include <spdlog/logger.h>
#include <unistd.h>

#include <random>

#include "lib/base/hex.h"
#include "lib/blocktree/tree_reader.h"
#include "lib/node/home/control_path.h"
#include "lib/node/home/misbehaviour_mark.h"
#include "lib/node/home/port_owner.h"
#include "lib/node/loop.h"
#include "lib/node/process.h"
#include "lib/node/service.h"
#include "lib/rpc/control_server.h"
#include "lib/rpc/encoding.h"
#include "lib/rpc/server.h"

namespace hs {
namespace {

using Kind = NodeFailure::Kind;

std::uint64_t random_number() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

NodeFailure cannot_listen(const Error& error, const HostPort& address, const std::string& what,
                          const std::string& option) {
  if (error.code == Errc::exists) {
    return {Kind::port_in_use,
            to_string(address) + " is taken by " + to_text(find_port_owner(address.port)),
            "this node needs the address for " + what,
            "stop the other program, or choose another address: " + option + " HOST:PORT"};
  }
  const Kind kind = error.code == Errc::io ? Kind::io : Kind::bad_config;
  return {kind, "cannot listen on " + to_string(address) + ": " + error.what,
          "this node needs the address for " + what,
          "choose another address: " + option + " HOST:PORT"};
}

Status load_app(KvApp& app, const KvStore& store) {
  const TreeReader tree(store);
  return app.load(
      [&](BytesView key) { return tree.app_value(key); },
      [&](BytesView prefix, const kv::Visitor& visit) { tree.scan_app(prefix, visit); });
}

}  // namespace

struct Node::Impl {
  // In the order in which each rests on those before it; destroyed in reverse.
  NodeSettings settings;
  NodeVault vault;
  LoggerPtr log;
  KvApp app;
  RpcHub hub;
  NodeLoop loop;
  RpcService service;
  ControlPath control_path;
  std::unique_ptr<RpcServer> rpc;
  std::unique_ptr<ControlServer> control;
  NodeRuntime runtime;
  bool announced = false;

  Impl(NodeSettings settings_in, NodeVault vault_in, LoggerPtr log_in,
       const KvAppConfig& app_config, ControlPath control_path_in)
      : settings(std::move(settings_in)),
        vault(std::move(vault_in)),
        log(std::move(log_in)),
        app(app_config),
        loop(settings, loaded_vault(), app, hub, log, random_number()),
        service(make_rpc_service(*vault.store, loop, settings.genesis.testnet)),
        control_path(std::move(control_path_in)) {}

  ~Impl() {
    if (announced) ::unlink(settings.home.runtime_json().c_str());
    hub.close();
    control.reset();
    rpc.reset();
    log->info("stopped");
    log->flush();
  }

  // The app must know the window of ids before the replica is made, which may ask it at once.
  NodeVault& loaded_vault() {
    if (const auto loaded = load_app(app, *vault.store); !loaded) {
      throw StoreFailure(StoreFailure::Kind::corrupt, loaded.error().what);
    }
    return vault;
  }

  std::optional<NodeFailure> show_behaviour();
  std::optional<NodeFailure> start_servers();
  std::optional<NodeFailure> announce(const std::string& version);
};

// What the home is marked for, and what the command line orders now.
std::optional<NodeFailure> Node::Impl::show_behaviour() {
  const auto shown = [&]() -> Status {
    if (!settings.byzantine.empty()) {
      return loop.misbehave({.kinds = settings.byzantine, .from = {}, .lasts = {}});
    }
    HS_TRY(marks, misbehaviour_marks(settings.home));
    loop.set_misbehaved(std::move(marks));
    return {};
  }();
  if (shown) return std::nullopt;
  return NodeFailure{Kind::io, shown.error().what,
                     "safety/misbehaved says what this node was ever told to do wrong",
                     "check space and permissions, or make a new home with a new key"};
}

std::optional<NodeFailure> Node::Impl::start_servers() {
  if (const auto listening = loop.listen(); !listening) {
    return cannot_listen(listening.error(), settings.config.p2p_listen, "its peers", "--p2p-addr");
  }
  // Answers from the first request on, so there must be a snapshot before there is a server.
  loop.reporter().publish();
  auto rpc_started = RpcServer::start(
      {.host = settings.config.rpc_listen.host, .port = settings.config.rpc_listen.port}, service,
      hub);
  if (!rpc_started) {
    return cannot_listen(rpc_started.error(), settings.config.rpc_listen, "HTTP", "--rpc-addr");
  }
  rpc = std::move(*rpc_started);
  auto control_started = ControlServer::start(control_path.path(), service, hub);
  if (!control_started) {
    return NodeFailure{Kind::io,
                       "cannot listen on " + settings.home.control_socket().string() + ": " +
                           control_started.error().what,
                       "the control socket is how a node is stopped",
                       "check the permissions of " + settings.home.run().string()};
  }
  control = std::move(*control_started);
  return std::nullopt;
}

std::optional<NodeFailure> Node::Impl::announce(const std::string& version) {
  HostPort p2p = settings.config.p2p_listen;
  p2p.port = loop.port();
  HostPort rpc_address = settings.config.rpc_listen;
  rpc_address.port = rpc->port();
  loop.reporter().set_addresses(to_string(p2p), to_string(rpc_address));
  loop.reporter().publish();
  runtime = {.pid = ::getpid(),
             .start_time = process_start_time(::getpid()).value_or(0),
             .name = settings.config.name,
             .p2p = to_string(p2p),
             .rpc = to_string(rpc_address),
             .public_key = to_hex(settings.key.key.public_key().view()),
             .ready_at = rfc3339(std::chrono::system_clock::now()),
             .version = version};
  if (const auto written = write_runtime(settings.home, runtime); !written) {
    return NodeFailure{Kind::io, written.error().what, "the home cannot be written to",
                       "check space and permissions"};
  }
  announced = true;
  log->info("ready: p2p {} rpc {} key {} genesis {}", runtime.p2p, runtime.rpc, runtime.public_key,
            to_hex(settings.genesis_hash.view()));
  return std::nullopt;
}

std::expected<std::unique_ptr<Node>, NodeFailure> Node::start(NodeSettings settings,
                                                              const NodeOptions& options) {
  auto vault = open_vault(settings);
  if (!vault) return std::unexpected(vault.error());
  auto control_path = ControlPath::of(settings.home);
  if (!control_path) {
    return std::unexpected(NodeFailure{Kind::io, control_path.error().what,
                                       "the control socket needs a folder", "check the home"});
  }
  LoggerPtr log = open_log(settings.home, settings.config, options.log_to_stderr);
  const KvAppConfig app_config{.chain_id = settings.genesis.chain_id,
                               .pool = {},
                               .index_salt = random_number(),
                               .authority = settings.genesis.authority};
  auto impl = std::make_unique<Impl>(std::move(settings), std::move(*vault), std::move(log),
                                     app_config, std::move(*control_path));
  if (!impl->vault.warning.empty()) impl->log->warn(impl->vault.warning);
  impl->loop.reporter().set_handlers(options.handlers);
  if (auto failure = impl->show_behaviour()) return std::unexpected(std::move(*failure));
  if (auto failure = impl->start_servers()) return std::unexpected(std::move(*failure));
  if (auto failure = impl->announce(options.version)) return std::unexpected(std::move(*failure));
  return std::unique_ptr<Node>(new Node(std::move(impl)));
}

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::~Node() = default;

const NodeRuntime& Node::runtime() const { return impl_->runtime; }
const std::string& Node::warning() const { return impl_->vault.warning; }

void Node::run(bool stop_on_signals) {
  if (!stop_on_signals) return impl_->loop.run();
  impl_->loop.stop_on_signals();
  release_stop_signals();
  impl_->loop.run();
  hold_stop_signals();
}

const std::optional<NodeFailure>& Node::failure() const { return impl_->loop.failure(); }

void Node::stop() { impl_->loop.stop(); }

void Node::show_status_line(std::chrono::milliseconds every,
                            std::function<void(const std::string&)> show) {
  impl_->loop.show_status_line(every, std::move(show));
}

}  // namespace hs
