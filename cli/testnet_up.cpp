// hs testnet up and supervise.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/error.h"
#include "cli/interrupt.h"
#include "cli/lookup.h"
#include "cli/testnet_screen.h"
#include "cli/testnet_support.h"
#include "cli/values.h"
#include "genesis/genesis.h"
#include "lib/base/hex.h"
#include "lib/node/home/home_lock.h"
#include "lib/node/home/port_owner.h"
#include "testnet/create.h"
#include "testnet/ports.h"
#include "testnet/supervisor.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

constexpr const char* default_name = "demo";
constexpr auto start_patience = std::chrono::seconds(60);

// ---- what was asked for ----

TestnetParams params_from(const Context& context) {
  TestnetParams params;
  for (const std::string& text : context.arguments.texts("param")) {
    const std::size_t equals = text.find('=');
    const std::string key = text.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
    if (key == "view_timeout") {
      const auto duration = or_throw(parse_duration(value), "--param view_timeout");
      if (duration < view_timeout_min || duration > view_timeout_max) {
        throw usage_error(
            "--param view_timeout: " + value + " is out of range", {},
            "give " + duration_text(view_timeout_min) + " to " + duration_text(view_timeout_max));
      }
      params.view_timeout = duration;
    } else if (key == "epoch_length") {
      const auto length = or_throw(parse_number(value), "--param epoch_length");
      if (length == 0 || length > epoch_length_max) {
        throw usage_error("--param epoch_length: " + value + " is out of range", {},
                          "give 1 to " + std::to_string(epoch_length_max));
      }
      params.epoch_length = static_cast<std::uint32_t>(length);
    } else {
      throw usage_error("--param: unknown parameter '" + key + "'", {},
                        "view_timeout=DURATION or epoch_length=VIEWS");
    }
  }
  return params;
}

// "commit=1": how many blocks every node is to have committed.
std::uint64_t blocks_to_wait_for(const Context& context) {
  const std::string text = context.arguments.text("wait");
  const std::string prefix = "commit=";
  if (!text.starts_with(prefix)) {
    throw usage_error("--wait: '" + text + "' is not commit=N", {}, "--wait commit=1");
  }
  return or_throw(parse_number(text.substr(prefix.size())), "--wait");
}

CliError port_error(std::uint16_t port, const std::string& fix) {
  const auto owner = find_port_owner(port);
  auto error =
      CliError("port_in_use", ExitCode::in_use,
               "127.0.0.1:" + std::to_string(port) + " is taken by " + to_text(owner), {}, fix)
          .with("port", port);
  return owner ? std::move(error).with("pid", owner->pid).with("command", owner->command) : error;
}

struct Plan {
  TestnetLayout layout;
  TestnetRecord record;
  bool fresh = false;  // is made by this call

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const TestnetNode& node : record.nodes(layout)) names.push_back(node.name);
    return names;
  }
};

Plan plan_of_new(const Context& context, const TestnetLayout& layout) {
  Plan plan{layout, {}, true};
  plan.record.name = layout.name();
  plan.record.validators = context.arguments.number("validators");
  plan.record.params = params_from(context);
  if (context.arguments.given("base-port")) {
    plan.record.base_port = static_cast<std::uint16_t>(context.arguments.number("base-port"));
    if (!ports_fit(plan.record.base_port, plan.record.validators)) {
      throw usage_error("--base-port " + std::to_string(plan.record.base_port) +
                            " leaves too few "
                            "ports below 65536 for " +
                            std::to_string(plan.record.validators) + " nodes",
                        "a node takes ten");
    }
    if (const auto busy = first_busy_port(plan.record)) {
      throw port_error(*busy, "choose another --base-port, or none to have one chosen");
    }
    return plan;
  }
  std::vector<TestnetRecord> others;
  for (const TestnetLayout& other : list_testnets(layout.root.parent_path())) {
    if (const auto record = read_testnet_record(other)) others.push_back(*record);
  }
  plan.record.base_port = or_throw(choose_base_port(plan.record.validators, others));
  if (plan.record.base_port != base_port_default) {
    context.out.note("ports from " + std::to_string(base_port_default) +
                     " are taken, by a testnet or another program; this one takes those from " +
                     std::to_string(plan.record.base_port));
  }
  return plan;
}

// Options that would need another genesis or other ports than the net was made with.
void refuse_changes(const Context& context, const TestnetRecord& record) {
  const auto refuse = [&](const std::string& option, const std::string& had) {
    throw usage_error("testnet " + record.name + " exists and has " + had, option + " differs",
                      "leave " + option + " away, take another NAME, or `hs testnet down " +
                          record.name + " --purge` first");
  };
  const Arguments& arguments = context.arguments;
  if (arguments.given("validators") && arguments.number("validators") != record.validators) {
    refuse("-n", std::to_string(record.validators) + " validators");
  }
  if (arguments.given("base-port") && arguments.number("base-port") != record.base_port) {
    refuse("--base-port", "its ports from " + std::to_string(record.base_port));
  }
  const TestnetParams wanted = params_from(context);
  if (wanted.view_timeout && wanted.view_timeout != record.params.view_timeout) {
    refuse("--param view_timeout", "another view_timeout");
  }
  if (wanted.epoch_length && wanted.epoch_length != record.params.epoch_length) {
    refuse("--param epoch_length", "another epoch_length");
  }
}

Plan plan_of_existing(const Context& context, const TestnetLayout& layout) {
  Plan plan{layout, or_throw(read_testnet_record(layout)), false};
  const auto state = or_throw(read_state(layout));
  // The lock knows of a supervisor that has only just begun.
  if (!HomeLock::take(HomeLayout{layout.root}, HomeLock::Mode::exclusive)) {
    const auto view = inspect_processes(layout);
    const bool some_are_down = view && view->running_validators() < view->validators();
    throw CliError(
        "already_running", ExitCode::in_use, "testnet " + layout.name() + " is running already",
        "its supervisor is pid " + std::to_string(state.supervisor.pid),
        some_are_down
            ? "start the nodes that are down: hs testnet start all --testnet " + layout.name()
            : "`hs testnet status " + layout.name() + "`, or take another NAME")
        .with("pid", state.supervisor.pid);
  }
  refuse_changes(context, plan.record);
  if (!context.arguments.flag("dry-run")) end_leftovers(layout);
  if (const auto busy = first_busy_port(plan.record)) {
    throw port_error(*busy, "stop that process: a testnet keeps its ports over restarts");
  }
  return plan;
}

Plan plan_of(const Context& context, const TestnetLayout& layout) {
  return layout.exists() ? plan_of_existing(context, layout) : plan_of_new(context, layout);
}

int show_plan(const Context& context, const Plan& plan) {
  if (context.out.wants_json()) {
    nlohmann::ordered_json json = {{"schema", "hs.testnet_plan/v1"},
                                   {"name", plan.record.name},
                                   {"folder", plan.layout.root.string()},
                                   {"new", plan.fresh}};
    json["nodes"] = nlohmann::ordered_json::array();
    for (const TestnetNode& node : plan.record.nodes(plan.layout)) {
      json["nodes"].push_back({{"name", node.name},
                               {"p2p", node.p2p()},
                               {"rpc", node.rpc()},
                               {"home", node.home.string()}});
    }
    context.out.json(json);
    return to_int(ExitCode::done);
  }
  context.out.line((plan.fresh ? "would make " : "would start ") + plan.layout.root.string());
  Table table({{"NODE"}, {"P2P"}, {"RPC"}, {"HOME", false, true}});
  for (const TestnetNode& node : plan.record.nodes(plan.layout)) {
    table.add({node.name, node.p2p(), "http://" + node.rpc(), node.home.string()});
  }
  context.out.table(table);
  return to_int(ExitCode::done);
}

// ---- making and starting ----

// Removes what this call made unless it succeeded. What others made is theirs: nothing is removed
// before made() was called, nor what runs.
class MadeFolder {
 public:
  explicit MadeFolder(const TestnetLayout& layout) : layout_(layout) {
    std::error_code none;
    before_ = fs::read_symlink(layout.root.parent_path() / "latest", none).string();
  }
  ~MadeFolder() {
    if (keep_ || !is_free_soon()) return;
    [[maybe_unused]] const Status removed = remove_testnet(layout_);
    const TestnetLayout before{layout_.root.parent_path() / before_};
    if (!before_.empty() && before.exists()) {
      [[maybe_unused]] const Status restored = set_latest(before);
    }
  }
  MadeFolder(const MadeFolder&) = delete;
  MadeFolder& operator=(const MadeFolder&) = delete;
  void made() { keep_ = false; }
  void keep() { keep_ = true; }
  bool is_kept() const { return keep_; }

 private:
  // A supervisor that failed holds its lock until it has gone.
  bool is_free_soon() const {
    constexpr auto patience = std::chrono::seconds(5);
    constexpr auto poll_interval = std::chrono::milliseconds(10);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!HomeLock::take(HomeLayout{layout_.root}, HomeLock::Mode::exclusive)) {
      if (std::chrono::steady_clock::now() >= deadline) return false;
      std::this_thread::sleep_for(poll_interval);
    }
    return true;
  }

  TestnetLayout layout_;
  bool keep_ = true;
  std::string before_;  // what was the latest
};

void stop_if_interrupted(const Plan& plan, bool is_made) {
  if (!InterruptGuard::is_interrupted()) return;
  const std::string& name = plan.record.name;
  throw CliError("interrupted", ExitCode::interrupted,
                 name + (is_made ? " was made, and not started" : " was not made"),
                 is_made ? "" : "what there was of it is removed", "run the command again");
}

void make(const Context& context, const Plan& plan, MadeFolder& made) {
  if (plan.fresh) {
    // Half a testnet has private keys in it: Ctrl-C waits until they can be removed.
    const InterruptGuard guard;
    const std::string count = std::to_string(plan.record.validators);
    or_throw(create_testnet(plan.layout, plan.record, [&](const std::string& phase) {
      stop_if_interrupted(plan, false);
      if (phase == "keys") context.out.note("keys     made " + count + " and an authority");
      if (phase == "genesis") context.out.note("genesis  made");
      if (phase == "homes") context.out.note("homes    made in " + plan.layout.root.string());
    }));
    const bool keep = context.arguments.flag("keep");
    if (!keep) made.made();
    stop_if_interrupted(plan, keep);
  } else {
    context.out.note("resuming " + plan.layout.root.string());
    const std::size_t byzantine = plan.record.byzantine.size();
    if (byzantine > plan.record.faults_tolerated()) {
      context.out.warn(
          std::to_string(byzantine) + " of " + std::to_string(plan.record.validators) +
          " are told to misbehave, f = " + std::to_string(plan.record.faults_tolerated()) +
          ": expect no progress; `hs testnet fault clear` makes them honest");
    }
  }
  or_throw(set_latest(plan.layout));
}

int up_detached(Context& context, const Plan& plan, const StartGoal& goal, MadeFolder& made) {
  const InterruptGuard guard;
  auto launched = or_throw(launch_supervisor(plan.layout, plan.names()), "starting the supervisor");
  launched.watch.stop_when(InterruptGuard::is_interrupted);
  try {
    watch_start(context, launched.watch, plan.layout, plan.record, goal);
  } catch (...) {  // whatever it is: what did not come up is not left half up
    take_down(plan.layout, std::chrono::seconds(10));
    throw;
  }
  made.keep();
  show_started(context, plan.layout, /*detached=*/true);
  return to_int(ExitCode::done);
}

// The supervisor holds the main thread, because nodes die with the thread that started them; what
// the user sees comes from another one.
int up_in_foreground(Context& context, const Plan& plan, const StartGoal& goal, MadeFolder& made) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    throw CliError("io", ExitCode::failure, "cannot make a pipe");
  }
  StartWatch watch{FileDescriptor(pipe[0])};
  SupervisorOptions options;
  options.layout = plan.layout;
  options.nodes = plan.names();
  options.command = [&](const std::string& node) { return node_command(plan.layout, node); };
  options.report = FileDescriptor(pipe[1]);
  const auto supervisor = or_throw(Supervisor::open(std::move(options)), "supervising");

  std::exception_ptr failure;
  std::atomic<bool> started = false;
  std::thread screen([&] {
    try {
      watch_start(context, watch, plan.layout, plan.record, goal);
      started = true;
      made.keep();
      show_started(context, plan.layout, /*detached=*/false);
      show_live(context, watch, plan.layout);
    } catch (...) {  // carried over to the main thread
      failure = std::current_exception();
      supervisor->request_stop();
    }
  });
  const bool nodes_started = supervisor->run(plan.names());
  screen.join();
  // A user who ends a start early gets no complaint about it.
  const bool ended_early = nodes_started && !started && supervisor->was_asked_to_stop();
  if (failure && !ended_early) std::rethrow_exception(failure);
  if (ended_early) {
    context.out.note(made.is_kept()
                         ? plan.layout.name() + " is stopped before it was up"
                         : plan.layout.name() + " is stopped before it was up and removed");
    return to_int(ExitCode::interrupted);
  }
  context.out.note("testnet " + plan.layout.name() + " is stopped; `hs testnet up " +
                   plan.layout.name() + "` goes on where it was");
  return to_int(ExitCode::done);
}

int testnet_up(Context& context) {
  StartGoal goal{.blocks = blocks_to_wait_for(context),
                 .fresh = false,
                 .deadline = std::chrono::steady_clock::now() +
                             context.global.timeout.value_or(start_patience)};
  const fs::path root = or_throw(testnets_root());
  const std::string name = testnet_name(context, true).value_or(default_name);
  or_throw(check_testnet_name(name));
  const TestnetLayout layout{root / name};
  if (context.arguments.flag("dry-run")) return show_plan(context, plan_of(context, layout));
  const StartLock lock = lock_start(root, name);
  const Plan plan = plan_of(context, layout);
  goal.fresh = plan.fresh;
  MadeFolder made(plan.layout);
  make(context, plan, made);
  return context.arguments.flag("detach") ? up_detached(context, plan, goal, made)
                                          : up_in_foreground(context, plan, goal, made);
}

// ---- supervise ----

int testnet_supervise(Context& context) {
  const KnownTestnet net = known_testnet(context, true);
  SupervisorOptions options;
  options.layout = net.layout;
  for (const TestnetNode& node : net.record.nodes(net.layout)) options.nodes.push_back(node.name);
  options.command = [&](const std::string& node) { return node_command(net.layout, node); };
  if (const auto number = context.arguments.find_number("report-fd")) {
    const int descriptor = static_cast<int>(*number);
    if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
      throw usage_error("--report-fd " + std::to_string(descriptor) + " is not open");
    }
    options.report = FileDescriptor(descriptor);
  }
  const std::vector<std::string> asked = context.arguments.texts("start");
  for (const std::string& name : asked) (void)node_named(net.layout, name);
  const std::vector<std::string> first = asked.empty() ? options.nodes : asked;
  const auto supervisor = or_throw(Supervisor::open(std::move(options)), "supervising");
  return to_int(supervisor->run(first) ? ExitCode::done : ExitCode::failure);
}

}  // namespace

void add_testnet_up_commands(Registry& registry) {
  registry.add(
      {.path = "testnet up",
       .summary = "make a testnet, or start one that is stopped, and run it",
       .description =
           "Makes keys, a genesis and a home for every node, and starts one process per node. "
           "Stays "
           "and shows the nodes until Ctrl-C, which stops them all; with -d it returns when every "
           "node has committed. A testnet that exists and is stopped goes on where it was.",
       .examples = {{"hs testnet up -d", "four nodes, in the background"},
                    {"hs testnet up big -n 7 --param view_timeout=500ms",
                     "seven, in the foreground"},
                    {"hs testnet up --dry-run", "what would be made, and on which ports"}},
       .options = {Option::positional("NAME", "its name; default demo").optional(),
                   Option::number("--validators,-n", "N", "number of nodes", 1, testnet_nodes_max)
                       .by_default("4"),
                   Option::flag("--detach,-d", "return when every node has committed"),
                   Option::number(
                       "--base-port", "PORT",
                       "ten ports a node from here, default 27000 or the next free block", 1024,
                       65500),
                   Option::text("--param", "KEY=VALUE",
                                "genesis parameter: view_timeout=1s, epoch_length=10")
                       .repeated(),
                   Option::text("--wait", "commit=N",
                                "how many blocks every node is to commit first")
                       .by_default("commit=1"),
                   Option::flag("--keep", "keep what was made if the start fails"),
                   Option::flag("--dry-run", "only say what would be done")},
       .run = testnet_up});
  registry.add(
      {.path = "testnet supervise",
       .summary = "the process that `up -d` starts: runs the nodes of a testnet",
       .description = "For service managers: stays in the foreground without a screen, "
                      "stops the nodes on SIGTERM.",
       .examples = {{"hs testnet supervise demo", "all nodes of demo"}},
       .options = {Option::positional("NAME", "the testnet, default the latest").optional(),
                   Option::text("--start", "NODE", "start only these").repeated(),
                   Option::number("--report-fd", "N", "tell there how the start goes on", 3, 1023)},
       .run = testnet_supervise});
}

}  // namespace hs
