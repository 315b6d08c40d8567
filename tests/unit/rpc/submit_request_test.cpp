#include "lib/base/hex.h"
#include "lib/rpc/submission.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"

namespace hs {
namespace {

NodeSnapshot node_at(std::uint64_t height) {
  NodeSnapshot node;
  node.chain_id = test::test_chain;
  node.replica.committed_height = Height{height};
  return node;
}

Result<SubmitRequest> parse(const std::string& body, const std::string& query = "") {
  return parse_submit(
      {.method = "POST", .path = "", .query = query, .content_type = "", .body = body},
      node_at(40));
}

Transaction made_of(const std::string& operation) {
  const auto request = parse(R"({"operation":)" + operation + "}");
  REQUIRE(request.has_value());
  return *from_borsh<Transaction>(request->transactions.front());
}

}  // namespace

TEST_CASE("encoded transactions come as hex, one or many", "[rpc]") {
  const auto one = parse(R"({"transaction":"00ff"})");
  REQUIRE(one.has_value());
  CHECK(one->transactions == std::vector<Bytes>{{0x00, 0xff}});
  CHECK_FALSE(one->is_batch);
  CHECK(one->wait == WaitLevel::accepted);
  const auto many = parse(R"({"transactions":["01","02"]})", "wait=committed&timeout_ms=5");
  REQUIRE(many.has_value());
  CHECK(many->transactions == std::vector<Bytes>{{1}, {2}});
  CHECK(many->is_batch);
  CHECK(many->wait == WaitLevel::committed);
  CHECK(many->timeout == std::chrono::milliseconds(5));
}

TEST_CASE("an operation is made a transaction of this chain that expires", "[rpc]") {
  const Transaction put = made_of(R"({"kind":"put","key":"k","value":"v"})");
  CHECK(put.chain_id == test::test_chain);
  CHECK(put.valid_until == Height{40 + kv::valid_heights_default});
  CHECK(put.operation == kv::Operation(kv::Put{to_bytes("k"), to_bytes("v")}));
  CHECK(made_of(R"({"kind":"delete","key_b64":"/wE="})").operation ==
        kv::Operation(kv::Delete{Bytes{0xff, 0x01}}));
  CHECK(made_of(R"({"kind":"cas","key":"k","expected":"a","value":"b"})").operation ==
        kv::Operation(kv::CompareAndSet{to_bytes("k"), to_bytes("a"), to_bytes("b")}));
  CHECK(made_of(R"({"kind":"cas","key":"k","expected":null,"value":"b"})").operation ==
        kv::Operation(kv::CompareAndSet{to_bytes("k"), std::nullopt, to_bytes("b")}));
}

TEST_CASE("two operations that say the same are two transactions", "[rpc]") {
  const std::string same = R"({"kind":"put","key":"k","value":"v"})";
  CHECK(made_of(same).client != made_of(same).client);
}

TEST_CASE("a batch holds one change of the validator set at most", "[rpc]") {
  const auto change = [](std::uint64_t sequence) {
    Transaction transaction;
    transaction.chain_id = test::test_chain;
    transaction.sequence = sequence;
    transaction.operation = kv::RemoveValidator{};
    return to_hex(to_borsh(transaction));
  };
  CHECK(parse(R"({"transactions":["00",")" + change(1) + "\"]}").has_value());
  CHECK_FALSE(
      parse(R"({"transactions":[")" + change(1) + R"(","00",")" + change(2) + "\"]}").has_value());
}

TEST_CASE("a submission of the wrong shape is refused", "[rpc]") {
  for (const char* body : {"",
                           "[]",
                           "7",
                           "null",
                           "{}",
                           R"({"transaction":7})",
                           R"({"transaction":"0"})",
                           R"({"transaction":"xy"})",
                           R"({"transactions":[]})",
                           R"({"transactions":"00"})",
                           R"({"transactions":["00",7]})",
                           R"({"transaction":"00","transactions":["00"]})",
                           R"({"transaction":"00","extra":1})",
                           R"({"operation":"put"})",
                           R"({"operation":{}})",
                           R"({"operation":{"kind":"increment","key":"k"}})",
                           R"({"operation":{"kind":"put","key":"k"}})",
                           R"({"operation":{"kind":"put","value":"v"}})",
                           R"({"operation":{"kind":"put","key":1,"value":"v"}})",
                           R"({"operation":{"kind":"put","key":"k","key_b64":"aw==","value":"v"}})",
                           R"({"operation":{"kind":"put","key":"k","value_b64":"!"}})",
                           R"({"operation":{"kind":"delete","key":"k","value":"v"}})"}) {
    INFO(body);
    CHECK_FALSE(parse(body).has_value());
  }
  for (const char* query :
       {"wait=soon", "wait=", "timeout_ms=x", "timeout_ms=600001", "unknown=1"}) {
    INFO(query);
    CHECK_FALSE(parse(R"({"transaction":"00"})", query).has_value());
  }
}

}  // namespace hs
