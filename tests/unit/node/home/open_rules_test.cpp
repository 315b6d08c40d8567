#include "lib/node/home/open_rules.h"

#include "lib/blocktree/block_tree.h"
#include "lib/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {
namespace {

MemoryStore store_of_one_validator() {
  MemoryStore store;
  const auto set = ValidatorSet::from_members({{test::test_key(1).public_key(), Power{1}}});
  REQUIRE(initialise(store, InitialState{.app_state = {}, .validators = *set}));
  return store;
}

void vote_in(MemoryStore& store, std::uint64_t view) {
  BlockTree tree(store);
  tree.set_highest_view_entered(View{view});
  tree.set_highest_view_phase_voted(View{view});
  store.write(tree.take_batch(), true);
}

SafetyContent voted_in(std::uint64_t view) {
  SafetyContent content;
  content.record.voted_view = View{view};
  return content;
}

}  // namespace

TEST_CASE("a record of another key or another genesis is refused with both values", "[node]") {
  const SafetyStamp ours{.node = test::test_key(1).public_key(), .genesis = sha256(as_bytes("a"))};
  CHECK(check_stamp(ours, ours));
  SafetyStamp other = ours;
  other.node = test::test_key(2).public_key();
  CHECK(check_stamp(other, ours).error().code == Errc::mismatch);
  other = ours;
  other.genesis = sha256(as_bytes("b"));
  CHECK(check_stamp(other, ours).error().code == Errc::mismatch);
}

TEST_CASE("a database of another node or another genesis is refused, and one that says neither",
          "[node]") {
  MemoryStore store = store_of_one_validator();
  const SafetyStamp ours{.node = test::test_key(1).public_key(), .genesis = sha256(as_bytes("a"))};
  CHECK(check_owner(store, ours).error().code == Errc::mismatch);
  write_owner(store, ours);
  CHECK(check_owner(store, ours));
  SafetyStamp other = ours;
  other.node = test::test_key(2).public_key();
  CHECK(check_owner(store, other).error().code == Errc::mismatch);
  other = ours;
  other.genesis = sha256(as_bytes("b"));
  CHECK(check_owner(store, other).error().code == Errc::mismatch);
}

TEST_CASE("a record ahead of the database means that the data were rolled back", "[node]") {
  MemoryStore store = store_of_one_validator();
  vote_in(store, 6);
  const TreeReader database(store);
  CHECK(reconcile(voted_in(7), database).error().code == Errc::mismatch);
  SafetyContent timed_out = voted_in(6);
  timed_out.record.timeout_view = View{7};
  CHECK(reconcile(timed_out, database).error().code == Errc::mismatch);
  SafetyContent locked = voted_in(6);
  locked.record.locked_view = View{3};
  CHECK(reconcile(locked, database).error().code == Errc::mismatch);
  CHECK(reconcile(voted_in(6), database));
}

TEST_CASE("after a reset the record may be ahead and is kept as it is", "[node]") {
  const MemoryStore store = store_of_one_validator();
  SafetyContent content = voted_in(7);
  content.data_was_reset = true;
  const auto result = reconcile(content, TreeReader(store));
  REQUIRE(result);
  CHECK(result->record == content.record);
  CHECK(result->data_was_reset);
}

TEST_CASE("the mark of a reset goes once the database has caught up", "[node]") {
  MemoryStore store = store_of_one_validator();
  vote_in(store, 8);
  SafetyContent content = voted_in(7);
  content.data_was_reset = true;
  const auto result = reconcile(content, TreeReader(store));
  REQUIRE(result);
  CHECK_FALSE(result->data_was_reset);
}

TEST_CASE("a record behind the database is raised to it", "[node]") {
  MemoryStore store = store_of_one_validator();
  vote_in(store, 8);
  const auto result = reconcile(voted_in(5), TreeReader(store));
  REQUIRE(result);
  CHECK(result->record.voted_view == View{8});
}

}  // namespace hs
