#include "lib/sim/network.h"

#include "lib/sim/clock.h"
#include "lib/sim/event_queue.h"
#include "tests/support/catch.h"

namespace hs::sim {
namespace {

NetworkPlan hostile() {
  NetworkPlan plan;
  plan.before = {.shape = DelayModel::Shape::uniform, .low = 1ms, .high = 100ms};
  plan.after = {.shape = DelayModel::Shape::uniform, .low = 1ms, .high = 5ms};
  plan.loss_ppm = 200'000;
  plan.duplicate_ppm = 300'000;
  plan.duplicate_delay_max = 10s;
  plan.proposal_ppm = 500'000;
  plan.reorder = true;
  return plan;
}

struct Seen {
  int lost = 0, doubled = 0, overtaken = 0;
  Duration slowest{};
};

Seen send_many(Network& network) {
  Seen seen;
  Instant last;
  for (int i = 0; i < 1000; ++i) {
    const Instant now(i * 1ms);
    const auto arrivals = network.send(0, 1, "PhaseVote", now);
    seen.lost += arrivals.first ? 0 : 1;
    seen.doubled += arrivals.copy ? 1 : 0;
    if (!arrivals.first) continue;
    if (*arrivals.first < last) ++seen.overtaken;
    last = std::max(last, *arrivals.first);
    seen.slowest = std::max(seen.slowest, *arrivals.first - now);
  }
  return seen;
}

TEST_CASE("a hostile network loses, doubles and reorders about as often as it should",
          "[sim][network]") {
  Network network(hostile(), 3, Rng(1));
  const Seen seen = send_many(network);
  CHECK(seen.lost > 150);
  CHECK(seen.lost < 250);
  CHECK(seen.doubled > 180);
  CHECK(seen.doubled < 300);
  CHECK(seen.overtaken > 100);
}

TEST_CASE("a calm network delivers everything once, in order and within its bound",
          "[sim][network]") {
  Network network(hostile(), 3, Rng(1));
  (void)send_many(network);
  network.calm_down();
  const Seen seen = send_many(network);
  CHECK(seen.lost == 0);
  CHECK(seen.doubled == 0);
  CHECK(seen.overtaken == 0);
  CHECK(seen.slowest <= 5ms);
  CHECK_FALSE(network.picks_on_proposal());
}

TEST_CASE("every shape of delay stays between its bounds", "[sim][network]") {
  for (const auto shape : {DelayModel::Shape::constant, DelayModel::Shape::uniform,
                           DelayModel::Shape::heavy_tail, DelayModel::Shape::bimodal}) {
    NetworkPlan plan;
    plan.before = {.shape = shape, .low = 10ms, .high = 50ms};
    Network network(plan, 2, Rng(3));
    Duration most{};
    for (int i = 0; i < 500; ++i) {
      const Duration delay = network.close_delay(0, 1);
      CHECK(delay >= 10ms);
      CHECK(delay <= 50ms);
      most = std::max(most, delay);
    }
    CHECK((shape == DelayModel::Shape::constant) == (most == 10ms));
  }
}

TEST_CASE("cuts are one-way, groups may share a bridge", "[sim][network]") {
  Network network(NetworkPlan{}, 4, Rng(1));
  network.cut(0, 1, true);
  CHECK(network.is_cut(0, 1));
  CHECK_FALSE(network.is_cut(1, 0));
  CHECK_FALSE(network.is_whole(1, 0));
  CHECK_FALSE(network.send(0, 1, "NewView", Instant{}).first.has_value());
  CHECK(network.send(1, 0, "NewView", Instant{}).first.has_value());
  network.partition({{0, 1}, {1, 2}});
  CHECK(network.is_whole(0, 1));
  CHECK(network.is_whole(1, 2));
  CHECK_FALSE(network.is_whole(0, 2));
  CHECK_FALSE(network.is_whole(1, 3));
  network.reconnect_all();
  network.isolate(2);
  CHECK(network.is_whole(0, 1));
  CHECK_FALSE(network.is_whole(2, 3));
}

TEST_CASE("a muted link swallows messages of one kind", "[sim][network]") {
  Network network(NetworkPlan{}, 3, Rng(1));
  network.mute(0, 1, "Proposal");
  CHECK_FALSE(network.send(0, 1, "Proposal", Instant{}).first.has_value());
  CHECK(network.send(0, 1, "PhaseVote", Instant{}).first.has_value());
  CHECK(network.send(0, 2, "Proposal", Instant{}).first.has_value());
  CHECK(network.counts().swallowed == 1);
  network.unmute_all();
  CHECK(network.send(0, 1, "Proposal", Instant{}).first.has_value());
}

TEST_CASE("a clock that drifts never wakes its node too early", "[sim][clock]") {
  for (const std::int32_t drift : {-50'000, -3, 0, 7, 50'000}) {
    const NodeClock clock(drift, 1000s);
    for (const Duration since :
         {Duration(0), Duration(1), Duration(999'999'999), Duration(3600s)}) {
      const Instant local(1000s + since);
      const Instant world = clock.world(local);
      CHECK(clock.local(world) >= local);
      if (world > Instant{}) CHECK(clock.local(world - Duration(1)) < local);
    }
    CHECK(clock.world(Instant{}) == Instant{});
  }
}

TEST_CASE("what happens at one instant is ordered by the seed, what does not by time",
          "[sim][queue]") {
  const auto order = [](std::uint64_t seed) {
    EventQueue queue(seed);
    std::string done;
    for (char name = 'a'; name < 'i'; ++name) {
      queue.push(Instant(name < 'e' ? 5s : 1s), Chore([&done, name] { done += name; }));
    }
    while (!queue.empty()) std::get<Chore>(queue.pop().what)();
    return done;
  };
  const std::string once = order(1);
  CHECK(once == order(1));
  CHECK(once != order(2));
  CHECK(once.substr(0, 4).find_first_of("abcd") == std::string::npos);
}

}  // namespace
}  // namespace hs::sim
