#include "lib/kvapp/transaction.h"
#include "lib/node/gossip.h"
#include "lib/node/penalties.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"
#include "tests/unit/node/cluster/hostile_peer.h"

namespace hs {
namespace {

using test::Cluster;
using test::HostilePeer;

Bytes wrong_chain_transaction(std::uint64_t number) {
  Transaction transaction;
  transaction.chain_id = ChainId{666};
  transaction.sequence = number;
  transaction.valid_until = Height{100};
  transaction.operation = kv::Put{.key = to_bytes("k"), .value = to_bytes("v")};
  return to_borsh(transaction);
}

}  // namespace

TEST_CASE("a validator that sends garbage is sent away, and the others go on", "[node]") {
  Cluster cluster(4);
  for (std::size_t node = 0; node < 3; ++node) cluster.start(node);
  REQUIRE(cluster.commits(0, 1));
  HostilePeer hostile(cluster, 0, test::test_key(4));
  REQUIRE(hostile.runs_until([&] { return hostile.is_up(); }));

  SECTION("as messages") {
    for (unsigned i = 0; i < 3 * failures_per_second_max; ++i) {
      hostile.send(Channel::message, Bytes(100, static_cast<std::uint8_t>(i)));
    }
  }
  SECTION("as transactions") {
    for (unsigned i = 0; i < 3 * failures_per_second_max; ++i) {
      hostile.send(Channel::transactions, Bytes(100, static_cast<std::uint8_t>(i)));
    }
  }
  SECTION("as transactions of another chain") {
    std::vector<Bytes> transactions;
    for (unsigned i = 0; i < 3 * failures_per_second_max; ++i) {
      transactions.push_back(wrong_chain_transaction(i));
    }
    for (Bytes& frame : encode_transaction_frames(false, transactions)) {
      hostile.send(Channel::transactions, std::move(frame));
    }
  }
  CHECK(hostile.runs_until([&] { return hostile.times_down() > 0; }));
  const std::uint64_t height = cluster.committed_height(0).value();
  CHECK(cluster.commits(0, height + 3));
}

TEST_CASE("a little garbage is borne", "[node]") {
  Cluster cluster(4);
  for (std::size_t node = 0; node < 3; ++node) cluster.start(node);
  REQUIRE(cluster.commits(0, 1));
  HostilePeer hostile(cluster, 0, test::test_key(4));
  REQUIRE(hostile.runs_until([&] { return hostile.is_up(); }));
  for (int i = 0; i < 10; ++i) hostile.send(Channel::message, Bytes(50, 0xee));
  const std::uint64_t height = cluster.committed_height(0).value();
  CHECK(hostile.runs_until([&] { return cluster.committed_height(0) >= height + 3; }));
  CHECK(hostile.times_down() == 0);
}

}  // namespace hs
