#include "lib/node/misbehaviour.h"

#include "tests/support/catch.h"

namespace hs {
namespace {

using byzantine::Kind;
using byzantine::Kinds;

constexpr Instant start{std::chrono::hours(1)};
View seven() { return View{7}; }

}  // namespace

TEST_CASE("an order is carried out at once, and once", "[node]") {
  Misbehaviour behaviour;
  CHECK_FALSE(behaviour.change(start, seven));
  behaviour.order({.kinds = {Kind::silent}, .from = {}, .lasts = {}});
  CHECK(behaviour.change(start, seven) == Kinds{Kind::silent});
  CHECK_FALSE(behaviour.change(start + std::chrono::hours(9), seven));
  CHECK_FALSE(behaviour.next_deadline());
  behaviour.order({.kinds = {}, .from = {}, .lasts = {}});
  CHECK(behaviour.change(start, seven) == Kinds{});
}

TEST_CASE("an order for a time ends with it", "[node]") {
  Misbehaviour behaviour;
  behaviour.order({.kinds = {Kind::stale}, .from = {}, .lasts = milliseconds(500)});
  CHECK(behaviour.change(start, seven) == Kinds{Kind::stale});
  CHECK(behaviour.next_deadline() == start + milliseconds(500));
  CHECK_FALSE(behaviour.change(start + milliseconds(499), seven));
  CHECK(behaviour.change(start + milliseconds(500), seven) == Kinds{});
  CHECK_FALSE(behaviour.next_deadline());
  CHECK_FALSE(behaviour.change(start + milliseconds(501), seven));
}

TEST_CASE("an order for a view waits for it while the one before goes on", "[node]") {
  Misbehaviour behaviour;
  behaviour.order({.kinds = {Kind::stale}, .from = {}, .lasts = milliseconds(500)});
  REQUIRE(behaviour.change(start, seven) == Kinds{Kind::stale});
  behaviour.order({.kinds = {Kind::silent}, .from = View{8}, .lasts = {}});
  CHECK_FALSE(behaviour.change(start, seven));
  CHECK(behaviour.change(start + milliseconds(500), seven) == Kinds{});
  const auto nine = [] { return View{9}; };
  CHECK(behaviour.change(start + milliseconds(600), nine) == Kinds{Kind::silent});
}

TEST_CASE("a new order outlives the end of the one before", "[node]") {
  Misbehaviour behaviour;
  behaviour.order({.kinds = {Kind::stale}, .from = {}, .lasts = milliseconds(500)});
  REQUIRE(behaviour.change(start, seven));
  behaviour.order({.kinds = {Kind::silent}, .from = {}, .lasts = {}});
  CHECK(behaviour.change(start, seven) == Kinds{Kind::silent});
  CHECK_FALSE(behaviour.change(start + milliseconds(500), seven));
}

}  // namespace hs
