#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/cluster.h"

using namespace hs;
using hs::test::Cluster;

namespace {

void check_agreement(const Cluster& cluster) {
  for (const auto& a : cluster.nodes) {
    for (const auto& b : cluster.nodes) {
      const std::size_t common = std::min(a->app.committed.size(), b->app.committed.size());
      for (std::size_t i = 0; i < common; ++i) REQUIRE(a->app.committed[i] == b->app.committed[i]);
    }
  }
}

// Zero-delay delivery makes blocks as fast as the loop turns: an idle app paces them.
void make_idle(Cluster& cluster) {
  for (auto& node : cluster.nodes) node->app.idle = true;
}

}  // namespace

TEST_CASE("a network of one commits by itself", "[replica]") {
  Cluster cluster(1);
  make_idle(cluster);
  cluster.run_for(std::chrono::seconds(10));
  REQUIRE(cluster.committed(0));
  CHECK(*cluster.committed(0) > Height{20});
}

TEST_CASE("four replicas commit before the first view timeout", "[replica][S50]") {
  Cluster cluster(4);
  make_idle(cluster);
  cluster.run_for(milliseconds(900));
  for (int i = 0; i < 4; ++i) {
    INFO("replica " << i);
    REQUIRE(cluster.committed(i));
    CHECK(cluster.nodes[static_cast<std::size_t>(i)]->replica->status().timeouts == 0);
  }
  check_agreement(cluster);
}

TEST_CASE("an idle chain makes one block every idle interval", "[replica]") {
  Cluster cluster(4);
  make_idle(cluster);
  cluster.run_for(std::chrono::seconds(20));
  for (int i = 0; i < 4; ++i) {
    CHECK(*cluster.committed(i) > Height{70});
    CHECK(*cluster.committed(i) < Height{90});
    CHECK(cluster.nodes[static_cast<std::size_t>(i)]->replica->status().timeouts == 0);
  }
  check_agreement(cluster);
}

TEST_CASE("a block with data is committed without waiting for idle intervals", "[replica]") {
  Cluster cluster(4);
  make_idle(cluster);
  cluster.run_for(std::chrono::seconds(2));
  for (auto& node : cluster.nodes) node->app.one_datum = true;
  for (auto& node : cluster.nodes) cluster.step(*node, WorkAvailable{});
  const Height before = *cluster.committed(0);
  cluster.run_for(milliseconds(1));  // far less than an idle interval
  CHECK(cluster.committed(0)->value >= before.value + 4);
}

TEST_CASE("with any one of four dead the other three go on committing", "[replica][S47]") {
  for (int dead = 0; dead < 4; ++dead) {
    INFO("dead replica " << dead);
    Cluster cluster(4);
    make_idle(cluster);
    cluster.run_for(std::chrono::seconds(2));
    cluster.crash(dead);
    const int alive = dead == 0 ? 1 : 0;
    for (int i = 0; i < 10; ++i) {
      const Height before = *cluster.committed(alive);
      cluster.run_for(std::chrono::seconds(10));
      CHECK(*cluster.committed(alive) > before);
    }
    check_agreement(cluster);
    cluster.start(dead);
    cluster.run_for(std::chrono::seconds(10));
    CHECK(cluster.committed(dead)->value + 3 >= cluster.committed(alive)->value);
  }
}

TEST_CASE("with two of four dead nothing commits, and both back it goes on", "[replica]") {
  Cluster cluster(4);
  make_idle(cluster);
  cluster.run_for(std::chrono::seconds(2));
  cluster.crash(1);
  cluster.crash(2);
  cluster.run_for(std::chrono::seconds(1));
  const Height before = *cluster.committed(0);
  cluster.run_for(std::chrono::seconds(60));
  CHECK(*cluster.committed(0) == before);
  cluster.start(1);
  cluster.start(2);
  cluster.run_for(std::chrono::seconds(30));
  for (int i = 0; i < 4; ++i) CHECK(*cluster.committed(i) > before);
  check_agreement(cluster);
}

TEST_CASE("seven replicas with any two dead commit", "[replica][S47]") {
  for (int a = 0; a < 7; ++a) {
    for (int b = a + 1; b < 7; ++b) {
      INFO("dead replicas " << a << " and " << b);
      Cluster cluster(7);
      make_idle(cluster);
      cluster.run_for(std::chrono::seconds(1));
      cluster.crash(a);
      cluster.crash(b);
      int alive = 0;
      while (alive == a || alive == b) ++alive;
      const Height before = *cluster.committed(alive);
      cluster.run_for(std::chrono::seconds(40));
      CHECK(cluster.committed(alive)->value > before.value + 5);
    }
  }
}

TEST_CASE("all replicas restarted at once commit again", "[replica][S48]") {
  Cluster cluster(4);
  make_idle(cluster);
  for (int round = 0; round < 20; ++round) {
    cluster.run_for(milliseconds(1300 + 137 * round));
    const Height before = *cluster.committed(0);
    for (int i = 0; i < 4; ++i) cluster.crash(i);
    for (int i = 0; i < 4; ++i) cluster.start(i);
    cluster.run_for(std::chrono::seconds(20));
    for (int i = 0; i < 4; ++i) REQUIRE(*cluster.committed(i) > before);
  }
  check_agreement(cluster);
}

TEST_CASE("a validator set update commits and the new validator votes", "[replica][S07]") {
  Cluster cluster(5, 4);
  const PublicKey joining = cluster.nodes[4]->key.public_key();
  for (auto& node : cluster.nodes) {
    node->app.idle = true;
    node->app.updates_at = [joining](Height height) -> std::optional<ValidatorSetUpdates> {
      if (height != Height{12}) return std::nullopt;
      ValidatorSetUpdates updates;
      updates.insert(joining, Power{1});
      return updates;
    };
  }
  cluster.run_for(std::chrono::seconds(20));
  for (int i = 0; i < 5; ++i) {
    const auto& node = *cluster.nodes[static_cast<std::size_t>(i)];
    CHECK(node.replica->validators().committed->size() == 5);
    CHECK(node.replica->validators().update_decided);
    CHECK(*cluster.committed(i) > Height{40});
  }
  CHECK(cluster.nodes[4]->replica->status().voted_view);
  check_agreement(cluster);
}

TEST_CASE("an app whose blocks lead to an unusable set does not stop its chain",
          "[replica][S28][S28c]") {
  Cluster cluster(4);
  make_idle(cluster);
  for (auto& node : cluster.nodes) node->app.poisoned = true;
  cluster.run_for(milliseconds(30'000));
  for (int i = 0; i < 4; ++i) {
    INFO("replica " << i);
    const auto& node = *cluster.nodes[static_cast<std::size_t>(i)];
    REQUIRE(cluster.committed(i));
    CHECK(*cluster.committed(i) > Height{20});
    CHECK(node.replica->validators().committed->size() == 4);
    const auto is_failure = [](const Event& event) {
      return std::holds_alternative<event::AppFailure>(event);
    };
    const auto failures = std::ranges::count_if(node.events, is_failure);
    CHECK(failures >= 2);
    CHECK(failures <= 8);  // ever more rarely
  }
  check_agreement(cluster);
}
