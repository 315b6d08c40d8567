// Small hand-made chains: validator sets of test keys, certificates with or without real
// signatures, and blocks. The chain id is 7, as in the vectors.
#pragma once
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/types/block.h"
#include "lib/validators/validator_set.h"
#include "tests/support/keys.h"

namespace hs::test {

constexpr ChainId test_chain{7};

// Any 32 bytes: the hash of a block that no store holds, or a data hash.
[[nodiscard]] inline Hash test_hash(std::string_view name) { return sha256(as_bytes(name)); }

struct Member {
  std::uint8_t key;
  std::uint64_t power = 1;
};
[[nodiscard]] inline ValidatorSet test_set(std::initializer_list<Member> members) {
  std::vector<Validator> validators;
  for (const Member& member : members) {
    validators.push_back({test_key(member.key).public_key(), Power{member.power}});
  }
  auto set = ValidatorSet::from_members(std::move(validators));
  HS_CHECK(set.has_value());
  return std::move(*set);
}

// A certificate without signatures, for code that presupposes a correct one.
[[nodiscard]] inline PhaseCertificate test_pc(std::uint64_t view, const Hash& block,
                                              Phase phase = Phase::generic) {
  return {
      .chain_id = test_chain, .view = View{view}, .block = block, .phase = phase, .signatures = {}};
}

// The slots of `set`, filled for test keys `signers` over `statement`.
[[nodiscard]] inline SignatureSet test_signatures(const ValidatorSet& set,
                                                  const std::vector<std::uint8_t>& signers,
                                                  BytesView statement) {
  SignatureSet signatures(set.size());
  for (const std::uint8_t signer : signers) {
    const SecretKey key = test_key(signer);
    const std::optional<std::size_t> position = set.position(key.public_key());
    HS_CHECK(position.has_value());
    signatures[*position] = key.sign(statement);
  }
  return signatures;
}
[[nodiscard]] inline PhaseCertificate signed_pc(PhaseCertificate pc, const ValidatorSet& set,
                                                const std::vector<std::uint8_t>& signers) {
  pc.signatures = test_signatures(set, signers, statement_of(pc));
  return pc;
}
[[nodiscard]] inline TimeoutCertificate signed_tc(std::uint64_t view, const ValidatorSet& set,
                                                  const std::vector<std::uint8_t>& signers) {
  TimeoutCertificate tc{.chain_id = test_chain, .view = View{view}, .signatures = {}};
  tc.signatures = test_signatures(set, signers, statement_of(tc));
  return tc;
}

// A block of height 0. Different names give different blocks.
[[nodiscard]] inline Block first_block(std::string_view name) {
  return make_block(Height{0}, genesis_pc(), test_hash(name), {to_bytes(name)});
}
[[nodiscard]] inline Block block_on(const Block& parent, const PhaseCertificate& justify,
                                    std::string_view name) {
  HS_CHECK(justify.block == parent.hash);
  return make_block(next(parent.height), justify, test_hash(name), {to_bytes(name)});
}
// Justified by a generic certificate of `view`.
[[nodiscard]] inline Block block_on(const Block& parent, std::uint64_t view,
                                    std::string_view name) {
  return block_on(parent, test_pc(view, parent.hash), name);
}

}  // namespace hs::test
