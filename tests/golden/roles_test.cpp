// roles.json: who proposes, votes and collects while a set is being changed and after it.
#include "lib/hotstuff/roles.h"

#include <algorithm>
#include <set>

#include "tests/golden/vectors.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"

namespace hs::test {
namespace {

ValidatorSetState state_of(const Json& file, const Json& row) {
  const auto set = [&](const char* name) {
    return std::make_shared<const ValidatorSet>(validator_set(file.at(name)));
  };
  return {.committed = set("committed_validator_set"),
          .previous = set("previous_validator_set"),
          .update_height = Height{1},
          .update_decided = row.at("update_decided").get<bool>()};
}

PublicKey key_of(const Json& id) { return test_key(id.get<std::uint8_t>()).public_key(); }

// Those of the ids that are there: the reference names a second recipient, or null.
std::vector<PublicKey> keys_of(const Json& ids) {
  std::vector<PublicKey> keys;
  for (const Json& id : ids) {
    if (!id.is_null()) keys.push_back(key_of(id));
  }
  return keys;
}

// Every key that a role could fall to: the members of both sets and a stranger.
std::set<PublicKey> candidates(const ValidatorSetState& state) {
  std::set<PublicKey> keys{test_key(99).public_key()};
  for (const ValidatorSetPtr& set : {state.committed, state.previous}) {
    for (const Validator& member : set->members()) keys.insert(member.key);
  }
  return keys;
}

std::set<PublicKey> as_set(const std::vector<PublicKey>& keys) {
  return {keys.begin(), keys.end()};
}

}  // namespace

TEST_CASE("views are proposed, votes and NewViews received by whom the reference names",
          "[golden]") {
  const auto file = load_vectors("roles.json");
  if (!file) return;
  REQUIRE_FALSE(file->at("by_view").empty());
  for (const Json& row : file->at("by_view")) {
    INFO("roles.json: " << row.dump());
    const ValidatorSetState state = state_of(*file, row);
    const View view{number(row.at("view"))};
    std::set<PublicKey> proposers;
    for (const PublicKey& key : candidates(state)) {
      if (state.is_proposer(key, view)) proposers.insert(key);
    }
    CHECK(proposers == as_set(keys_of(row.at("proposers"))));
    // The reference sends two NewViews where one replica leads in both sets; one does as well.
    std::vector<PublicKey> recipients = keys_of(row.at("new_view_recipients"));
    recipients.erase(std::unique(recipients.begin(), recipients.end()), recipients.end());
    CHECK(leaders_of(state, next(view)) == recipients);
    for (const auto& [name, recipient] : row.at("phase_vote_recipient").items()) {
      // S47 adds the leader after this one in the same set, after a wait.
      CHECK(collecting_set(state, phase(Json(name))).leader(next(view)) == key_of(recipient));
    }
  }
}

TEST_CASE("validators and voters are those whom the reference names", "[golden]") {
  const auto file = load_vectors("roles.json");
  if (!file) return;
  REQUIRE_FALSE(file->at("voters").empty());
  for (const Json& row : file->at("voters")) {
    INFO("roles.json: " << row.dump());
    const ValidatorSetState state = state_of(*file, row);
    const bool asks_for_voters = row.contains("justify_phase");
    PhaseCertificate justify = test_pc(5, test_hash("block"));
    if (asks_for_voters) justify.phase = phase(row.at("justify_phase"));
    std::set<PublicKey> found;
    for (const PublicKey& key : candidates(state)) {
      const bool has_role =
          asks_for_voters ? is_phase_voter(state, key, justify) : state.is_validator(key);
      if (has_role) found.insert(key);
    }
    CHECK(found == as_set(keys_of(row.at(asks_for_voters ? "phase_voters" : "is_validator"))));
  }
}

}  // namespace hs::test
