#include "lib/kvapp/set_changes.h"

#include <limits>

#include "lib/kvapp/queries.h"
#include "tests/support/catch.h"
#include "tests/unit/kvapp/model.h"

namespace hs {
namespace {

using kv::Refusal;
using test::make_transaction;
using test::Model;
using test::test_key;
using test::test_set;

constexpr std::uint8_t authority_key = 200;
constexpr std::uint64_t power_max = (std::uint64_t{1} << 53) - 1;

KvAppConfig with_authority() {
  return {.chain_id = test::test_chain, .authority = test_key(authority_key).public_key()};
}

PublicKey key_of(std::uint8_t key) { return test_key(key).public_key(); }

Transaction set_power(std::uint64_t sequence, std::uint8_t key, std::uint64_t power,
                      std::uint8_t signer = authority_key) {
  return kv::signed_set_change(
      make_transaction(sequence, kv::SetValidator{key_of(key), Power{power}, {}}),
      test_key(signer));
}
Transaction remove(std::uint64_t sequence, std::uint8_t key, std::uint8_t signer = authority_key) {
  return kv::signed_set_change(make_transaction(sequence, kv::RemoveValidator{key_of(key), {}}),
                               test_key(signer));
}

// A chain whose set is the test keys 1 to 4, one block long.
Model four() {
  Model model(with_authority());
  model.validators = test_set({{1}, {2}, {3}, {4}});
  model.grow({});
  return model;
}

// What a user of the model's node is told; none: taken.
std::optional<Refusal> refusal_of(Model& model, const Transaction& transaction,
                                  bool decided = true) {
  const auto set = std::make_shared<const ValidatorSet>(model.validators);
  model.app.know_validators({set, set, std::nullopt, decided});
  const auto answer = model.app.submit_transaction(to_borsh(transaction));
  if (answer) return std::nullopt;
  CHECK_FALSE(answer.error().what.empty());
  return answer.error().reason;
}

kv::Outcome outcome_at(const Model& model, Height height) {
  const auto record = kv::record_of(model.getter(), height);
  REQUIRE(record.has_value());
  REQUIRE(record->size() == 1);
  return record->front().outcome;
}

}  // namespace

TEST_CASE("a change signed by the authority puts the block into phased mode", "[kvapp]") {
  Model model = four();
  const auto added = model.grow({set_power(1, 5, 3)});
  REQUIRE(added->set_updates.has_value());
  CHECK(added->set_updates->inserts == std::map<PublicKey, Power>{{key_of(5), Power{3}}});
  CHECK(model.validators.power_of(key_of(5)) == Power{3});

  const auto removed = model.grow({remove(2, 1)});
  REQUIRE(removed->set_updates.has_value());
  CHECK(removed->set_updates->deletes == std::set<PublicKey>{key_of(1)});

  CHECK_FALSE(model.grow({make_transaction(3, test::put("k", "v"))})->set_updates.has_value());
}

TEST_CASE("a change is refused unless the authority of the genesis signed it", "[kvapp]") {
  Model model = four();
  CHECK(refusal_of(model, set_power(1, 5, 1, 1)) == Refusal::unauthorised);
  CHECK_FALSE(model.admit(set_power(1, 5, 1, 1)));
  CHECK(model.fault(model.head, model.make(model.head, {set_power(1, 5, 1, 1)}))
            .find("not signed by the authority") != std::string::npos);

  // Every field is under the signature.
  const Transaction good = set_power(1, 5, 1);
  Transaction altered = good;
  altered.sequence = 2;
  CHECK(refusal_of(model, altered) == Refusal::unauthorised);
  altered = good;
  altered.client.bytes[0] ^= 1;
  CHECK(refusal_of(model, altered) == Refusal::unauthorised);
  altered = good;
  altered.valid_until = Height{499};
  CHECK(refusal_of(model, altered) == Refusal::unauthorised);
  altered = good;
  std::get<kv::SetValidator>(altered.operation).power = Power{2};
  CHECK(refusal_of(model, altered) == Refusal::unauthorised);
  altered = good;
  altered.operation =
      kv::RemoveValidator{key_of(1), std::get<kv::SetValidator>(good.operation).signature};
  CHECK(refusal_of(model, altered) == Refusal::unauthorised);
  CHECK_FALSE(refusal_of(model, good).has_value());

  Model without({.chain_id = test::test_chain});
  without.validators = test_set({{1}, {2}, {3}, {4}});
  without.grow({});
  CHECK(refusal_of(without, good) == Refusal::no_authority);
  CHECK_FALSE(without.is_valid(without.head, without.make(without.head, {good})));
}

TEST_CASE("a change that the set does not allow is refused with its reason", "[kvapp][S28]") {
  Model model = four();
  CHECK(refusal_of(model, remove(1, 9)) == Refusal::unknown_validator);
  CHECK(refusal_of(model, set_power(1, 1, 1)) == Refusal::unchanged);
  CHECK(refusal_of(model, set_power(1, 5, 0)) == Refusal::unusable_set);
  CHECK(refusal_of(model, set_power(1, 5, power_max)) == Refusal::unusable_set);
  CHECK(refusal_of(model, set_power(1, 5, std::numeric_limits<std::uint64_t>::max())) ==
        Refusal::unusable_set);
  CHECK_FALSE(refusal_of(model, set_power(1, 5, power_max - 4)).has_value());

  Model alone(with_authority());
  alone.validators = test_set({{1}});
  alone.grow({});
  CHECK(refusal_of(alone, remove(1, 1)) == Refusal::unusable_set);

  const Transaction no_point = kv::signed_set_change(
      make_transaction(1, kv::SetValidator{PublicKey{}, Power{1}, {}}), test_key(authority_key));
  CHECK(refusal_of(alone, no_point) == Refusal::unusable_set);
}

TEST_CASE("a change that fits no more when it is executed does nothing", "[kvapp][S28]") {
  Model model = four();
  const auto changes = GENERATE(remove(1, 9), set_power(1, 1, 1), set_power(1, 5, 0),
                                set_power(1, 5, power_max), set_power(1, 2, power_max));
  const auto block = model.grow({changes});
  CHECK_FALSE(block->set_updates.has_value());
  CHECK(outcome_at(model, block->block.height) == kv::Outcome::failed);
  CHECK(model.validators == test_set({{1}, {2}, {3}, {4}}));
}

TEST_CASE("one change at a time: a second one is refused while the first waits", "[kvapp]") {
  Model model = four();
  CHECK(refusal_of(model, set_power(1, 5, 1), /*decided=*/false) == Refusal::update_undecided);
  CHECK_FALSE(refusal_of(model, set_power(1, 5, 1)).has_value());
  CHECK(refusal_of(model, set_power(2, 6, 1)) == Refusal::update_undecided);
  CHECK(refusal_of(model, set_power(1, 5, 1)) == Refusal::duplicate);  // sent again: no harm
  CHECK_FALSE(refusal_of(model, make_transaction(3, test::put("k", "v"))).has_value());
}

TEST_CASE("a block holds one change of the set at most", "[kvapp]") {
  Model model = four();
  CHECK(model.fault(model.head, model.make(model.head, {set_power(1, 5, 1), set_power(2, 6, 1)}))
            .find("second change") != std::string::npos);
  // Two that reached the pool from different nodes go into two blocks.
  REQUIRE(model.admit(set_power(1, 5, 1)));
  REQUIRE(model.admit(set_power(2, 6, 1)));
  REQUIRE(model.admit(make_transaction(3, test::put("k", "v"))));
  const auto first = model.produce(model.head);
  REQUIRE(first.has_value());
  CHECK(kv::transactions_of(first->data)->size() == 2);
  model.commit(model.insert(model.head, model.make(model.head, first->data)));
  CHECK(model.validators.size() == 5);
  const auto second = model.produce(model.head);
  REQUIRE(second.has_value());
  CHECK(kv::transactions_of(second->data)->size() == 1);
  model.commit(model.insert(model.head, model.make(model.head, second->data)));
  CHECK(model.validators.size() == 6);
}

TEST_CASE("a change of the set takes effect at most once", "[kvapp]") {
  Model model = four();
  const Transaction change = set_power(1, 5, 1);
  model.grow({change});
  model.grow({remove(2, 5)});
  CHECK(refusal_of(model, change) == Refusal::committed);
  CHECK_FALSE(model.is_valid(model.head, model.make(model.head, {change})));
}

TEST_CASE("every change is remembered with the set that it replaced", "[kvapp]") {
  Model model = four();
  const ValidatorSet before = model.validators;
  model.grow({set_power(1, 5, 1)});
  const ValidatorSet between = model.validators;
  model.grow({});
  model.grow({remove(2, 9)});  // comes to nothing
  model.grow({remove(3, 1)});
  const auto changes = kv::set_changes(model.scanner(), Height{0}, 100);
  REQUIRE(changes.has_value());
  REQUIRE(changes->size() == 2);
  CHECK((*changes)[0].height == Height{1});
  CHECK((*changes)[0].change == kv::SetChange{to_borsh(set_power(1, 5, 1)), before});
  CHECK((*changes)[1].height == Height{4});
  CHECK((*changes)[1].change == kv::SetChange{to_borsh(remove(3, 1)), between});
  CHECK(kv::set_changes(model.scanner(), Height{2}, 100)->size() == 1);
  CHECK(kv::set_changes(model.scanner(), Height{0}, 1)->size() == 1);
}

TEST_CASE("changes of the set survive encoding and decoding", "[kvapp]") {
  for (const Transaction& transaction : {set_power(1, 5, 7), remove(2, 3)}) {
    const auto decoded = from_borsh<Transaction>(to_borsh(transaction));
    REQUIRE(decoded.has_value());
    CHECK(*decoded == transaction);
    CHECK(kv::changes_validators(decoded->operation));
  }
  CHECK(kv::name_of(set_power(1, 5, 7).operation) == "set_validator");
  CHECK(kv::name_of(remove(1, 5).operation) == "remove_validator");
}

}  // namespace hs
