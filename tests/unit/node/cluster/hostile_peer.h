// A peer of a cluster that the test plays itself.
#pragma once
#include <asio/io_context.hpp>
#include <functional>
#include <memory>

#include "lib/net/transport.h"
#include "tests/support/catch.h"
#include "tests/unit/node/cluster/cluster.h"

namespace hs::test {

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
    return eventually([&] {
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

}  // namespace hs::test
