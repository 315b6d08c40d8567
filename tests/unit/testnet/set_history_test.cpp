#include "testnet/set_history.h"

#include "lib/kvapp/set_changes.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"

namespace hs {
namespace {

using test::test_key;
using test::test_set;

constexpr std::uint8_t authority_key = 200;

Genesis genesis_of_four() {
  GenesisDraft draft;
  draft.chain_id = test::test_chain;
  draft.testnet = true;
  draft.authority = test_key(authority_key).public_key();
  for (const std::uint8_t key : {1, 2, 3, 4}) {
    draft.validators.push_back({.name = "v" + std::to_string(key),
                                .public_key = test_key(key).public_key(),
                                .power = Power{1}});
  }
  const auto created = create_genesis(draft);
  REQUIRE(created.has_value());
  return created->genesis;
}

ToldChange change(std::uint64_t height, kv::Operation operation,
                  std::uint8_t signer = authority_key, ChainId chain = test::test_chain) {
  Transaction transaction;
  transaction.chain_id = chain;
  transaction.operation = std::move(operation);
  return {Height{height}, to_borsh(kv::signed_set_change(transaction, test_key(signer)))};
}
kv::SetValidator adds(std::uint8_t key) { return {test_key(key).public_key(), Power{1}, {}}; }
kv::RemoveValidator removes(std::uint8_t key) { return {test_key(key).public_key(), {}}; }

}  // namespace

TEST_CASE("every height is judged by the set that was in force then", "[testnet]") {
  SetHistory sets(genesis_of_four());
  REQUIRE(sets.add(change(10, adds(5))).has_value());
  REQUIRE(sets.add(change(20, removes(1))).has_value());
  CHECK(sets.after(std::nullopt) == test_set({{1}, {2}, {3}, {4}}));
  CHECK(sets.after(Height{9}).size() == 4);
  CHECK(sets.after(Height{10}).size() == 5);
  CHECK(sets.after(Height{19}).size() == 5);
  CHECK(sets.after(Height{20}) == test_set({{2}, {3}, {4}, {5}}));
  CHECK(sets.newest() == sets.after(Height{1000}));
  // The block of a change is certified by the set before it, and decided by its own.
  const PhaseCertificate generic = test::test_pc(1, test::test_hash("b"));
  const PhaseCertificate decide = test::test_pc(1, test::test_hash("b"), Phase::decide);
  CHECK(sets.judge(generic, Height{0}).size() == 4);
  CHECK(sets.judge(generic, Height{10}).size() == 4);
  CHECK(sets.judge(decide, Height{10}).size() == 5);
  CHECK(sets.judge(generic, Height{11}).size() == 5);
}

TEST_CASE("a change that no honest chain can hold is not believed", "[testnet]") {
  SetHistory sets(genesis_of_four());
  CHECK_FALSE(sets.add({Height{1}, to_bytes("nonsense")}).has_value());
  CHECK_FALSE(sets.add(change(1, adds(5), /*signer=*/1)).has_value());
  CHECK_FALSE(sets.add(change(1, adds(5), authority_key, ChainId{8})).has_value());
  CHECK_FALSE(sets.add(change(1, removes(9))).has_value());
  CHECK_FALSE(sets.add({Height{1}, to_borsh(Transaction{})}).has_value());
  REQUIRE(sets.add(change(5, adds(5))).has_value());
  CHECK_FALSE(sets.add(change(5, adds(6))).has_value());
  CHECK_FALSE(sets.add(change(4, adds(6))).has_value());
  CHECK(sets.newest().size() == 5);
}

}  // namespace hs
