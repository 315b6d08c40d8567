#include "tests/unit/node/cluster/cluster.h"

#include <fstream>

#include "lib/base/hex.h"
#include "lib/blocktree/tree_reader.h"
#include "lib/node/home/init.h"
#include "lib/node/home/safety_file.h"
#include "lib/node/vault.h"
#include "lib/store/leveldb_store.h"
#include "tests/support/catch.h"

namespace hs {
namespace {

using test::Cluster;

std::expected<std::unique_ptr<Node>, NodeFailure> try_start(const HomeLayout& home) {
  auto settings = load_settings(home, {});
  if (!settings) return std::unexpected(settings.error());
  return Node::start(std::move(*settings), {});
}

NodeFailure::Kind failure_of(const HomeLayout& home) {
  const auto started = try_start(home);
  REQUIRE_FALSE(started);
  CHECK_FALSE(started.error().message.empty());
  CHECK_FALSE(started.error().fix.empty());
  return started.error().kind;
}

std::string committed_hash(const Cluster& cluster, std::size_t node, std::uint64_t height) {
  const auto block = cluster.get(node, "/v1/blocks/" + std::to_string(height));
  REQUIRE(block);
  return (*block)["hash"].get<std::string>();
}

}  // namespace

TEST_CASE("four nodes commit the same blocks", "[node]") {
  Cluster cluster(4);
  cluster.start_all();
  for (std::size_t node = 0; node < cluster.size(); ++node) REQUIRE(cluster.commits(node, 3));
  for (std::uint64_t height = 0; height <= 3; ++height) {
    for (std::size_t node = 1; node < cluster.size(); ++node) {
      CHECK(committed_hash(cluster, node, height) == committed_hash(cluster, 0, height));
    }
  }
}

TEST_CASE("a network of one commits", "[node]") {
  Cluster cluster(1);
  cluster.start_all();
  CHECK(cluster.commits(0, 3));
}

TEST_CASE("three of four go on without the fourth, which catches up when it is back", "[node]") {
  Cluster cluster(4);
  cluster.start_all();
  for (std::size_t node = 0; node < cluster.size(); ++node) REQUIRE(cluster.commits(node, 2));
  cluster.stop(2);
  const std::uint64_t before = cluster.committed_height(0).value();
  REQUIRE(cluster.commits(0, before + 5));
  cluster.start(2);
  CHECK(cluster.commits(2, before + 6));
}

TEST_CASE("nodes that all stopped keep their blocks and go on from there", "[node]") {
  Cluster cluster(4);
  cluster.start_all();
  for (std::size_t node = 0; node < cluster.size(); ++node) REQUIRE(cluster.commits(node, 3));
  const std::string hash = committed_hash(cluster, 0, 3);
  cluster.stop_all();
  cluster.start_all();
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    CHECK(committed_hash(cluster, node, 3) == hash);
    const std::uint64_t height = cluster.committed_height(node).value();
    CHECK(cluster.commits(node, height + 2));
  }
}

TEST_CASE("a home runs one node at a time", "[node]") {
  Cluster cluster(1);
  cluster.start_all();
  CHECK(failure_of(cluster.home(0)) == NodeFailure::Kind::home_locked);
}

TEST_CASE("chain data without their voting record are refused", "[node][HS-SAFE]") {
  Cluster cluster(1);
  cluster.start_all();
  REQUIRE(cluster.commits(0, 1));
  cluster.stop_all();
  std::filesystem::remove_all(cluster.home(0).safety());
  CHECK(failure_of(cluster.home(0)) == NodeFailure::Kind::no_record);
}

TEST_CASE("chain data older than the voting record are refused until they are reset",
          "[node][HS-SAFE]") {
  Cluster cluster(1);
  const HomeLayout home = cluster.home(0);
  const auto backup = home.root.parent_path() / "backup";
  cluster.start_all();
  REQUIRE(cluster.commits(0, 1));
  cluster.stop_all();
  std::filesystem::copy(home.data(), backup, std::filesystem::copy_options::recursive);
  cluster.start_all();
  REQUIRE(cluster.commits(0, 5));
  cluster.stop_all();
  std::filesystem::remove_all(home.data());
  std::filesystem::copy(backup, home.data(), std::filesystem::copy_options::recursive);
  CHECK(failure_of(home) == NodeFailure::Kind::rolled_back);
  REQUIRE(reset_data(home));
  CHECK(try_start(home).has_value());
}

TEST_CASE("the data folder of another node of the same network is refused until it is reset",
          "[node][HS-SAFE]") {
  Cluster cluster(2);
  std::filesystem::remove_all(cluster.home(0).data());
  std::filesystem::copy(cluster.home(1).data(), cluster.home(0).data(),
                        std::filesystem::copy_options::recursive);
  CHECK(failure_of(cluster.home(0)) == NodeFailure::Kind::foreign_data);
  REQUIRE(reset_data(cluster.home(0)));
  CHECK(try_start(cluster.home(0)).has_value());
}

TEST_CASE("a node whose data were reset votes again only above its record", "[node][HS-SAFE]") {
  Cluster cluster(4);
  cluster.start_all();
  for (std::size_t node = 0; node < cluster.size(); ++node) REQUIRE(cluster.commits(node, 3));
  cluster.stop(1);
  const auto voted = SafetyFile(cluster.home(1).safety_record()).content().record.voted_view;
  REQUIRE(voted);
  REQUIRE(reset_data(cluster.home(1)));
  cluster.start(1);
  REQUIRE(cluster.commits(1, 6));
  cluster.stop(1);
  const auto after = SafetyFile(cluster.home(1).safety_record()).content();
  CHECK(after.record.voted_view > voted);
  CHECK_FALSE(after.data_was_reset);
}

TEST_CASE("a home with another node's voting record is refused", "[node][HS-SAFE]") {
  Cluster cluster(2);
  std::filesystem::copy_file(cluster.home(0).safety_record(), cluster.home(1).safety_record(),
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(failure_of(cluster.home(1)) == NodeFailure::Kind::genesis_mismatch);
}

TEST_CASE("a changed genesis is refused with both hashes", "[node]") {
  Cluster cluster(1);
  auto genesis = read_genesis_file(cluster.home(0).genesis_yaml());
  REQUIRE(genesis);
  const std::string old_hash = to_hex(genesis->hash().view());
  genesis->chain_id = ChainId{4243};
  REQUIRE(write_genesis_file(cluster.home(0).genesis_yaml(), *genesis, /*replace=*/true));
  const auto started = try_start(cluster.home(0));
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == NodeFailure::Kind::genesis_mismatch);
  CHECK(started.error().message.find(old_hash) != std::string::npos);
  CHECK(started.error().message.find(to_hex(genesis->hash().view())) != std::string::npos);
}

TEST_CASE("a database that is gone is not taken for an empty one", "[node][HS-SAFE]") {
  Cluster cluster(1);
  std::filesystem::remove_all(cluster.home(0).data());
  CHECK(failure_of(cluster.home(0)) == NodeFailure::Kind::corrupt);
  CHECK_FALSE(std::filesystem::exists(cluster.home(0).data()));
}

TEST_CASE("a port that is taken is refused and names its owner", "[node]") {
  Cluster cluster(2);
  cluster.start(0);
  const auto runtime = read_runtime(cluster.home(0));
  REQUIRE(runtime);
  auto settings = load_settings(cluster.home(1), {});
  REQUIRE(settings);
  settings->config.p2p_listen = parse_host_port(runtime->p2p).value();
  const auto started = Node::start(std::move(*settings), {});
  REQUIRE_FALSE(started);
  CHECK(started.error().kind == NodeFailure::Kind::port_in_use);
  CHECK(started.error().message.find(std::to_string(::getpid())) != std::string::npos);
}

TEST_CASE("run/node.json is there while a node runs", "[node]") {
  Cluster cluster(1);
  CHECK_FALSE(std::filesystem::exists(cluster.home(0).runtime_json()));
  cluster.start(0);
  const auto runtime = read_runtime(cluster.home(0));
  REQUIRE(runtime);
  CHECK(is_alive(*runtime));
  CHECK(cluster.post(0, "/v1/admin/peer_add", {{"peer", "nobody"}})->status == 400);
  cluster.stop(0);
  CHECK_FALSE(std::filesystem::exists(cluster.home(0).runtime_json()));
}

}  // namespace hs
