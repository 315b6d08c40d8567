#include "lib/kvapp/queries.h"

#include "tests/support/catch.h"
#include "tests/unit/kvapp/model.h"

namespace hs::kv {
namespace {

using test::cas;
using test::make_transaction;
using test::Model;
using test::put;

TransactionId id_of(const Transaction& transaction) {
  return transaction_id(to_borsh(transaction));
}

std::vector<std::string> keys_under(const Model& model, std::string_view prefix) {
  std::vector<std::string> keys;
  list(model.scanner(), as_bytes(prefix), [&](BytesView key, BytesView) {
    keys.push_back(to_string(key));
    return true;
  });
  return keys;
}

}  // namespace

TEST_CASE("users see their own entries and none of the app's", "[kvapp]") {
  Model model;
  CHECK(keys_under(model, "").empty());
  CHECK(*height_of(model.getter()) == std::optional<Height>());
  model.grow({make_transaction(1, put("b", "2")), make_transaction(2, put("a/x", "1")),
              make_transaction(3, put("a/y", "3")), make_transaction(4, put("h", "4"))});
  CHECK(keys_under(model, "") == std::vector<std::string>{"a/x", "a/y", "b", "h"});
  CHECK(keys_under(model, "a/") == std::vector<std::string>{"a/x", "a/y"});
  CHECK(keys_under(model, "t").empty());
  CHECK(to_string(*value_of(model.getter(), as_bytes("h"))) == "4");
  CHECK_FALSE(value_of(model.getter(), as_bytes("missing")).has_value());
  CHECK(*height_of(model.getter()) == std::optional(Height{0}));
}

TEST_CASE("a listing ends where the visitor says", "[kvapp]") {
  Model model;
  model.grow({make_transaction(1, put("a", "1")), make_transaction(2, put("b", "2"))});
  int seen = 0;
  list(model.scanner(), {}, [&](BytesView, BytesView) { return ++seen < 1; });
  CHECK(seen == 1);
}

TEST_CASE("a committed transaction is found with its height, index and outcome", "[kvapp]") {
  Model model;
  model.grow({});
  const Transaction first = make_transaction(1, put("k", "1"));
  const Transaction failing = make_transaction(2, cas("k", "other", "2"));
  model.grow({first, failing});
  model.grow({make_transaction(3, put("k", "3"))});
  const auto status = find_transaction(model.scanner(), id_of(failing));
  REQUIRE(status.has_value());
  const auto& committed = std::get<Committed>(*status);
  CHECK(committed.height == Height{1});
  CHECK(committed.index == 1);
  CHECK(committed.outcome == Outcome::failed);
  CHECK(std::get<Committed>(*find_transaction(model.scanner(), id_of(first))).outcome ==
        Outcome::applied);
  const auto unknown = find_transaction(model.scanner(), id_of(make_transaction(9, put("k", "9"))));
  CHECK(std::holds_alternative<Unknown>(*unknown));
}

TEST_CASE("equal user state gives equal hashes, whatever the way there", "[kvapp]") {
  Model one;
  one.grow({make_transaction(1, put("a", "1")), make_transaction(2, put("b", "2"))});
  Model two;
  two.grow({make_transaction(7, put("b", "9"))});
  two.grow({make_transaction(8, put("b", "2")), make_transaction(9, put("a", "1"))});
  CHECK(state_hash(one.scanner()) == state_hash(two.scanner()));
  two.grow({make_transaction(10, put("a", "2"))});
  CHECK(state_hash(one.scanner()) != state_hash(two.scanner()));
  CHECK(state_hash(Model().scanner()) == Hash{});
}

TEST_CASE("the state hash tells keys from values", "[kvapp]") {
  Model one;
  one.grow({make_transaction(1, put("ab", "c"))});
  Model two;
  two.grow({make_transaction(1, put("a", "bc"))});
  CHECK(state_hash(one.scanner()) != state_hash(two.scanner()));
}

TEST_CASE("keys of records are ordered by height", "[kvapp]") {
  CHECK(record_key(Height{255}) < record_key(Height{256}));
  CHECK(height_of_record_key(record_key(Height{0x0102030405060708})) == Height{0x0102030405060708});
  CHECK_FALSE(height_of_record_key(height_key()).has_value());
  CHECK_FALSE(height_of_record_key(user_key(as_bytes("12345678"))).has_value());
}

TEST_CASE("a record is read back as it was written, and damage is seen", "[kvapp]") {
  const BlockRecord record{{id_of(make_transaction(1, put("k", "v"))), Outcome::failed},
                           {id_of(make_transaction(2, put("k", "v"))), Outcome::applied}};
  Bytes bytes = encode_record(record);
  CHECK(*decode_record(bytes) == record);
  bytes.back() = 2;
  CHECK_FALSE(decode_record(bytes).has_value());
  bytes.pop_back();
  CHECK_FALSE(decode_record(bytes).has_value());
}

TEST_CASE("a block's transactions can be taken out of its data", "[kvapp]") {
  const Transaction transaction = make_transaction(1, put("k", "v"));
  const Block block = Model::make(nullptr, {transaction});
  CHECK(*transactions_of(block.data) == std::vector<Bytes>{to_borsh(transaction)});
  CHECK(transactions_of({})->empty());
  CHECK_FALSE(transactions_of({{1}}).has_value());
}

}  // namespace hs::kv
