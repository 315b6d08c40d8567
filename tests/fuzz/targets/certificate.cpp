// Judging certificates: no signature that the set's members did not make counts, and a certificate
// is good only with a quorum of good ones. And what is kept of those that prove a fault. [PROTOCOL
// 1.8, 6.1]
#include "lib/sim/mock_signatures.h"
#include "lib/types/events.h"
#include "lib/validators/verify.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/tape.h"
#include "tests/fuzz/support/target.h"

namespace hs {
namespace {

constexpr std::size_t members = 5;

struct Members {
  std::vector<SecretKey> keys;
  ValidatorSet set;

  Members() {
    std::vector<Validator> list;
    for (std::uint8_t i = 1; i <= members; ++i) {
      SecretKey::Seed seed;
      seed.fill(i);
      keys.emplace_back(seed, sim::mock_scheme());
      list.push_back({keys.back().public_key(), Power{i}});
    }
    set = *ValidatorSet::from_members(list);
  }
  [[nodiscard]] const SecretKey& key_of(std::size_t slot) const {
    for (const SecretKey& key : keys) {
      if (key.public_key() == set.members()[slot].key) return key;
    }
    HS_CHECK(false);
    return keys.front();
  }
};

// Fills slots as the tape says: empty, signed, signed by another, with another statement, or junk.
// Returns the power that was signed well; none where a bad slot or a wrong count spoils all.
std::optional<TotalPower> fill(const Members& all, SignatureSet& slots, BytesView statement,
                               fuzz::InputTape& tape) {
  TotalPower power = 0;
  bool spoilt = false;
  slots.resize(tape.below(4) == 3 ? tape.below(10) : members);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::size_t at = i % members;
    switch (tape.below(5)) {
      case 0:
        break;
      case 1:
      case 2:
        slots[i] = all.key_of(at).sign(statement);
        power += all.set.members()[at].power.value;
        break;
      case 3:
        slots[i] = all.key_of((at + 1) % members).sign(statement);
        spoilt = true;
        break;
      default: {
        Signature& junk = slots[i].emplace();
        std::ranges::copy(tape.bytes(Signature::size), junk.bytes.begin());
        // libFuzzer learns what is compared, so that this may be the very signature.
        if (junk == all.key_of(at).sign(statement)) {
          power += all.set.members()[at].power.value;
        } else {
          spoilt = true;
        }
      }
    }
  }
  if (spoilt || slots.size() != members) return std::nullopt;
  return power;
}

template <class Certificate>
void judge(const Members& all, CertificateVerifier& verifier, Certificate certificate,
           fuzz::InputTape& tape) {
  const auto power = fill(all, certificate.signatures, statement_of(certificate), tape);
  const bool is_good = power && *power >= all.set.quorum();
  HS_CHECK(verifier.correctly_signed(certificate, all.set) == is_good);
  // What is remembered is the same answer.
  HS_CHECK(verifier.correctly_signed(certificate, all.set) == is_good);
  Certificate other = certificate;
  other.view.value ^= 1;
  HS_CHECK(!verifier.correctly_signed(other, all.set));
  (void)fuzz::round_trip<Certificate>(to_borsh(certificate));
}

}  // namespace

HS_FUZZ_TARGET(certificate) {
  static const Members all;
  (void)fuzz::round_trip<PhaseCertificate>(input);
  (void)fuzz::round_trip<SignatureSet>(input);
  (void)fuzz::round_trip<event::Equivocation>(input);
  (void)fuzz::round_trip<event::SafetyViolation>(input);

  fuzz::InputTape tape(input);
  CertificateVerifier verifier(sim::mock_scheme());
  for (int i = 0; i < 8 && !tape.at_end(); ++i) {
    const View view{tape.byte()};
    if (tape.below(2) == 0) {
      judge(all, verifier, TimeoutCertificate{ChainId{7}, view, {}}, tape);
    } else {
      PhaseCertificate pc{.chain_id = ChainId{7}, .view = view, .block = {}, .signatures = {}};
      pc.phase = static_cast<Phase>(tape.below(5));
      std::ranges::copy(tape.bytes(4), pc.block.bytes.begin());
      judge(all, verifier, pc, tape);
    }
  }
}

}  // namespace hs
