#include "lib/kvapp/kv_app.h"

#include "lib/kvapp/queries.h"
#include "tests/support/catch.h"
#include "tests/unit/kvapp/model.h"

namespace hs {
namespace {

using test::cas;
using test::make_transaction;
using test::Model;
using test::ModelBlockPtr;
using test::put;

std::optional<std::string> stored(const Model& model, std::string_view key) {
  const auto value = kv::value_of(model.getter(), as_bytes(key));
  if (!value) return std::nullopt;
  return to_string(*value);
}

kv::Delete erase(std::string_view key) { return {to_bytes(key)}; }

TransactionId id_of(const Transaction& transaction) {
  return transaction_id(to_borsh(transaction));
}

}  // namespace

TEST_CASE("transactions of a block take effect in their order", "[kvapp]") {
  Model model;
  model.grow({make_transaction(1, put("a", "1")), make_transaction(2, put("b", "2")),
              make_transaction(3, put("a", "3")), make_transaction(4, erase("b")),
              make_transaction(5, erase("never there")), make_transaction(6, put("c", ""))});
  CHECK(stored(model, "a") == "3");
  CHECK(stored(model, "b") == std::nullopt);
  CHECK(stored(model, "c") == "");
}

TEST_CASE("compare-and-set looks at what stands before it, in the block too", "[kvapp]") {
  Model model;
  model.grow({make_transaction(1, put("k", "1"))});
  model.grow({make_transaction(2, cas("k", "1", "2")),           // applied
              make_transaction(3, cas("k", "1", "3")),           // failed: 2 by now
              make_transaction(4, cas("k", std::nullopt, "4")),  // failed: present
              make_transaction(5, erase("k")),                   //
              make_transaction(6, cas("k", "2", "6")),           // failed: absent
              make_transaction(7, cas("k", std::nullopt, "7")),  // applied
              make_transaction(8, cas("k", "", "8"))});          // failed: not empty
  CHECK(stored(model, "k") == "7");
  const auto record = kv::record_of(model.getter(), Height{1});
  REQUIRE(record.has_value());
  std::vector<bool> applied;
  for (const auto& entry : *record) applied.push_back(entry.outcome == kv::Outcome::applied);
  CHECK(applied == std::vector<bool>{true, false, false, true, false, true, false});
}

TEST_CASE("a block sees the state of its own branch only", "[kvapp]") {
  Model model;
  const ModelBlockPtr root = model.grow({make_transaction(1, put("k", "1"))});
  const ModelBlockPtr left = model.insert(root, {make_transaction(2, put("k", "left"))});
  const ModelBlockPtr right = model.insert(root, {make_transaction(3, cas("k", "1", "right"))});
  const ModelBlockPtr child = model.insert(left, {make_transaction(4, cas("k", "left", "child"))});
  model.commit(child);
  CHECK(stored(model, "k") == "child");
}

TEST_CASE("a transaction takes effect at most once", "[kvapp]") {
  Model model;
  const Transaction once = make_transaction(1, put("k", "v"));
  const ModelBlockPtr root = model.grow({});
  CHECK(model.fault(root, Model::make(root, {once, once})) ==
        "a transaction is in the block twice");

  // In an uncommitted ancestor, on the branch and not on another one.
  const ModelBlockPtr with = model.insert(root, {once});
  const ModelBlockPtr above = model.insert(with, {make_transaction(2, put("k", "w"))});
  CHECK(model.fault(above, Model::make(above, {once})) ==
        "transaction 0 is in an ancestor already");
  const ModelBlockPtr fork = model.insert(root, {make_transaction(3, put("k", "x"))});
  CHECK(model.is_valid(fork, Model::make(fork, {once})));

  // In a committed one.
  model.commit(above);
  CHECK(model.fault(above, Model::make(above, {once})) ==
        "transaction 0 is in an ancestor already");
}

TEST_CASE("a transaction is remembered for as long as it could be valid", "[kvapp]") {
  Model model;
  const Transaction longest = make_transaction(1, put("k", "v"), kv::remembered_heights);
  model.grow({longest});
  for (std::uint64_t height = 1; height <= kv::remembered_heights; ++height) {
    const Block again = Model::make(model.head, {longest});
    if (model.is_valid(model.head, again)) FAIL("repeated at height " << height);
    model.grow({});
  }
  CHECK(model.fault(model.head, Model::make(model.head, {longest})) == "transaction 0 is expired");
}

TEST_CASE("valid_until lies between the block and a thousand heights beyond", "[kvapp]") {
  Model model;
  for (int i = 0; i < 5; ++i) model.grow({});
  const auto verdict = [&](std::uint64_t valid_until) {
    return model.fault(model.head,
                       Model::make(model.head, {make_transaction(1, put("k", "v"), valid_until)}));
  };
  CHECK(verdict(4) == "transaction 0 is expired");
  CHECK(verdict(5) == "valid");
  CHECK(verdict(1005) == "valid");
  CHECK(verdict(1006) == "transaction 0 is valid for longer than it would be remembered");
  CHECK(verdict(UINT64_MAX) == "transaction 0 is valid for longer than it would be remembered");
}

TEST_CASE("a block whose data do not fit is invalid", "[kvapp][S04]") {
  Model model;
  model.grow({});
  Block block = Model::make(model.head, {make_transaction(1, put("k", "v"))});
  const Data data = block.data;
  block.data = {};
  CHECK(model.fault(model.head, block) == "data_hash does not fit the data");
  block.data = data;
  block.data[0].back() ^= 1;
  CHECK(model.fault(model.head, block) == "data_hash does not fit the data");

  Transaction elsewhere = make_transaction(1, put("k", "v"));
  elsewhere.chain_id = ChainId{8};
  CHECK(model.fault(model.head, Model::make(model.head, {elsewhere})) ==
        "transaction 0 is for another chain");
  CHECK_FALSE(model.is_valid(model.head, Model::make(model.head, Data{{1, 2}})));
  const Bytes garbage = to_bytes("garbage");
  CHECK_FALSE(model.is_valid(model.head, Model::make(model.head, kv::to_data({garbage}))));
}

TEST_CASE("validation gives the same for a proposal and for sync", "[kvapp]") {
  Model model;
  model.grow({});
  const test::ModelView view = model.view_after(model.head);
  const Block good = Model::make(model.head, {make_transaction(1, put("k", "v"))});
  const Block bad = Model::make(model.head, {make_transaction(1, put("k", "v"), 0)});
  const auto one = std::get<ValidBlock>(model.app.validate({good, view}));
  const auto two = std::get<ValidBlock>(model.app.validate_for_sync({good, view}));
  CHECK(one.app_state_updates == two.app_state_updates);
  CHECK(std::holds_alternative<InvalidBlock>(model.app.validate_for_sync({bad, view})));
}

TEST_CASE("validation does not ask the pool", "[kvapp]") {
  Model model;
  model.grow({});
  const Transaction waiting = make_transaction(1, put("k", "v"));
  const Block block = Model::make(model.head, {waiting});
  const auto before = model.validate(model.app, model.head, block);
  REQUIRE(model.admit(waiting));
  const auto after = model.validate(model.app, model.head, block);
  CHECK(std::get<ValidBlock>(before).app_state_updates ==
        std::get<ValidBlock>(after).app_state_updates);
}

TEST_CASE("without work the app proposes only when it must", "[kvapp]") {
  Model model;
  CHECK_FALSE(model.has_work(nullptr));
  CHECK_FALSE(model.produce(nullptr).has_value());
  const auto empty = model.produce(nullptr, true);
  REQUIRE(empty.has_value());
  CHECK(empty->data.empty());
  CHECK(empty->data_hash == kv::hash_of({}));
  CHECK(model.is_valid(nullptr, Model::make(nullptr, empty->data)));
}

TEST_CASE("a produced block is valid and holds the waiting transactions in order", "[kvapp]") {
  Model model;
  model.grow({});
  std::vector<Transaction> sent;
  for (std::uint64_t n = 0; n < 5; ++n) {
    sent.push_back(make_transaction(n, put("k", "v")));
    REQUIRE(model.admit(sent.back()));
  }
  CHECK(model.has_work(model.head));
  const auto produced = model.produce(model.head);
  REQUIRE(produced.has_value());
  const Block block = Model::make(model.head, produced->data);
  CHECK(block.data_hash == produced->data_hash);
  CHECK(block == Model::make(model.head, sent));
  CHECK(model.is_valid(model.head, block));
}

TEST_CASE("what is in an uncommitted ancestor is not proposed again", "[kvapp]") {
  Model model;
  const ModelBlockPtr root = model.grow({});
  const Transaction first = make_transaction(1, put("k", "1"));
  const Transaction second = make_transaction(2, put("k", "2"));
  REQUIRE(model.admit(first));
  const ModelBlockPtr with = model.insert(root, Model::make(root, model.produce(root)->data));
  CHECK_FALSE(model.has_work(with));
  CHECK_FALSE(model.produce(with).has_value());
  REQUIRE(model.admit(second));
  CHECK(model.has_work(with));
  CHECK(model.produce(with)->data == Model::make(with, {second}).data);
  // On a branch without it, it is still to be done.
  CHECK(model.produce(root)->data == Model::make(root, {first, second}).data);
}

TEST_CASE("a commit takes its transactions, and the expired ones, out of the pool", "[kvapp]") {
  Model model;
  const Transaction done = make_transaction(1, put("k", "1"));
  const Transaction late = make_transaction(2, put("k", "2"), 0);
  const Transaction waiting = make_transaction(3, put("k", "3"));
  for (const auto& each : {done, late, waiting}) REQUIRE(model.admit(each));
  model.grow({done});
  CHECK_FALSE(model.app.is_pending(id_of(done)));
  CHECK_FALSE(model.app.is_pending(id_of(late)));
  CHECK(model.app.is_pending(id_of(waiting)));
  CHECK(model.app.pool_transactions() == 1);
  const auto again = model.app.admit_transaction(to_borsh(done));
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().reason == kv::Refusal::committed);
}

TEST_CASE("admission by the App interface says why it refuses", "[kvapp]") {
  Model model;
  const Bytes encoded = to_borsh(make_transaction(1, put("k", "v")));
  CHECK(model.app.admit(encoded).has_value());
  CHECK(model.app.admit(encoded).error().code == Errc::duplicate);
  CHECK(model.app.admit(to_bytes("x")).error().code == Errc::bad_value);
}

TEST_CASE("a block stays within its limits and leaves the rest for the next", "[kvapp]") {
  Model model;
  model.grow({});
  const std::string large(200 << 10, 'v');
  for (std::uint64_t n = 0; n < 15; ++n) REQUIRE(model.admit(make_transaction(n, put("k", large))));
  const auto first = model.produce(model.head);
  REQUIRE(first.has_value());
  CHECK(first->data[0].size() <= kv::block_data_bytes_max);
  CHECK(kv::encoded_transactions(first->data)->size() == 10);
  const ModelBlockPtr block = model.insert(model.head, Model::make(model.head, first->data));
  const auto second = model.produce(block);
  REQUIRE(second.has_value());
  CHECK(kv::encoded_transactions(second->data)->size() == 5);

  Model many;
  many.grow({});
  for (std::uint64_t n = 0; n < kv::block_transactions_max + 1; ++n) {
    REQUIRE(
        many.admit(make_transaction(n, put("k", "v"), 500, static_cast<std::uint8_t>(n / 1000))));
  }
  CHECK(kv::encoded_transactions(many.produce(many.head)->data)->size() ==
        kv::block_transactions_max);
}

TEST_CASE("after a restart the app judges as before", "[kvapp]") {
  Model model;
  std::vector<Transaction> sent;
  for (std::uint64_t n = 0; n < 50; ++n) {
    sent.push_back(make_transaction(n, put("k", "v"), 1000));
    model.grow(n % 3 == 0 ? std::vector<Transaction>{} : std::vector{sent.back()});
  }
  KvApp restarted({.chain_id = test::test_chain});
  REQUIRE(restarted.load(model.getter(), model.scanner()).has_value());
  CHECK(restarted.next_height() == Height{50});
  for (std::uint64_t n = 0; n < 50; ++n) {
    const bool committed = n % 3 != 0;
    const Block block = Model::make(model.head, {sent[n]});
    CHECK(std::holds_alternative<InvalidBlock>(model.validate(restarted, model.head, block)) ==
          committed);
    const auto admitted = restarted.admit_transaction(to_borsh(sent[n]));
    CHECK(admitted.has_value() == !committed);
  }
}

TEST_CASE("state that the app did not write is reported as corrupt", "[kvapp]") {
  Model model;
  model.grow({make_transaction(1, put("k", "v"))});
  model.committed[kv::record_key(Height{0})] = {1, 2, 3};
  KvApp restarted({.chain_id = test::test_chain});
  CHECK(restarted.load(model.getter(), model.scanner()).error().code == Errc::corrupt);
  CHECK(kv::find_transaction(model.scanner(), {}).has_value());
  CHECK(kv::record_of(model.getter(), Height{0}).error().code == Errc::corrupt);
}

TEST_CASE("what the app keeps for itself does not grow with the chain", "[kvapp]") {
  Model model;
  std::uint64_t sequence = 0;
  const auto grow_by = [&](std::uint64_t heights) {
    for (std::uint64_t i = 0; i < heights; ++i) {
      const std::uint64_t valid_until = model.head ? model.head->block.height.value + 1 : 0;
      model.grow({make_transaction(++sequence, put("k", "v"), valid_until)});
    }
  };
  grow_by(kv::remembered_heights + 10);
  const std::size_t keys = model.committed.size();
  CHECK(keys == kv::remembered_heights + 2);  // the records, the height, and "k"
  grow_by(20);
  CHECK(model.committed.size() == keys);
}

}  // namespace hs
