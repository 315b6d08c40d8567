// signatures.json: keys, signed byte strings, signatures, and the edge cases of verification.
#include "tests/golden/vectors.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs::test {
namespace {

Bytes statement_of(const Message& message) {
  if (const auto* vote = std::get_if<PhaseVote>(&message)) {
    return phase_statement(vote->chain_id, vote->view, vote->block, vote->phase);
  }
  if (const auto* vote = std::get_if<TimeoutVote>(&message)) {
    return timeout_statement(vote->chain_id, vote->view);
  }
  const auto& advertised = std::get<AdvertiseBlock>(message);
  return advertise_statement(advertised.chain_id, advertised.highest_committed_block_height);
}

SecretKey secret_key(const Json& seed_hex) {
  const Bytes bytes = hex_bytes(seed_hex);
  SecretKey::Seed seed;
  REQUIRE(bytes.size() == seed.size());
  std::ranges::copy(bytes, seed.begin());
  return SecretKey(seed, ed25519_scheme());
}

}  // namespace

TEST_CASE("keys are made from seeds as by the reference", "[golden]") {
  const auto file = load_vectors("signatures.json");
  if (!file) return;
  for (const Json& row : file->at("keys")) {
    INFO("signatures.json: key " << row.at("id"));
    const SecretKey key = secret_key(row.at("seed"));
    CHECK(key.public_key() == public_key(row.at("public_key")));
    CHECK(is_admissible_key(key.public_key()));
  }
}

TEST_CASE("votes and advertisements sign the reference's bytes", "[golden]") {
  const auto file = load_vectors("signatures.json");
  if (!file) return;
  const auto& rows = file->at("rows");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json& row = rows[i];
    INFO("signatures.json: row " << i << ", " << row.at("kind"));
    Json typed = row.at("message");
    typed["kind"] = row.at("kind");
    typed["signature"] = row.at("signature");
    const Message value = message(typed);
    const Bytes statement = statement_of(value);
    CHECK(to_hex(statement) == row.at("signed_bytes"));

    const SecretKey key = secret_key(row.at("seed"));
    const auto signature = fixed<Signature>(row.at("signature"));
    CHECK(key.sign(statement) == signature);
    CHECK(verify_ed25519(key.public_key(), statement, signature) ==
          row.at("is_correct").get<bool>());
    const SecretKey other = test_key(31);
    CHECK(verify_ed25519(other.public_key(), statement, signature) ==
          row.at("is_correct_for_key_31").get<bool>());
  }
}

TEST_CASE("edge cases of Ed25519 are judged as by dalek's plain verify", "[golden][S39]") {
  const auto file = load_vectors("signatures.json");
  if (!file) return;
  for (const Json& row : file->at("ed25519_edge_cases")) {
    INFO("signatures.json: " << row.at("name") << ", message " << row.at("message"));
    const Bytes statement = hex_bytes(row.at("message"));
    const auto key = public_key(row.at("public_key"));
    CHECK(verify_ed25519(key, statement, fixed<Signature>(row.at("signature"))) ==
          row.at("verify").get<bool>());
    // Keys on which plain and strict verification differ must not be admitted.
    if (row.at("verify") != row.at("verify_strict")) CHECK_FALSE(is_admissible_key(key));
    if (!row.at("key_decodes").get<bool>()) CHECK_FALSE(is_admissible_key(key));
  }
}

}  // namespace hs::test
