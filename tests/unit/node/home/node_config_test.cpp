#include "lib/node/home/node_config.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

constexpr const char* whole =
    "schema: hs.node/v1\n"
    "name: n0\n"
    "p2p: {listen: 127.0.0.1:27000, peers: []}\n"
    "rpc: {listen: 127.0.0.1:27001, auth: none}\n"
    "consensus: {idle_interval: 125ms}\n"
    "storage: {sync: never}\n"
    "log: {level: debug, format: json}\n";

std::string without(std::string text, const std::string& part) {
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.erase(at, part.size());
}

}  // namespace

TEST_CASE("node.yaml says what it says", "[node]") {
  const auto config = parse_node_config(whole, "node.yaml");
  REQUIRE(config);
  CHECK(config->name == "n0");
  CHECK(config->p2p_listen == HostPort{"127.0.0.1", 27000});
  CHECK(config->rpc_listen == HostPort{"127.0.0.1", 27001});
  CHECK(config->idle_interval == Duration(milliseconds(125)));
  CHECK_FALSE(config->sync_always);
  CHECK(config->log_level == "debug");
  CHECK(config->log_json);
}

TEST_CASE("a node.yaml that is written reads back as it was", "[node]") {
  NodeConfig config;
  config.name = "n7";
  config.p2p_listen = {"::1", 4000};
  config.peers = {{test::test_key(1).public_key(), {"127.0.0.1", 5000}},
                  {test::test_key(2).public_key(), {"::1", 5001}}};
  config.idle_interval = std::chrono::microseconds(1500);
  config.sync_always = false;
  config.log_level = "warn";
  config.log_json = true;
  const auto again = parse_node_config(node_config_yaml(config), "node.yaml");
  if (!again) FAIL(again.error().what);
  CHECK(again->name == config.name);
  CHECK(again->p2p_listen == config.p2p_listen);
  CHECK(again->peers == config.peers);
  CHECK(again->rpc_listen == config.rpc_listen);
  CHECK(again->idle_interval == config.idle_interval);
  CHECK(again->sync_always == config.sync_always);
  CHECK(again->log_level == config.log_level);
  CHECK(again->log_json == config.log_json);
}

TEST_CASE("consensus, storage and log may be left out", "[node]") {
  std::string text = without(whole, "consensus: {idle_interval: 125ms}\n");
  text = without(text, "storage: {sync: never}\n");
  text = without(text, "log: {level: debug, format: json}\n");
  const auto config = parse_node_config(text, "node.yaml");
  REQUIRE(config);
  CHECK_FALSE(config->idle_interval);
  CHECK(config->sync_always);
  CHECK(config->log_level == "info");
}

TEST_CASE("what node.yaml cannot mean is refused with its place", "[node]") {
  struct Wrong {
    std::string text;
    std::string place;
    std::string word;
  };
  const std::string good = whole;
  const auto replaced = [&](const std::string& part, const std::string& by) {
    std::string text = good;
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string::npos);
    return text.replace(at, part.size(), by);
  };
  const std::vector<Wrong> cases = {
      {replaced("hs.node/v1", "hs.genesis/v1"), "node.yaml:1:", "schema"},
      {replaced("name: n0", "name: ../n0"), "node.yaml:2:", "name"},
      {replaced("127.0.0.1:27000", "127.0.0.1:270000"), "node.yaml:3:", "port"},
      {replaced("peers: []", "peers: [abc]"), "node.yaml:3:", ""},
      {replaced("peers: []", "peers: []\n  listen: 1"), "node.yaml:", ""},
      {replaced("127.0.0.1:27001", "0.0.0.0:27001"), "node.yaml:4:", "loopback"},
      {replaced("auth: none", "auth: token"), "node.yaml:4:", "none"},
      {replaced("125ms", "125"), "node.yaml:5:", "unit"},
      {replaced("sync: never", "sync: sometimes"), "node.yaml:6:", "always"},
      {replaced("format: json", "colour: red"), "node.yaml:7:", "colour"},
      {without(good, "name: n0\n"), "node.yaml:", "name"},
      {good + "name: n1\n", "node.yaml:8:", "name"},
  };
  for (const Wrong& wrong : cases) {
    CAPTURE(wrong.text);
    const auto config = parse_node_config(wrong.text, "node.yaml");
    REQUIRE_FALSE(config);
    CAPTURE(config.error().what);
    CHECK(config.error().what.find(wrong.place) == 0);
    CHECK(config.error().what.find(wrong.word) != std::string::npos);
  }
}

}  // namespace hs
