#include "testnet/layout.h"

#include <algorithm>
#include <fstream>

#include "testnet/launch.h"
#include "testnet/record.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

TestnetLayout made(const test::TempDir& folder, const std::string& name) {
  TestnetLayout layout{folder / name};
  std::filesystem::create_directories(layout.run());
  TestnetRecord record;
  record.name = name;
  std::ofstream(layout.testnet_yaml()) << to_yaml(record);
  return layout;
}

TEST_CASE("without a name the testnet that was brought up last is meant", "[testnet]") {
  const test::TempDir folder;
  CHECK(find_testnet(folder.path(), std::nullopt).error().code == Errc::not_found);
  const TestnetLayout first = made(folder, "first");
  const TestnetLayout second = made(folder, "second");
  REQUIRE(set_latest(second).has_value());
  REQUIRE(set_latest(first).has_value());
  CHECK(find_testnet(folder.path(), std::nullopt)->root == first.root);
  CHECK(find_testnet(folder.path(), "second")->root == second.root);
  CHECK(list_testnets(folder.path()).size() == 2);
}

TEST_CASE("where the latest is gone the only other one is meant, and of several none",
          "[testnet]") {
  const test::TempDir folder;
  const TestnetLayout first = made(folder, "first");
  const TestnetLayout second = made(folder, "second");
  REQUIRE(set_latest(second).has_value());
  std::filesystem::remove_all(second.root);
  REQUIRE(find_testnet(folder.path(), std::nullopt).has_value());
  CHECK(find_testnet(folder.path(), std::nullopt)->root == first.root);
  made(folder, "third");
  const auto several = find_testnet(folder.path(), std::nullopt);
  REQUIRE_FALSE(several.has_value());
  CHECK(several.error().code == Errc::not_found);
  CHECK(several.error().what.find("first, third") != std::string::npos);
}

TEST_CASE("a name that would leave the folder of testnets is refused", "[testnet]") {
  for (const std::string name : {"..", "../x", "a/b", "", "latest", ".hidden", "Demo", "a b"}) {
    INFO(name);
    CHECK_FALSE(check_testnet_name(name).has_value());
  }
  CHECK(check_testnet_name("demo-2.a_b").has_value());
}

TEST_CASE("an unknown testnet is answered with those that exist", "[testnet]") {
  const test::TempDir folder;
  made(folder, "demo");
  const auto missing = find_testnet(folder.path(), "dmeo");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().what.find("demo") != std::string::npos);
}

TEST_CASE("what is written to testnet.yaml is what is read from it", "[testnet]") {
  const test::TempDir folder;
  const TestnetLayout layout = made(folder, "demo");
  TestnetRecord record;
  record.name = "demo";
  record.validators = 7;
  record.base_port = 31000;
  record.params = {milliseconds(500), 20};
  std::ofstream(layout.testnet_yaml()) << to_yaml(record);
  CHECK(*read_testnet_record(layout) == record);
  const auto nodes = record.nodes(layout);
  REQUIRE(nodes.size() == 7);
  CHECK(nodes[6].name == "n6");
  CHECK(nodes[6].p2p() == "127.0.0.1:31060");
  CHECK(nodes[6].rpc() == "127.0.0.1:31061");
}

TEST_CASE("nodes that were added and removed keep their numbers for ever", "[testnet]") {
  const test::TempDir folder;
  const TestnetLayout layout = made(folder, "demo");
  TestnetRecord record;
  record.name = "demo";
  record.added = 3;
  record.removed = {1, 5};
  record.listeners = {6};
  REQUIRE(write_testnet_record(layout, record).has_value());
  CHECK(*read_testnet_record(layout) == record);
  std::string names;
  for (const TestnetNode& node : record.nodes(layout)) {
    names += node.name + (node.listener ? "* " : " ");
  }
  CHECK(names == "n0 n2 n3 n4 n6* ");
  CHECK(record.nodes(layout)[3].p2p_port == base_port_default + 40);
  CHECK(find_node(layout, "n6")->listener);
  CHECK(find_node(layout, "n5").error().code == Errc::not_found);
  CHECK(number_of_node("n12") == 12);
}

TEST_CASE("a record of members that cannot be is refused", "[testnet]") {
  const test::TempDir folder;
  const TestnetLayout layout = made(folder, "demo");
  for (const std::string members :
       {"{removed: [0, 1, 2, 3]}", "{removed: [4]}", "{added: 1, listeners: [5]}",
        "{removed: [2], listeners: [2]}", "{removed: [2, 2]}", "{added: 997}", "{lost: [1]}"}) {
    INFO(members);
    std::ofstream(layout.testnet_yaml())
        << "schema: hs.testnet/v1\nname: demo\nvalidators: {count: 4}\nmembers: " << members
        << "\nnetwork: {base_port: 27000}\n";
    CHECK_FALSE(read_testnet_record(layout).has_value());
  }
}

TEST_CASE("a record says what nodes are told to do wrong", "[testnet]") {
  const test::TempDir folder;
  const TestnetLayout layout = made(folder, "demo");
  TestnetRecord record;
  record.name = "demo";
  record.byzantine = {{1, "equivocate,garbage"}, {3, "silent"}};
  REQUIRE(write_testnet_record(layout, record).has_value());
  CHECK(*read_testnet_record(layout) == record);
  for (const std::string byzantine :
       {"{n4: {strategy: silent}}", "{n1: silent}", "{n1: {}}", "{n1: {strategy: silent, to: 1}}",
        "{n01: {strategy: silent}}", "[n1]"}) {
    INFO(byzantine);
    std::ofstream(layout.testnet_yaml())
        << "schema: hs.testnet/v1\nname: demo\nvalidators: {count: 4}\n"
        << "network: {base_port: 27000}\nbyzantine: " << byzantine << "\n";
    CHECK_FALSE(read_testnet_record(layout).has_value());
  }
}

TEST_CASE("a node is started with what the record tells it to do wrong", "[testnet]") {
  const test::TempDir folder;
  const TestnetLayout layout = made(folder, "demo");
  TestnetRecord record;
  record.name = "demo";
  record.byzantine = {{1, "equivocate,garbage"}};
  REQUIRE(write_testnet_record(layout, record).has_value());
  const std::vector<std::string> honest = node_command(layout, "n0").arguments;
  CHECK(std::count(honest.begin(), honest.end(), "--byzantine") == 0);
  const std::vector<std::string> told = node_command(layout, "n1").arguments;
  REQUIRE(told.size() == honest.size() + 2);
  CHECK(told[told.size() - 2] == "--byzantine");
  CHECK(told.back() == "equivocate,garbage");
}

TEST_CASE("ports beyond the last one are refused", "[testnet]") {
  const test::TempDir folder;
  const TestnetLayout layout = made(folder, "demo");
  std::ofstream(layout.testnet_yaml())
      << "schema: hs.testnet/v1\nname: demo\nvalidators: {count: 4}\nnetwork: {base_port: 65530}\n";
  CHECK(read_testnet_record(layout).error().code == Errc::bad_value);
}

TEST_CASE("f is what a third of the nodes allows", "[testnet]") {
  TestnetRecord record;
  const auto f = [&](std::size_t n) {
    record.validators = n;
    return record.faults_tolerated();
  };
  CHECK(f(1) == 0);
  CHECK(f(3) == 0);
  CHECK(f(4) == 1);
  CHECK(f(6) == 1);
  CHECK(f(7) == 2);
  CHECK(f(31) == 10);
  record.validators = 4;
  record.added = 3;
  record.listeners = {6};
  record.removed = {0};
  CHECK(record.faults_tolerated() == 1);  // five of them vote
  record.listeners = {};
  record.removed = {};
  CHECK(record.faults_tolerated() == 2);
}

}  // namespace
}  // namespace hs
