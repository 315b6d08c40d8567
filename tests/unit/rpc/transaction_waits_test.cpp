#include "lib/rpc/transaction_waits.h"

#include <future>

#include "lib/base/hex.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"
#include "tests/unit/rpc/fake_node.h"

namespace hs {
namespace {

using Answer = TransactionWaits::End;
constexpr std::chrono::seconds never{300};  // no test waits as long

struct Waiting {
  std::future<Answer> wait_for(const TransactionId& id, TransactionWaits::Clock::duration patience,
                               std::optional<Height> valid_until = std::nullopt) {
    auto promise = std::make_shared<std::promise<Answer>>();
    ticket = waits->add(
        id, TransactionWaits::Clock::now() + patience,
        [promise](Answer answer) { promise->set_value(std::move(answer)); }, valid_until);
    REQUIRE(ticket.has_value());
    return promise->get_future();
  }
  test::FakeNode node;
  std::shared_ptr<TransactionWaits> waits =
      std::make_shared<TransactionWaits>(node.service, node.hub);
  std::optional<TransactionWaits::Ticket> ticket;
};

}  // namespace

TEST_CASE_METHOD(Waiting, "a wait ends with the commit of its transaction", "[rpc]") {
  const TransactionId id = node.put("k", "v");
  auto answer = wait_for(id, never);
  node.commit_all();
  const Answer commit = answer.get();
  REQUIRE(commit.has_value());
  CHECK(commit->result["schema"] == "hs.tx_result/v1");
  CHECK(commit->result["id"] == to_hex(id.view()));
  CHECK(commit->result["status"] == "committed");
  CHECK(commit->result["height"] == 0);
  CHECK(commit->result["view"] == 1);
  CHECK(commit->result["outcome"] == "applied");
  CHECK(commit->result["signers"] == 3);
  CHECK(commit->result["validators"] == 4);
}

TEST_CASE_METHOD(Waiting, "all who wait for one transaction are answered", "[rpc]") {
  const TransactionId id = node.put("k", "v");
  auto first = wait_for(id, never);
  auto second = wait_for(id, never);
  node.commit_all();
  CHECK(first.get().has_value());
  CHECK(second.get().has_value());
}

TEST_CASE_METHOD(Waiting, "a wait ends at its deadline with nothing", "[rpc]") {
  auto late = wait_for(test::FakeNode().put("k", "v"), never);
  auto early = wait_for(node.put("k", "v"), std::chrono::milliseconds(1));
  CHECK(early.get().error() == Unmet::deadline);
  CHECK(late.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
}

TEST_CASE_METHOD(Waiting, "a wait ends when the last block its transaction is valid for has none",
                 "[rpc]") {
  auto lost = wait_for(test::FakeNode().put("k", "never sent"), never, Height{0});
  auto later = wait_for(test::FakeNode().put("k", "w"), never, Height{1});
  const TransactionId id = node.put("k", "v");
  auto last = wait_for(id, never, Height{0});
  node.commit_all();
  CHECK(lost.get().error() == Unmet::expired);
  CHECK(last.get().has_value());
  CHECK(later.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
}

TEST_CASE_METHOD(Waiting, "what was committed before its last block is not called expired",
                 "[rpc]") {
  const TransactionId id = node.put("k", "v");
  node.commit_all();
  auto answer = wait_for(id, never, Height{1});
  (void)node.put("k", "w");
  node.commit_all();
  CHECK(answer.get().has_value());
}

TEST_CASE_METHOD(Waiting, "a look-up finds what was committed before the wait began", "[rpc]") {
  const TransactionId id = node.put("k", "v");
  node.commit_all();
  auto answer = wait_for(id, never);
  waits->post([this] { waits->look_up(*ticket); });
  CHECK(answer.get().has_value());
}

TEST_CASE_METHOD(Waiting, "a wait that was cancelled is not answered", "[rpc]") {
  const TransactionId id = node.put("k", "v");
  auto cancelled = wait_for(id, never);
  waits->cancel(*ticket);
  auto other = wait_for(id, never);
  node.commit_all();
  CHECK(other.get().has_value());
  CHECK_THROWS_AS(cancelled.get(), std::future_error);  // its promise is gone
}

// The thread sleeps until the first deadline, whose wait goes away meanwhile.
TEST_CASE_METHOD(Waiting, "a wait may be cancelled while its deadline is slept for", "[rpc]") {
  for (int i = 0; i < 200; ++i) {
    auto cancelled = wait_for(node.put("k" + std::to_string(i), "v"), never);
    const auto awake = std::make_shared<std::promise<void>>();
    waits->post([awake] { awake->set_value(); });
    awake->get_future().get();
    waits->cancel(*ticket);
    CHECK_THROWS_AS(cancelled.get(), std::future_error);
  }
}

TEST_CASE_METHOD(Waiting, "waits that are left when it stops are dropped", "[rpc]") {
  auto answer = wait_for(node.put("k", "v"), never);
  waits->stop();
  CHECK_THROWS_AS(answer.get(), std::future_error);
  CHECK_FALSE(waits->add({}, TransactionWaits::Clock::now(), [](Answer) {}).has_value());
  node.commit_all();
}

}  // namespace hs
