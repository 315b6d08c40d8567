// `validator_set_selection` of certificates.json: which set judges a phase certificate.
#include "lib/blocktree/block_tree.h"
#include "lib/blocktree/key_table.h"
#include "lib/hotstuff/judge.h"
#include "lib/store/memory_store.h"
#include "tests/golden/deviations.h"
#include "tests/golden/vectors.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"

namespace hs::test {
namespace {

const Hash certified = test_hash("certified");

struct Sets {
  ValidatorSet previous = test_set({{1}, {2}, {3}, {4}});
  ValidatorSet committed = test_set({{1}, {2}, {3}, {4}, {5}});
  ValidatorSet updated = test_set({{1}, {2}, {3}, {4}, {5}, {6}});
};

// Some rows are of trees that no run can reach, so the store is written key by key.
MemoryStore store_of(const Json& row, const Sets& sets) {
  WriteBatch batch = initial_batch({.app_state = {}, .validators = sets.committed});
  batch.put(key::previous_set(), to_borsh(sets.previous));
  batch.put(key::update_decided(), Bytes{row.at("update_decided").get<bool>()});
  if (!row.at("update_height").is_null()) {
    batch.put(key::update_height(), to_borsh(Height{number(row.at("update_height"))}));
  }
  if (!row.at("block_height").is_null()) {
    batch.put(key::block_height(certified), to_borsh(Height{number(row.at("block_height"))}));
    batch.put(key::block_justify(certified), to_borsh(genesis_pc()));
    batch.put(key::block_data_hash(certified), Hash{}.view());
    batch.put(key::block_data_length(certified), Bytes{0, 0, 0, 0});
  }
  ValidatorSetUpdatesStatus status = NoUpdates{};
  if (row.at("block_vsu_status") == "Committed") status = CommittedUpdates{};
  if (row.at("block_vsu_status") == "Pending") {
    ValidatorSetUpdates updates;
    updates.insert(test_key(6).public_key(), Power{1});
    status = PendingUpdates{updates};
  }
  batch.put(key::updates_status(certified), to_borsh(status));
  MemoryStore store;
  store.write(batch, true);
  return store;
}

}  // namespace

TEST_CASE("the set that judges a certificate is the reference's but for a pending Decide",
          "[golden]") {
  const auto file = load_vectors("certificates.json");
  if (!file) return;
  const Sets sets;
  CertificateVerifier verifier(ed25519_scheme());
  for (const Json& row : file->at("validator_set_selection")) {
    INFO("certificates.json: validator_set_selection " << row.dump());
    const MemoryStore store = store_of(row, sets);
    const BlockTree tree(store);
    const PhaseCertificate statement = test_pc(3, certified, phase(row.at("phase")));
    const auto check_set = [&](const char* name, const ValidatorSet& set,
                               const std::vector<std::uint8_t>& signers) {
      INFO("signed by all of the set: " << name);
      const PhaseCertificate pc = signed_pc(statement, set, signers);
      CHECK((judge(tree, pc, verifier) == Verdict::good) ==
            expected_correct(tree, pc, row.at("accepts_signed_by").at(name).get<bool>()));
    };
    check_set("previous", sets.previous, {1, 2, 3, 4});
    check_set("committed", sets.committed, {1, 2, 3, 4, 5});
    check_set("committed_plus_pending_update", sets.updated, {1, 2, 3, 4, 5, 6});
  }
}

}  // namespace hs::test
