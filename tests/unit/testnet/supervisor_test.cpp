#include "testnet/supervisor.h"

#include <signal.h>

#include <array>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <thread>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

constexpr auto patience = std::chrono::seconds(20);

// Shell scripts in the place of nodes: they say that they are ready and wait.
const std::string good_node = "echo ready >&3; exec 3>&-; exec sleep 1000";
const std::string stubborn_node =
    "trap '' TERM; echo ready >&3; exec 3>&-; while :; do sleep 1000 & wait; done";
const std::string dying_node = "echo one; echo the last words; exit 6";

struct Net {
  test::TempDir folder;
  TestnetLayout layout{folder.path() / "net"};
  std::vector<std::string> names = {"n0", "n1", "n2"};
  std::map<std::string, std::string> scripts;
  FileDescriptor reports;

  Net() {
    std::filesystem::create_directories(layout.run());
    for (const std::string& name : names) scripts[name] = good_node;
  }

  SupervisorOptions options() {
    SupervisorOptions options;
    options.layout = layout;
    options.nodes = names;
    options.command = [this](const std::string& name) {
      return NodeCommand{"/bin/sh", {"sh", "-c", scripts.at(name)}, layout.root / (name + ".log")};
    };
    return options;
  }

  // Supervises on this thread, while `client` runs on another one; takes the net down after it.
  bool run(const std::vector<std::string>& first, const std::function<void()>& client,
           SupervisorOptions options) {
    auto supervisor = Supervisor::open(std::move(options));
    REQUIRE(supervisor.has_value());
    std::thread thread([&] {
      client();
      (*supervisor)->request_stop();
    });
    const bool started = (*supervisor)->run(first);
    thread.join();
    return started;
  }
  bool run(const std::function<void()>& client) { return run(names, client, options()); }

  [[nodiscard]] Result<SupervisorReply> ask(SupervisorOp op, std::vector<std::string> nodes = {}) {
    return ask_supervisor(layout, {op, std::move(nodes)}, patience);
  }
  [[nodiscard]] NodeEntry entry(const std::string& name) {
    const auto state = read_state(layout);
    for (const NodeEntry& node : state->nodes) {
      if (node.name == name) return node;
    }
    return {};
  }
};

bool eventually(const std::function<bool()>& fact) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!fact()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

TEST_CASE("a net that is taken down leaves no process and says that it was stopped", "[testnet]") {
  Net net;
  SupervisorState during;
  CHECK(net.run([&] {
    REQUIRE(net.ask(SupervisorOp::start, net.names).has_value());
    during = *read_state(net.layout);
  }));
  REQUIRE(during.nodes.size() == 3);
  CHECK(supervisor_condition(*read_state(net.layout)) == SupervisorCondition::stopped);
  for (const NodeEntry& node : during.nodes) {
    CHECK(node.state == NodeState::running);
    CHECK(process_state(node.process) == ProcessState::gone);
    CHECK(net.entry(node.name).state == NodeState::stopped);
  }
}

TEST_CASE("a killed node is dead, a stopped one stopped, and both start again", "[testnet]") {
  Net net;
  CHECK(net.run([&] {
    CHECK_FALSE(net.ask(SupervisorOp::start, net.names)->failure);
    CHECK_FALSE(net.ask(SupervisorOp::kill, {"n0"})->failure);
    CHECK_FALSE(net.ask(SupervisorOp::stop, {"n1"})->failure);
    CHECK(net.entry("n0").state == NodeState::dead);
    CHECK(net.entry("n1").state == NodeState::stopped);
    CHECK(net.entry("n2").state == NodeState::running);
    const auto reply = net.ask(SupervisorOp::start, {"n0", "n1"});
    CHECK_FALSE(reply->failure);
    CHECK(reply->nodes.size() == 2);
    CHECK(net.entry("n0").state == NodeState::running);
  }));
}

TEST_CASE("a node that is dead and not gone yet is started when it is gone", "[testnet]") {
  Net net;
  const std::filesystem::path mark = net.folder.path() / "mark";
  net.scripts["n0"] = "if [ -e '" + mark.string() + "' ]; then " + good_node + "; fi; : > '" +
                      mark.string() + "'; exec " HS_LEADERLESS_NODE;
  CHECK(net.run([&] {
    REQUIRE_FALSE(net.ask(SupervisorOp::start, {"n1", "n2"})->failure);
    const ProcessId dying = net.entry("n0").process;
    REQUIRE(dying.pid != 0);
    REQUIRE(eventually([&] { return process_state(dying) == ProcessState::gone; }));
    CHECK_FALSE(net.ask(SupervisorOp::start, {"n0"})->failure);
    CHECK(net.entry("n0").process.pid != dying.pid);
    CHECK(process_state(net.entry("n0").process) == ProcessState::running);
  }));
}

TEST_CASE("a restarted node has another process", "[testnet]") {
  Net net;
  CHECK(net.run([&] {
    CHECK_FALSE(net.ask(SupervisorOp::start, net.names)->failure);
    const ProcessId before = net.entry("n1").process;
    CHECK_FALSE(net.ask(SupervisorOp::restart, {"n1"})->failure);
    CHECK(process_state(before) == ProcessState::gone);
    CHECK(process_state(net.entry("n1").process) == ProcessState::running);
  }));
}

TEST_CASE("a node that the record gains is started, and forgotten when it is removed",
          "[testnet]") {
  Net net;
  TestnetRecord record;
  record.name = "net";
  record.validators = 3;
  REQUIRE(write_testnet_record(net.layout, record).has_value());
  net.scripts["n3"] = good_node;
  net.scripts["n4"] = dying_node;
  ProcessId added;
  CHECK(net.run([&] {
    CHECK_FALSE(net.ask(SupervisorOp::start, net.names)->failure);
    // Nobody is started that the record does not name.
    CHECK(net.ask(SupervisorOp::add, {"n3"})->failure->code == "unknown_node");
    record.added = 2;
    REQUIRE(write_testnet_record(net.layout, record).has_value());
    CHECK_FALSE(net.ask(SupervisorOp::add, {"n3"})->failure);
    CHECK(net.entry("n3").state == NodeState::running);
    added = net.entry("n3").process;
    // One that ends at start takes nobody with it.
    CHECK(net.ask(SupervisorOp::add, {"n4"})->failure->code == "node_died");
    CHECK_FALSE(net.ask(SupervisorOp::remove, {"n4"})->failure);
    CHECK(net.entry("n0").state == NodeState::running);
    CHECK_FALSE(net.ask(SupervisorOp::restart, {"n3"})->failure);
    CHECK_FALSE(net.ask(SupervisorOp::remove, {"n3"})->failure);
    CHECK(net.entry("n3").name.empty());
    CHECK(net.ask(SupervisorOp::stop, {"n3"})->failure->code == "unknown_node");
  }));
  CHECK(process_state(added) == ProcessState::gone);
  CHECK(read_state(net.layout)->nodes.size() == 3);
}

TEST_CASE("a paused node is paused until it is resumed, and is ended with the net", "[testnet]") {
  Net net;
  ProcessId paused;
  CHECK(net.run([&] {
    CHECK_FALSE(net.ask(SupervisorOp::start, net.names)->failure);
    CHECK_FALSE(net.ask(SupervisorOp::pause, {"n0", "n1"})->failure);
    CHECK(eventually([&] { return net.entry("n0").state == NodeState::paused; }));
    CHECK_FALSE(net.ask(SupervisorOp::resume, {"n0"})->failure);
    CHECK(eventually([&] { return net.entry("n0").state == NodeState::running; }));
    paused = net.entry("n1").process;
  }));
  CHECK(process_state(paused) == ProcessState::gone);
}

TEST_CASE("a node that does not heed SIGTERM is killed when its grace is over", "[testnet]") {
  Net net;
  net.scripts["n2"] = stubborn_node;
  SupervisorOptions options = net.options();
  options.stop_grace = std::chrono::milliseconds(50);
  ProcessId stubborn;
  CHECK(net.run(
      net.names,
      [&] {
        CHECK_FALSE(net.ask(SupervisorOp::start, net.names)->failure);
        stubborn = net.entry("n2").process;
        CHECK_FALSE(net.ask(SupervisorOp::stop, {"n2"})->failure);
        CHECK(net.entry("n2").state == NodeState::stopped);
      },
      std::move(options)));
  CHECK(process_state(stubborn) == ProcessState::gone);
}

TEST_CASE("a node that dies at start fails the start with its last words", "[testnet]") {
  Net net;
  net.scripts["n1"] = dying_node;
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  FileDescriptor reader(pipe[0]);
  SupervisorOptions options = net.options();
  options.report = FileDescriptor(pipe[1]);
  {
    auto supervisor = Supervisor::open(std::move(options));
    REQUIRE(supervisor.has_value());
    CHECK_FALSE((*supervisor)->run(net.names));
  }  // closes the pipe
  std::string text(64 << 10, '\0');
  text.resize(static_cast<std::size_t>(::read(reader.get(), text.data(), text.size())));
  bool seen = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto report = decode_report(line);
    REQUIRE(report.has_value());
    if (report->kind != Report::Kind::failed) continue;
    seen = true;
    CHECK(report->node == "n1");
    CHECK(report->end == "exit 6");
    CHECK(report->log == std::vector<std::string>{"one", "the last words"});
  }
  CHECK(seen);
  CHECK(supervisor_condition(*read_state(net.layout)) == SupervisorCondition::stopped);
}

TEST_CASE("a node that dies later leaves the others alone", "[testnet]") {
  Net net;
  CHECK(net.run([&] {
    CHECK_FALSE(net.ask(SupervisorOp::start, net.names)->failure);
    signal_process(net.entry("n0").process, SIGKILL);
    CHECK(eventually([&] { return net.entry("n0").state == NodeState::dead; }));
    CHECK(net.entry("n1").state == NodeState::running);
  }));
}

TEST_CASE("starting a node that dies is answered with a failure", "[testnet]") {
  Net net;
  net.scripts["n1"] = dying_node;
  CHECK(net.run(
      {"n0"},
      [&] {
        const auto reply = net.ask(SupervisorOp::start, {"n1"});
        REQUIRE(reply.has_value());
        REQUIRE(reply->failure.has_value());
        CHECK(reply->failure->code == "node_died");
        CHECK(reply->failure->why.find("the last words") != std::string::npos);
        CHECK(net.entry("n0").state == NodeState::running);
      },
      net.options()));
}

TEST_CASE("only one supervisor holds a testnet", "[testnet]") {
  Net net;
  const auto first = Supervisor::open(net.options());
  REQUIRE(first.has_value());
  const auto second = Supervisor::open(net.options());
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == Errc::exists);
}

TEST_CASE("nonsense on the control socket is refused and harms nobody", "[testnet]") {
  Net net;
  CHECK(net.run([&] {
    const std::vector<std::string> nonsense = {
        "", "{", "[]", "{\"op\":7}", "{\"op\":\"explode\"}", "{\"op\":\"kill\",\"nodes\":[1]}"};
    for (const std::string& line : nonsense) {
      const auto answer = ask_line(net.layout, line, patience);
      REQUIRE(answer.has_value());
      const auto reply = decode_reply(*answer);
      REQUIRE(reply.has_value());
      CHECK(reply->failure.has_value());
    }
    const auto endless =
        ask_line(net.layout, std::string(2 * socket_line_bytes_max, 'x'), patience);
    CHECK_FALSE(endless.has_value());
    const auto unknown = net.ask(SupervisorOp::kill, {"n0", "n9"});
    REQUIRE(unknown->failure.has_value());
    CHECK(unknown->failure->code == "unknown_node");
    CHECK(net.entry("n0").state == NodeState::running);
  }));
}

TEST_CASE("an answer to down comes when all nodes are gone", "[testnet]") {
  Net net;
  auto supervisor = Supervisor::open(net.options());
  REQUIRE(supervisor.has_value());
  bool answered = false;
  std::thread client([&] {
    const auto reply = net.ask(SupervisorOp::down);
    answered = reply.has_value() && !reply->failure;
  });
  CHECK((*supervisor)->run(net.names));
  client.join();
  CHECK(answered);
}

TEST_CASE("a state file that is not ours is called corrupt", "[testnet]") {
  Net net;
  std::ofstream(net.layout.supervisor_json()) << "{\"schema\":\"hs.supervisor/v1\"}";
  REQUIRE_FALSE(read_state(net.layout).has_value());
  CHECK(read_state(net.layout).error().code == Errc::corrupt);
}

}  // namespace
}  // namespace hs
