// leaders.json, quorums.json and the `rows` of certificates.json.
#include "lib/validators/verify.h"
#include "tests/golden/vectors.h"
#include "tests/support/catch.h"

namespace hs::test {

TEST_CASE("views are led by whom the reference names", "[golden]") {
  const auto file = load_vectors("leaders.json");
  if (!file) return;
  for (const Json& row : file->at("rows")) {
    INFO("leaders.json: " << row.at("name"));
    const ValidatorSet set = validator_set(row.at("validators"));
    CHECK(decimal(set.total_power()) == row.at("total_power"));
    const auto check_leader = [&](View view, const Json& position) {
      CAPTURE(view.value);
      CHECK(set.position(set.leader(view)) == position.get<std::size_t>());
    };
    const Json& first_views = row.at("leaders_views_0_to_199");
    for (std::size_t v = 0; v < first_views.size(); ++v) check_leader(View{v}, first_views[v]);
    for (const Json& pair : row.at("other_views")) check_leader(View{number(pair[0])}, pair[1]);
  }
}

TEST_CASE("quorums are the reference's", "[golden]") {
  const auto file = load_vectors("quorums.json");
  if (!file) return;
  for (const Json& row : file->at("rows")) {
    INFO("quorums.json: total " << row[0]);
    CHECK(decimal(quorum_of(wide_number(row[0]))) == row[1]);
  }
  for (const Json& row : file->at("validator_sets")) {
    INFO("quorums.json: set with total power " << row.at("total_power"));
    const ValidatorSet set = validator_set(row.at("validators"));
    CHECK(decimal(set.total_power()) == row.at("total_power"));
    CHECK(decimal(set.quorum()) == row.at("quorum"));
  }
}

namespace {

void check_phase_certificate(const Json& row) {
  const PhaseCertificate pc = phase_certificate(row.at("certificate"));
  const ValidatorSet set = validator_set(row.at("validators"));
  CertificateVerifier verifier(ed25519_scheme());
  const bool signed_well = verifier.correctly_signed(pc, set);
  CHECK(to_hex(to_borsh(pc)) == row.at("hex"));
  CHECK(pc.is_genesis() == row.at("is_genesis").get<bool>());
  CHECK(signed_well == row.at("is_correctly_signed").get<bool>());
  CHECK((pc.is_genesis() || signed_well) == row.at("is_correct").get<bool>());
  CHECK(verifier.correctly_signed(pc, set) == signed_well);  // now from memory
}

void check_timeout_certificate(const Json& row) {
  const TimeoutCertificate tc = timeout_certificate(row.at("certificate"));
  const auto committed = std::make_shared<const ValidatorSet>(validator_set(row.at("validators")));
  const auto previous =
      std::make_shared<const ValidatorSet>(validator_set(row.at("previous_validators")));
  const ValidatorSetState state{.committed = committed,
                                .previous = previous,
                                .update_height = std::nullopt,
                                .update_decided = row.at("update_decided").get<bool>()};
  CertificateVerifier verifier(ed25519_scheme());
  CHECK(to_hex(to_borsh(tc)) == row.at("hex"));
  CHECK(verifier.correctly_signed(tc, *committed) == row.at("is_correctly_signed").get<bool>());
  const auto good = [&](const ValidatorSetPtr& set) { return verifier.correctly_signed(tc, *set); };
  CHECK(std::ranges::any_of(state.active(), good) == row.at("is_correct").get<bool>());
}

}  // namespace

TEST_CASE("certificates are judged as by the reference", "[golden]") {
  const auto file = load_vectors("certificates.json");
  if (!file) return;
  for (const Json& row : file->at("rows")) {
    INFO("certificates.json: " << row.at("kind") << " " << row.at("name"));
    if (row.at("kind") == "PhaseCertificate") {
      check_phase_certificate(row);
    } else {
      check_timeout_certificate(row);
    }
  }
}

}  // namespace hs::test
