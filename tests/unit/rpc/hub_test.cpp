#include "lib/rpc/hub.h"

#include "tests/support/catch.h"
#include "tests/support/chain.h"

namespace hs {
namespace {

const std::chrono::system_clock::time_point noon{std::chrono::milliseconds(1'700'000'000'000)};

Event timeout_of(std::uint64_t view) { return event::ViewTimeout{View{view}}; }

}  // namespace

TEST_CASE("a subscriber gets the events it asked for, in order, one JSON object a line", "[rpc]") {
  RpcHub hub;
  const auto all = hub.subscribe({.types = {}, .wake = nullptr});
  const auto some = hub.subscribe({.types = {"StartView"}, .wake = nullptr});
  hub.tell(timeout_of(4), noon);
  hub.tell(event::StartView{View{5}, test::test_key(1).public_key()}, noon);

  const std::string lines = all->take();
  CHECK(lines.find(R"({"schema":"hs.event/v1","time":"2023-11-14T22:13:20.000Z",)"
                   R"("event":"ViewTimeout","view":4})"
                   "\n") == 0);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
  CHECK(all->take().empty());
  const std::string one = some->take();
  CHECK(std::count(one.begin(), one.end(), '\n') == 1);
  CHECK(one.find("StartView") != std::string::npos);
}

TEST_CASE("a subscriber is woken once until it takes", "[rpc]") {
  RpcHub hub;
  int wakes = 0;
  const auto subscription = hub.subscribe({.types = {}, .wake = [&] { ++wakes; }});
  hub.tell(timeout_of(1), noon);
  hub.tell(timeout_of(2), noon);
  CHECK(wakes == 1);
  (void)subscription->take();
  hub.tell(timeout_of(3), noon);
  CHECK(wakes == 2);
}

TEST_CASE("a subscriber that does not take is ended and its lines are freed", "[rpc]") {
  RpcHub hub;
  const auto slow = hub.subscribe({.types = {}, .wake = nullptr});
  const auto quick = hub.subscribe({.types = {}, .wake = nullptr});
  std::size_t told = 0;
  while (!slow->ended()) {
    hub.tell(timeout_of(++told), noon);
    REQUIRE(!quick->take().empty());
    REQUIRE(told < 100'000);
  }
  CHECK(slow->take().empty());
  hub.tell(timeout_of(1), noon);
  CHECK(slow->take().empty());
  CHECK_FALSE(quick->ended());
  CHECK(!quick->take().empty());
}

TEST_CASE("at most a hundred streams are open, and one that ends makes room", "[rpc]") {
  RpcHub hub;
  std::vector<std::shared_ptr<EventSubscription>> open;
  for (std::size_t i = 0; i < event_streams_max; ++i) {
    open.push_back(hub.subscribe({.types = {}, .wake = nullptr}));
    REQUIRE(open.back() != nullptr);
  }
  CHECK(hub.subscribe({.types = {}, .wake = nullptr}) == nullptr);
  open.pop_back();
  CHECK(hub.subscribe({.types = {}, .wake = nullptr}) != nullptr);
}

TEST_CASE("closing the hub ends every stream and refuses new ones", "[rpc]") {
  RpcHub hub;
  const auto subscription = hub.subscribe({.types = {}, .wake = nullptr});
  hub.close();
  CHECK(subscription->ended());
  CHECK(hub.subscribe({.types = {}, .wake = nullptr}) == nullptr);
}

TEST_CASE("what waits in a stream when the hub closes is still there to be taken", "[rpc][S26]") {
  RpcHub hub;
  const auto subscription = hub.subscribe({.types = {}, .wake = nullptr});
  hub.tell(timeout_of(1), noon);
  hub.close();
  CHECK(subscription->take().find("ViewTimeout") != std::string::npos);
}

TEST_CASE("every commit is told to the listeners until they are removed", "[rpc]") {
  RpcHub hub;
  std::vector<std::uint64_t> heights;
  const auto number = hub.add_commit_listener(
      [&](const CommitNotice& notice) { heights.push_back(notice.height.value); });
  hub.tell(event::CommitBlock{.block = {}, .height = Height{3}, .view = View{4}}, noon);
  hub.tell(timeout_of(5), noon);
  hub.remove_commit_listener(number);
  hub.tell(event::CommitBlock{.block = {}, .height = Height{4}, .view = View{5}}, noon);
  CHECK(heights == std::vector<std::uint64_t>{3});
}

}  // namespace hs
