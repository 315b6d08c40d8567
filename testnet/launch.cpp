#include "testnet/launch.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <system_error>

#include "lib/node/home/fork_mark.h"
#include "lib/rpc/client.h"
#include "testnet/log_tail.h"
#include "testnet/state.h"

namespace hs {
namespace {

using Clock = std::chrono::steady_clock;

// Every process of ours runs this very file, also when it was replaced on disk meanwhile.
constexpr const char* this_binary = "/proc/self/exe";
constexpr int supervisor_report_fd = 3;
constexpr std::size_t failure_log_lines = 10;
constexpr auto leftover_patience = std::chrono::seconds(5);  // SIGKILL takes milliseconds
constexpr auto stop_poll_interval = std::chrono::milliseconds(100);
constexpr auto commit_poll_interval = std::chrono::milliseconds(10);
constexpr RpcClient::Timeouts quick = {.connect = std::chrono::milliseconds(200),
                                       .answer = std::chrono::milliseconds(500)};

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

StartFailure supervisor_died(const TestnetLayout& layout) {
  return {.kind = StartFailure::Kind::supervisor_died,
          .node = {},
          .end = {},
          .log = last_lines(layout.supervisor_log(), failure_log_lines),
          .fork = {}};
}

StartFailure node_died(const TestnetLayout& layout, const Report& report) {
  const auto log = report.log.empty()
                       ? last_lines(layout.home(report.node).log_file(), failure_log_lines)
                       : report.log;
  // Of a home that cannot be read the log says more than this could.
  return {.kind = StartFailure::Kind::node_died,
          .node = report.node,
          .end = report.end,
          .log = log,
          .fork = fork_mark(layout.home(report.node)).value_or(std::nullopt)};
}

// One node on its way to the commits that are waited for.
struct Waiting {
  std::string name;
  RpcClient client;
  std::optional<std::uint64_t> goal;  // committed height; none until it is known
};

std::optional<nlohmann::ordered_json> status_of(RpcClient& client) {
  const auto reply = client.get("/v1/status");
  if (!reply || !reply->ok()) return std::nullopt;
  auto status = json_of(*reply);
  if (!status || !status->is_object() || !status->contains("committed_height")) return std::nullopt;
  return std::move(*status);
}

bool has_committed(Waiting& node, std::uint64_t blocks) {
  const auto status = status_of(node.client);
  if (!status) return false;
  const auto& height = status->at("committed_height");
  if (!node.goal) {
    // Heights start at 0: k blocks end at height k - 1.
    node.goal = height.is_number() ? height.get<std::uint64_t>() + blocks : blocks - 1;
  }
  return height.is_number() && height.get<std::uint64_t>() >= *node.goal;
}

}  // namespace

NodeCommand node_command(const TestnetLayout& layout, const std::string& node) {
  const HomeLayout home = layout.home(node);
  NodeCommand command = {
      .executable = this_binary,
      .arguments = {"hs", "node", "run", "--home", home.root.string(), "--parent",
                    std::to_string(::getpid()), "--ready-fd", std::to_string(node_ready_fd)},
      .log = home.log_file()};
  // A record that cannot be read now keeps no node from running; the commands on it complain.
  if (const auto record = read_testnet_record(layout)) {
    const auto ordered = record->byzantine.find(number_of_node(node));
    if (ordered != record->byzantine.end()) {
      command.arguments.insert(command.arguments.end(), {"--byzantine", ordered->second});
    }
  }
  return command;
}

std::optional<Report> StartWatch::next(SteadyTime deadline) {
  while (true) {
    const std::size_t end = received_.find('\n');
    if (end != std::string::npos) {
      const auto report = decode_report(std::string_view(received_).substr(0, end));
      received_.erase(0, end + 1);
      if (report) return *report;
      continue;  // of a newer supervisor: not for us
    }
    stopped_ = stopped_ || is_stop_asked_();
    if (ended_ || stopped_) return std::nullopt;
    pollfd entry{reports_.get(), POLLIN, 0};
    const auto slice = std::min(deadline, Clock::now() + stop_poll_interval);
    const int found = ::poll(&entry, 1, milliseconds_until(slice));
    if (found < 0 && errno == EINTR) continue;
    if (found == 0 && Clock::now() < deadline) continue;
    if (found <= 0) return std::nullopt;
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(reports_.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      ended_ = true;
    } else {
      received_.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
}

Result<LaunchedSupervisor> launch_supervisor(const TestnetLayout& layout,
                                             const std::vector<std::string>& nodes) {
  const FileDescriptor log(
      ::open(layout.supervisor_log().c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  std::array<int, 2> pipe{};
  if (!log || ::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    return fail(Errc::io, "cannot start the supervisor: " + std::generic_category().message(errno));
  }
  StartWatch watch{FileDescriptor(pipe[0])};
  const FileDescriptor report(pipe[1]);
  std::vector<std::string> arguments = {"hs",          "testnet",
                                        "supervise",   layout.name(),
                                        "--report-fd", std::to_string(supervisor_report_fd)};
  for (const std::string& node : nodes) {
    arguments.insert(arguments.end(), {"--start", node});
  }
  HS_TRY(child, spawn({.executable = this_binary,
                       .arguments = arguments,
                       .output = log.get(),
                       .handed = {{report.get(), supervisor_report_fd}},
                       .new_session = true}));
  return LaunchedSupervisor{child.id(), std::move(watch)};
}

StartStatus await_ready(StartWatch& watch, const TestnetLayout& layout, SteadyTime deadline,
                        const std::function<void(const Report&)>& on_report) {
  while (const auto report = watch.next(deadline)) {
    on_report(*report);
    if (report->kind == Report::Kind::up) return {};
    if (report->kind == Report::Kind::failed || report->kind == Report::Kind::exited) {
      return std::unexpected(node_died(layout, *report));
    }
  }
  if (watch.ended()) return std::unexpected(supervisor_died(layout));
  const auto kind = watch.stopped() ? StartFailure::Kind::stopped : StartFailure::Kind::timed_out;
  return std::unexpected(StartFailure{kind, {}, {}, {}, {}});
}

StartStatus await_commits(StartWatch& watch, const TestnetLayout& layout,
                          const std::vector<TestnetNode>& nodes, std::uint64_t blocks, bool fresh,
                          SteadyTime deadline,
                          const std::function<void(const std::string&)>& on_commit) {
  std::vector<Waiting> waiting;
  for (const TestnetNode& node : nodes) {
    waiting.push_back({node.name, RpcClient(TcpEndpoint{"127.0.0.1", node.rpc_port}, quick), {}});
    if (fresh) waiting.back().goal = blocks - 1;
  }
  while (blocks > 0 && !waiting.empty()) {
    std::erase_if(waiting, [&](Waiting& node) {
      const bool done = has_committed(node, blocks);
      if (done) on_commit(node.name);
      return done;
    });
    if (waiting.empty()) break;
    if (Clock::now() >= deadline) {
      return std::unexpected(
          StartFailure{StartFailure::Kind::timed_out, waiting.front().name, {}, {}, {}});
    }
    const auto report = watch.next(std::min(deadline, Clock::now() + commit_poll_interval));
    if (report && report->kind == Report::Kind::exited) {
      return std::unexpected(node_died(layout, *report));
    }
    if (watch.ended()) return std::unexpected(supervisor_died(layout));
    if (watch.stopped()) {
      return std::unexpected(StartFailure{StartFailure::Kind::stopped, {}, {}, {}, {}});
    }
  }
  return {};
}

void end_leftovers(const TestnetLayout& layout) {
  const auto state = read_state(layout);
  if (!state) return;  // nothing is known of any process
  std::vector<ProcessId> processes = {state->supervisor};
  for (const NodeEntry& node : state->nodes) processes.push_back(node.process);
  for (const ProcessId& process : processes) signal_process(process, SIGKILL);
  for (const ProcessId& process : processes) wait_for_end(process, leftover_patience);
}

}  // namespace hs
