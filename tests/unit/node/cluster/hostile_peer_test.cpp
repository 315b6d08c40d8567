#include <asio/io_context.hpp>
#include <map>

#include "lib/kvapp/transaction.h"
#include "lib/net/transport.h"
#include "lib/node/gossip.h"
#include "lib/node/penalties.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"
#include "tests/unit/node/cluster/cluster.h"

namespace hs {
namespace {

using test::Cluster;

// The key of a validator in the hands of somebody who sends what he likes.
class HostilePeer {
 public:
  HostilePeer(const Cluster& cluster, std::size_t victim, const SecretKey& key)
      : transport_(loop_, key, config_of(cluster, victim), callbacks()) {
    transport_.set_allowed({victim_});
    REQUIRE(transport_.start());
  }

  // Runs until the condition holds; false if it does not for long.
  bool runs_until(const std::function<bool()>& condition) {
    return test::eventually([&] {
      loop_.poll();
      return condition();
    });
  }
  bool is_up() const { return transport_.is_up(victim_); }
  int times_down() const { return downs_; }
  void send(Channel channel, Bytes body) {
    transport_.send(victim_, channel, std::make_shared<const Bytes>(std::move(body)),
                    Transport::WhenFull::keep);
  }

 private:
  TransportConfig config_of(const Cluster& cluster, std::size_t victim) {
    const auto runtime = read_runtime(cluster.home(victim));
    REQUIRE(runtime);
    const auto genesis = read_genesis_file(cluster.home(victim).genesis_yaml());
    REQUIRE(genesis);
    const auto address = parse_peer_address(runtime->public_key + "@" + runtime->p2p);
    REQUIRE(address);
    victim_ = address->key;
    TransportConfig config;
    config.chain_id = genesis->chain_id;
    config.genesis_hash = genesis->hash();
    config.node_name = "hostile";
    config.listen = {"127.0.0.1", 0};
    config.peers = {*address};
    config.limits.dial_patience = std::chrono::milliseconds(1);
    return config;
  }
  TransportCallbacks callbacks() {
    TransportCallbacks callbacks;
    callbacks.on_peer_down = [this](const PublicKey&, CloseReason, const std::string&) {
      ++downs_;
    };
    return callbacks;
  }

  asio::io_context loop_;
  PublicKey victim_;
  int downs_ = 0;
  Transport transport_;
};

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
