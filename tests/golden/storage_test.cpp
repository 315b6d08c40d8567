// storage.json: every stored key, and whole dumps after each phase of a validator set update.
#include <map>

#include "lib/blocktree/block_tree.h"
#include "lib/blocktree/key_table.h"
#include "lib/hotstuff/judge.h"
#include "lib/hotstuff/rules.h"
#include "lib/store/memory_store.h"
#include "tests/golden/deviations.h"
#include "tests/golden/vectors.h"
#include "tests/support/catch.h"

namespace hs::test {
namespace {

using Dump = std::map<std::string, std::string>;  // hex of key -> hex of value

Dump dump_of(const Json& rows) {
  Dump dump;
  for (const Json& row : rows) dump.emplace(row.at(0), row.at(1));
  return dump;
}

// The keys of the reference's layout; what we keep beside them has prefixes above 10.
Dump dump_of(const MemoryStore& store) {
  Dump dump;
  for (const auto& [key, value] : store.entries()) {
    if (key.at(0) <= 0x10) dump.emplace(to_hex(key), to_hex(value));
  }
  return dump;
}

Bytes value_in(const Dump& dump, const Bytes& key) { return hex_bytes(dump.at(to_hex(key))); }

// The vectors give state and updates only as they are stored, so the tests begin there.
template <class T>
T stored_in(const Dump& dump, const Bytes& key) {
  const auto value = from_borsh<T>(value_in(dump, key));
  REQUIRE(value.has_value());
  return *value;
}

InitialState initial_state(const Dump& dump) {
  AppStateUpdates app_state;
  for (const auto& [key, value] : dump) {
    if (key.starts_with("03")) app_state.insert(hex_bytes(key.substr(2)), hex_bytes(value));
  }
  return {app_state, stored_in<ValidatorSet>(dump, key::committed_set())};
}

}  // namespace

TEST_CASE("a block tree is stored as by the reference, through a whole set update", "[golden]") {
  const auto file = load_vectors("storage.json");
  if (!file) return;
  const Dump initial = dump_of(file->at("kv_after_initialize"));
  MemoryStore store;
  REQUIRE(initialise(store, initial_state(initial)).has_value());
  CHECK(dump_of(store) == initial);

  BlockTree tree(store);
  const Block example = block(file->at("example_block"));
  const Dump inserted = dump_of(file->at("kv_after_insert"));
  const auto app_updates =
      stored_in<AppStateUpdates>(inserted, key::pending_app_updates(example.hash));
  const auto status =
      stored_in<ValidatorSetUpdatesStatus>(inserted, key::updates_status(example.hash));
  tree.insert(example, app_updates, std::get<PendingUpdates>(status).updates);
  store.write(tree.take_batch(), true);
  CHECK(dump_of(store) == inserted);

  CertificateVerifier verifier(ed25519_scheme());
  for (const Json& step : file->at("updates")) {
    const PhaseCertificate pc = phase_certificate(step.at("update_with"));
    INFO("storage.json: update with " << name_of(pc.phase));
    CHECK((judge(tree, pc, verifier) == Verdict::good) ==
          expected_correct(tree, pc, step.at("pc_is_correct_before").get<bool>()));
    const TreeUpdateResult result = tree.apply(update_for(tree, pc));
    store.write(tree.take_batch(), true);
    CHECK(dump_of(store) == dump_of(step.at("kv")));
    const bool updates = std::ranges::any_of(result.committed, [](const auto& block) {
      return block.validator_set_updates.has_value();
    });
    CHECK(updates == step.at("returned_validator_set_updates").get<bool>());
    CHECK(BlockTree(store).highest_pc() == pc);
  }
  CHECK(tree.block(example.hash) == example);
}

TEST_CASE("every dump of the reference opens and reads back", "[golden]") {
  const auto file = load_vectors("storage.json");
  if (!file) return;
  const Block example = block(file->at("example_block"));
  const auto check_dump = [&](const Json& rows) {
    MemoryStore store;
    WriteBatch batch;
    for (const Json& row : rows) batch.put(hex_bytes(row.at(0)), hex_bytes(row.at(1)));
    store.write(batch, true);
    const BlockTree tree(store);
    // With its data, which the reference itself loses here. [S04a]
    if (tree.contains(example.hash)) CHECK(tree.block(example.hash) == example);
  };
  check_dump(file->at("kv_after_initialize"));
  check_dump(file->at("kv_after_insert"));
  for (const Json& step : file->at("updates")) check_dump(step.at("kv"));
}

namespace {

std::map<std::string, Bytes> our_key_table() {
  const Hash hash{};
  return {
      {"Block height", key::block_height(hash)},
      {"Block justify", key::block_justify(hash)},
      {"Block data hash", key::block_data_hash(hash)},
      {"Block data length", key::block_data_length(hash)},
      {"Block datum i", key::block_datum(hash, 0)},
      {"Block at height", key::block_at_height(Height{0})},
      {"Block to children", key::children(hash)},
      {"Committed app state", key::app_state({})},
      {"Pending app state updates", key::pending_app_updates(hash)},
      {"Committed validator set", key::committed_set()},
      {"Validator set updates status", key::updates_status(hash)},
      {"Locked PC", key::locked_pc()},
      {"Highest view entered", key::highest_view_entered()},
      {"Highest PC", key::highest_pc()},
      {"Highest committed block", key::highest_committed_block()},
      {"Newest block", key::newest_block()},
      {"Highest TC", key::highest_tc()},
      {"Previous validator set", key::previous_set()},
      {"Validator set update block height", key::update_height()},
      {"Validator set update decided", key::update_decided()},
      {"Highest view phase-voted", key::highest_view_phase_voted()},
  };
}

}  // namespace

TEST_CASE("the key table has the reference's prefixes", "[golden]") {
  const auto file = load_vectors("storage.json");
  if (!file) return;
  const auto ours = our_key_table();
  for (const Json& row : file->at("table")) {
    const auto& variable = row.at("variable").get_ref<const std::string&>();
    INFO("storage.json: " << variable << ", " << row.at("key"));
    const auto known = ours.find(variable);
    REQUIRE(known != ours.end());
    CHECK(to_hex(BytesView(known->second).first(1)) == row.at("prefix"));
  }
}

}  // namespace hs::test
