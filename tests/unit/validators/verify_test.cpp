#include "lib/validators/verify.h"

#include "tests/support/catch.h"
#include "tests/support/chain.h"

namespace hs::test {
namespace {

const ValidatorSet& four() {
  static const ValidatorSet set = test_set({{1}, {2}, {3}, {4}});
  return set;
}
PhaseCertificate good_pc() { return signed_pc(test_pc(5, test_hash("b")), four(), {1, 2, 3}); }

}  // namespace

TEST_CASE("a certificate of a quorum is good, one vote less is not", "[validators][I03]") {
  CertificateVerifier verifier(ed25519_scheme());
  CHECK(verifier.correctly_signed(good_pc(), four()));
  CHECK_FALSE(verifier.correctly_signed(signed_pc(good_pc(), four(), {1, 2}), four()));
  CHECK(verifier.correctly_signed(signed_tc(9, four(), {2, 3, 4}), four()));
  CHECK_FALSE(verifier.correctly_signed(signed_tc(9, four(), {2, 3}), four()));
}

TEST_CASE("power decides, not the number of signers", "[validators]") {
  const ValidatorSet set = test_set({{1, 10}, {2, 1}, {3, 1}, {4, 2}});
  CertificateVerifier verifier(ed25519_scheme());
  const PhaseCertificate pc = test_pc(5, test_hash("b"));
  CHECK(verifier.correctly_signed(signed_pc(pc, set, {1}), set));
  CHECK_FALSE(verifier.correctly_signed(signed_pc(pc, set, {2, 3, 4}), set));
}

TEST_CASE("one bad signature spoils a certificate", "[validators]") {
  CertificateVerifier verifier(ed25519_scheme());
  PhaseCertificate pc = signed_pc(test_pc(5, test_hash("b")), four(), {1, 2, 3, 4});
  pc.signatures[0]->bytes[3] ^= 1;  // a quorum would be left without it
  CHECK_FALSE(verifier.correctly_signed(pc, four()));
}

TEST_CASE("slots must be those of the set that is asked", "[validators]") {
  CertificateVerifier verifier(ed25519_scheme());
  PhaseCertificate pc = good_pc();
  CHECK_FALSE(verifier.correctly_signed(pc, test_set({{1}, {2}, {3}})));
  CHECK_FALSE(verifier.correctly_signed(pc, test_set({{1}, {2}, {3}, {5}})));
  std::swap(pc.signatures[0], pc.signatures[1]);
  CHECK_FALSE(verifier.correctly_signed(pc, four()));
  CHECK(signed_power(pc.signatures, test_set({{1}, {2}, {3}})) == std::nullopt);
}

TEST_CASE("too little power is found out without verifying a signature (S35)",
          "[validators][S35]") {
  CertificateVerifier verifier(ed25519_scheme());
  CHECK_FALSE(verifier.correctly_signed(signed_pc(good_pc(), four(), {1, 2}), four()));
  CHECK(verifier.signatures().verified() == 0);
}

TEST_CASE("a certificate known to be good costs no signature, in that set only (S51)",
          "[validators][S51]") {
  CertificateVerifier verifier(ed25519_scheme());
  const PhaseCertificate pc = good_pc();
  REQUIRE(verifier.correctly_signed(pc, four()));
  const std::uint64_t computed = verifier.signatures().verified();
  CHECK(computed == 3);
  CHECK(verifier.correctly_signed(pc, four()));
  CHECK(verifier.signatures().verified() == computed);
  CHECK_FALSE(verifier.correctly_signed(pc, test_set({{1}, {2}, {3}, {4, 9}})));
}

TEST_CASE("the genesis certificate has no quorum of anyone", "[validators]") {
  CertificateVerifier verifier(ed25519_scheme());
  CHECK_FALSE(verifier.correctly_signed(genesis_pc(), four()));
  CHECK_FALSE(verifier.correctly_signed(genesis_pc(), ValidatorSet{}));
}

}  // namespace hs::test
