#include "testnet/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "lib/base/check.h"
#include "testnet/event_log.h"
#include "testnet/log_tail.h"

namespace hs {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t failure_log_lines = 10;
constexpr auto pause_poll_interval = std::chrono::milliseconds(1);

std::unexpected<Error> system_failure(const std::string& doing) {
  return fail(Errc::io, doing + ": " + std::generic_category().message(errno));
}

}  // namespace

Result<std::unique_ptr<Supervisor>> Supervisor::open(SupervisorOptions options) {
  HS_TRY(lock, HomeLock::take(HomeLayout{options.layout.root}, HomeLock::Mode::exclusive));
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
    return system_failure("cannot become the reaper of the nodes");
  }
  sigset_t taken;
  ::sigemptyset(&taken);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&taken, signal);
  if (::sigprocmask(SIG_BLOCK, &taken, nullptr) != 0) return system_failure("sigprocmask");
  FileDescriptor signals(::signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals) return system_failure("signalfd");
  FileDescriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return system_failure("eventfd");
  HS_TRY(listener, listen_on_control_socket(options.layout));
  if (options.report) ::fcntl(options.report.get(), F_SETFL, O_NONBLOCK);
  std::unique_ptr<Supervisor> supervisor(new Supervisor(std::move(options), std::move(lock),
                                                        std::move(signals), std::move(listener),
                                                        std::move(wake)));
  // What an earlier supervisor knew stays true for the nodes that we do not start.
  HS_TRY(before, read_state(supervisor->options_.layout));
  for (const std::string& name : supervisor->options_.nodes) {
    NodeEntry last{name, NodeState::stopped, {}};
    for (const NodeEntry& entry : before.nodes) {
      if (entry.name == name) last = entry;
    }
    supervisor->nodes_.emplace_back(supervisor->options_.command(name), last);
  }
  return supervisor;
}

Supervisor::Supervisor(SupervisorOptions options, HomeLock lock, FileDescriptor signals,
                       FileDescriptor listener, FileDescriptor wake)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      signals_(std::move(signals)),
      listener_(std::move(listener)),
      wake_(std::move(wake)) {}

Supervisor::~Supervisor() = default;

bool Supervisor::run(const std::vector<std::string>& first) {
  log_event(options_.layout, "supervisor_started", {{"pid", ::getpid()}});
  starting_ = true;
  first_ = first;
  for (const std::string& name : first) {
    SupervisedNode* node = find(name);
    HS_CHECK(node != nullptr);
    if (!start_failed_) start_node(*node);
  }
  check_start();
  save();
  while (!ending_ || any_process()) {
    poll_once();
    save();  // before the answer: who reads the file after it sees what was done
    answer_finished();
  }
  log_event(options_.layout, "supervisor_stopped", {{"pid", ::getpid()}});
  options_.report.close();
  return !start_failed_;
}

void Supervisor::request_stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
}

SupervisedNode* Supervisor::find(const std::string& name) {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                  [&](const auto& node) { return node.name() == name; });
  return found == nodes_.end() ? nullptr : &*found;
}

bool Supervisor::any_process() const {
  return std::any_of(nodes_.begin(), nodes_.end(),
                     [](const auto& node) { return node.has_process(); });
}

int Supervisor::poll_timeout_ms() const {
  std::optional<Clock::time_point> next;
  const auto consider = [&](Clock::time_point at) { next = next ? std::min(*next, at) : at; };
  for (const SupervisedNode& node : nodes_) {
    if (const auto deadline = node.deadline()) consider(*deadline);
  }
  for (const Client& client : clients_) {
    consider(client.answer_by);
    // Nobody tells when a process has been paused or resumed.
    const bool pausing = client.request && (client.request->op == SupervisorOp::pause ||
                                            client.request->op == SupervisorOp::resume);
    if (pausing) consider(Clock::now() + pause_poll_interval);
  }
  if (!next) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

void Supervisor::poll_once() {
  std::vector<pollfd> entries;
  const auto watch = [&](int descriptor) { entries.push_back({descriptor, POLLIN, 0}); };
  watch(signals_.get());
  watch(wake_.get());
  watch(listener_.get());
  entries.push_back({starting_ ? options_.report.get() : -1, 0, 0});  // POLLERR: its reader is gone
  for (const SupervisedNode& node : nodes_) {
    watch(node.ready_descriptor());
    watch(node.process_descriptor());
  }
  for (const Client& client : clients_) watch(client.connection.descriptor());

  const int found = ::poll(entries.data(), entries.size(), poll_timeout_ms());
  if (found < 0) HS_CHECK(errno == EINTR);
  std::size_t at = 0;
  const auto is_ready = [&] { return found > 0 && entries[at++].revents != 0; };
  if (is_ready()) on_signal();
  if (is_ready()) begin_down();
  const bool new_client = is_ready();
  if (is_ready() && starting_) begin_down();
  for (SupervisedNode& node : nodes_) {
    // Readiness first: a node that was ready and then died did start.
    if (is_ready() && node.on_ready_descriptor()) on_node_ready(node);
    if (is_ready()) {
      if (const auto end = node.on_process_descriptor()) on_node_end(node, *end);
    }
    node.tick(Clock::now());
  }
  for (Client& client : clients_) {
    if (is_ready()) on_client(client);
  }
  if (new_client) on_listener();
}

void Supervisor::on_signal() {
  signalfd_siginfo info{};
  bool again = false;
  while (::read(signals_.get(), &info, sizeof(info)) == sizeof(info)) {
    again = ending_;
    asked_to_stop_ = true;
    begin_down();
  }
  // Asked twice: no more grace.
  if (again) std::for_each(nodes_.begin(), nodes_.end(), [](auto& node) { node.kill(); });
}

void Supervisor::begin_down() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = ::read(wake_.get(), &count, sizeof(count));
  if (ending_) return;
  ending_ = true;
  starting_ = false;
  for (SupervisedNode& node : nodes_) node.stop(Clock::now(), options_.stop_grace);
}

void Supervisor::start_node(SupervisedNode& node) {
  node.set_command(options_.command(node.name()));  // the record may say something else by now
  const Status started = node.start();
  changed_ = true;
  if (!started) {
    fail_start(node, started.error().what);
    return;
  }
  const pid_t pid = node.entry().process.pid;
  log_event(options_.layout, "spawned", {{"node", node.name()}, {"pid", pid}});
  tell({.kind = Report::Kind::spawned, .node = node.name(), .pid = pid, .end = {}, .log = {}});
}

void Supervisor::on_node_ready(SupervisedNode& node) {
  const pid_t pid = node.entry().process.pid;
  log_event(options_.layout, "ready", {{"node", node.name()}, {"pid", pid}});
  tell({.kind = Report::Kind::ready, .node = node.name(), .pid = pid, .end = {}, .log = {}});
  std::erase(first_, node.name());
  check_start();
}

void Supervisor::check_start() {
  if (!starting_ || !first_.empty()) return;
  starting_ = false;
  tell({.kind = Report::Kind::up, .node = {}, .pid = 0, .end = {}, .log = {}});
}

void Supervisor::on_node_end(SupervisedNode& node, const SupervisedNode::End& end) {
  changed_ = true;
  const std::string how = to_text(end.how);
  log_event(options_.layout, "exited",
            {{"node", node.name()},
             {"pid", node.entry().process.pid},
             {"end", how},
             {"asked_for", end.asked_for}});
  if (end.start_again && !ending_) {
    start_node(node);
  } else if (end.while_starting && !end.asked_for) {
    fail_start(node, how);
  } else if (!end.asked_for) {
    tell({.kind = Report::Kind::exited,
          .node = node.name(),
          .pid = node.entry().process.pid,
          .end = how,
          .log = {}});
  }
}

// A node that ends before it is ready: fatal for the start of a net, an answer for who asked for
// it.
void Supervisor::fail_start(const SupervisedNode& node, const std::string& end) {
  const auto log = last_lines(node.log(), failure_log_lines);
  std::string why;
  for (const std::string& line : log) why += "\n     " + line;
  for (Client& client : clients_) {
    if (!client.request || !std::ranges::count(client.request->nodes, node.name())) continue;
    client.failure = SupervisorFailure{"node_died", node.name() + " ended at start: " + end,
                                       "its log ends with" + why, "see " + node.log().string()};
  }
  if (!starting_) return;
  start_failed_ = true;
  tell({.kind = Report::Kind::failed,
        .node = node.name(),
        .pid = node.entry().process.pid,
        .end = end,
        .log = log});
  begin_down();
}

void Supervisor::tell(const Report& report) {
  if (!options_.report) return;
  const std::string line = encode(report) + "\n";
  // Nobody reads any more, or reads too slowly: reports are a courtesy.
  if (::write(options_.report.get(), line.data(), line.size()) < 0 && !starting_) {
    options_.report.close();
  }
}

void Supervisor::save() {
  const bool last_word = ending_ && !any_process();
  if (!changed_ && !last_word) return;
  changed_ = false;
  SupervisorState state;
  // At last nobody supervises: everything was taken down on purpose.
  if (!last_word) state.supervisor = this_process();
  for (const SupervisedNode& node : nodes_) state.nodes.push_back(node.entry());
  if (const Status written = write_state(options_.layout, state); !written) {
    log_event(options_.layout, "state_not_written", {{"why", written.error().what}});
  }
}

}  // namespace hs
