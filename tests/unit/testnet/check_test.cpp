// `hs testnet check` against nodes whose chains the test makes: real HTTP, real certificates.
#include "testnet/check.h"

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "genesis/genesis.h"
#include "keys/key_file.h"
#include "lib/node/home/misbehaviour_mark.h"
#include "lib/rpc/server.h"
#include "testnet/chain_reader.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/rpc/fake_node.h"

namespace hs {
namespace {

constexpr std::size_t node_count = 4;
constexpr std::uint16_t first_port = 40000;
constexpr std::uint16_t last_port = 60000;

struct FakeNet {
  test::TempDir folder;
  TestnetLayout layout{folder.path() / "net"};
  std::vector<std::unique_ptr<test::FakeNode>> nodes;
  std::vector<std::unique_ptr<RpcServer>> servers;
  SupervisorState state;

  FakeNet() {
    std::filesystem::create_directories(layout.run());
    for (std::size_t i = 0; i < node_count; ++i) {
      nodes.push_back(std::make_unique<test::FakeNode>());
    }
    TestnetRecord record;
    record.name = "net";
    record.validators = node_count;
    record.base_port = listen();
    std::ofstream(layout.testnet_yaml()) << to_yaml(record);
    write_genesis({1, 2, 3, 4}, test::test_chain);
    // The test itself stands in for the processes: it runs.
    for (std::size_t i = 0; i < node_count; ++i) {
      state.nodes.push_back({"n" + std::to_string(i), NodeState::running, this_process()});
    }
    save();
  }

  // Serves on base + 10 i + 1 and returns base; starts somewhere else in every process.
  std::uint16_t listen() {
    auto base = static_cast<std::uint16_t>(first_port + 10 * (::getpid() % 1000));
    while (servers.size() < node_count) {
      REQUIRE(base < last_port);
      const auto port = static_cast<std::uint16_t>(base + 10 * servers.size() + 1);
      auto& node = *nodes[servers.size()];
      auto server = RpcServer::start({.host = "127.0.0.1", .port = port}, node.service, node.hub);
      if (server) {
        servers.push_back(std::move(*server));
      } else {
        servers.clear();
        base = static_cast<std::uint16_t>(base + 10 * node_count);
      }
    }
    return base;
  }
  void write_genesis(const std::vector<std::uint8_t>& keys, ChainId chain) {
    GenesisDraft draft;
    draft.chain_id = chain;
    draft.testnet = true;
    for (const std::uint8_t key : keys) {
      draft.validators.push_back({.name = "v" + std::to_string(key),
                                  .public_key = test::test_key(key).public_key(),
                                  .power = Power{1}});
    }
    const auto created = create_genesis(draft);
    REQUIRE(created.has_value());
    REQUIRE(write_genesis_file(layout.genesis_yaml(), created->genesis, true).has_value());
  }
  void save() { REQUIRE(write_state(layout, state).has_value()); }
  void grow(int blocks) {
    for (auto& node : nodes) {
      for (int i = 0; i < blocks; ++i) node->grow();
    }
  }
  // Checks while the chains grow, unless they are to stand still.
  CheckReport check(bool growing = true) {
    std::atomic<bool> done = false;
    std::thread growth([&] {
      while (growing && !done) {
        grow(1);
        std::this_thread::yield();
      }
    });
    CheckRequest request;
    request.within = growing ? std::chrono::seconds(20) : std::chrono::milliseconds(1);
    const auto report = check_testnet(layout, request);
    done = true;
    growth.join();
    REQUIRE(report.has_value());
    return *report;
  }
};

bool has(const CheckReport& report, const std::string& code, bool violation) {
  return std::any_of(report.problems.begin(), report.problems.end(), [&](const auto& problem) {
    return problem.code == code && problem.violation == violation;
  });
}

TEST_CASE("a net whose nodes agree and go on is sound", "[testnet]") {
  FakeNet net;
  net.grow(20);
  const CheckReport report = net.check();
  INFO(to_json(report).dump());
  CHECK(report.ok());
  CHECK(report.agreed_height >= 17);
  CHECK(report.certificates >= 4 * 17);
}

TEST_CASE("two histories are a violation, found at the height where they part", "[testnet]") {
  FakeNet net;
  net.grow(12);
  // Heights 0 to 11 exist; from here on n3 has another history.
  for (std::size_t i = 0; i < node_count; ++i) {
    net.nodes[i]->put("key", i == 3 ? "other" : "same");
    for (int j = 0; j < 9; ++j) net.nodes[i]->grow();
  }
  const CheckReport report = net.check(false);
  CHECK(has(report, "two_histories", true));
  CHECK(report.violated());
  CHECK(report.first_difference == 12);
  CHECK_FALSE(report.agreed_height.has_value());
}

TEST_CASE("certificates of other validators or of another chain are a violation", "[testnet]") {
  FakeNet net;
  net.grow(6);
  net.write_genesis({5, 6, 7, 8}, test::test_chain);
  CHECK(has(net.check(false), "bad_certificate", true));
  net.write_genesis({1, 2, 3, 4}, ChainId{8});
  CHECK(has(net.check(false), "bad_certificate", true));
  net.write_genesis({1, 2, 3, 4}, test::test_chain);
  CHECK_FALSE(net.check(false).violated());
}

TEST_CASE("a net that stands still is unhealthy, and no more than that", "[testnet]") {
  FakeNet net;
  net.grow(6);
  const CheckReport report = net.check(false);
  CHECK(has(report, "no_progress", false));
  CHECK_FALSE(report.violated());
}

TEST_CASE("more than f nodes down are a problem, f are worth a note", "[testnet]") {
  FakeNet net;
  net.grow(6);
  net.state.nodes[3].state = NodeState::dead;
  net.save();
  const CheckReport one = net.check();
  CHECK(one.ok());
  CHECK(one.notes == std::vector<std::string>{"n3 is dead"});
  net.state.nodes[0].state = NodeState::stopped;
  net.save();
  CHECK(has(net.check(false), "no_quorum", false));
  for (NodeEntry& node : net.state.nodes) node.state = NodeState::dead;
  net.save();
  CHECK(has(net.check(false), "nothing_runs", false));
}

TEST_CASE("a node that runs and does not answer is a problem", "[testnet]") {
  FakeNet net;
  net.grow(6);
  net.servers[2].reset();
  const CheckReport report = net.check();
  CHECK(has(report, "node_silent", false));
  CHECK_FALSE(report.violated());
}

// The homes hold what check reads of them: a key, and a mark where there is one.
void make_homes(const FakeNet& net) {
  for (std::uint8_t i = 0; i < node_count; ++i) {
    const HomeLayout home = net.layout.home("n" + std::to_string(i));
    std::filesystem::create_directories(home.safety());
    const KeyFile key{
        .name = "v", .key = test::test_key(static_cast<std::uint8_t>(i + 1)), .test = true};
    REQUIRE(write_key_file(home.key_yaml(), key, /*replace=*/true).has_value());
  }
}

TEST_CASE("a node that is told to misbehave is left out, and the others are judged", "[testnet]") {
  FakeNet net;
  net.grow(12);
  net.nodes[3]->put("key", "other");  // another history, from height 12 on
  net.nodes[3]->node.byzantine = "equivocate";
  net.grow(9);
  const CheckReport report = net.check();
  INFO(to_json(report).dump());
  CHECK(report.ok());
  CHECK(report.notes ==
        std::vector<std::string>{"n3 is told to misbehave and is not asked: equivocate"});
  net.nodes[0]->node.byzantine = "silent";
  net.grow(1);
  CHECK(has(net.check(false), "no_quorum", false));
}

TEST_CASE("double votes are a violation, but of nodes that were told to", "[testnet]") {
  FakeNet net;
  make_homes(net);
  net.grow(6);
  net.nodes[0]->see_double_vote(test::test_key(4).public_key());
  CHECK(has(net.check(), "double_vote", true));
  REQUIRE(add_misbehaviour_marks(net.layout.home("n2"), {"double-vote"}).has_value());
  CHECK(has(net.check(), "double_vote", true));  // another one was told to
  REQUIRE(add_misbehaviour_marks(net.layout.home("n3"), {"double-vote"}).has_value());
  const CheckReport report = net.check();
  INFO(to_json(report).dump());
  CHECK(report.ok());
  // Two of four were told to, so the chain has promised nothing.
  CHECK(report.beyond_promise);
  CHECK(report.notes ==
        std::vector<std::string>{
            "2 nodes were told to misbehave, f = 1: agreement is no longer promised",
            "n3 voted twice, as it was told to"});
}

TEST_CASE("what a home does not say is a problem, and its node counts as honest", "[testnet]") {
  FakeNet net;
  make_homes(net);
  net.grow(20);
  const HomeLayout home = net.layout.home("n3");
  const auto is_only_problem = [&](const std::string& file) {
    const CheckReport report = net.check();
    INFO(to_json(report).dump());
    REQUIRE(report.problems.size() == 1);
    CHECK_FALSE(report.violated());
    CHECK(report.problems[0].code == "bad_home");
    CHECK_THAT(report.problems[0].message, Catch::Contains("n3: ") && Catch::Contains(file));
  };
  SECTION("why it has stopped") {
    std::filesystem::create_directory(home.fork_mark());
    is_only_problem(home.fork_mark().string());
  }
  SECTION("what it was told to do") {
    std::filesystem::create_directory(home.misbehaviour_mark());
    is_only_problem(home.misbehaviour_mark().string());
  }
  SECTION("whose it is") {
    REQUIRE(add_misbehaviour_marks(home, {"double-vote"}).has_value());
    std::filesystem::remove(home.key_yaml());
    is_only_problem(home.key_yaml().string());
  }
}

TEST_CASE("a header is what its bytes say, and nothing else", "[testnet]") {
  const Block block = test::first_block("a");
  BorshWriter writer;
  encode(writer, block.height);
  encode(writer, block.justify);
  encode(writer, block.data_hash);
  Bytes bytes = writer.bytes();
  CHECK(header_from(bytes)->hash == block.hash);
  bytes.push_back(0);
  CHECK_FALSE(header_from(bytes).has_value());
  bytes.resize(bytes.size() / 2);
  CHECK_FALSE(header_from(bytes).has_value());
  CHECK_FALSE(header_from({}).has_value());
}

}  // namespace
}  // namespace hs
