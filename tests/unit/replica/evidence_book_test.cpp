#include "lib/replica/evidence_book.h"

#include "tests/support/catch.h"
#include "tests/support/chain.h"

using namespace hs;
using namespace hs::test;

namespace {

event::Equivocation conflict(std::uint8_t signer, std::uint64_t view) {
  const PhaseVote first{test_chain, View{view}, test_hash("one"), Phase::generic, {}};
  const PhaseVote second{test_chain, View{view}, test_hash("two"), Phase::generic, {}};
  return {test_key(signer).public_key(), first, second};
}

PublicKey numbered_key(std::size_t number) {
  PublicKey key;
  key.bytes[0] = static_cast<std::uint8_t>(number);
  key.bytes[1] = static_cast<std::uint8_t>(number >> 8);
  return key;
}

}  // namespace

TEST_CASE("of each signer the first few conflicts are kept", "[replica][S23]") {
  EvidenceBook book({});
  for (std::uint64_t view = 1; view <= 100; ++view) {
    CHECK(book.add(conflict(3, view)).has_value() == (view <= evidence_pairs_of_signer_max));
  }
  CHECK(book.pairs().size() == evidence_pairs_of_signer_max);
  CHECK(book.add(conflict(2, 1)).has_value());
}

TEST_CASE("the same conflict is kept once", "[replica][S23]") {
  EvidenceBook book({{7, conflict(3, 1)}});
  CHECK_FALSE(book.add(conflict(3, 1)));
  const auto other = book.add(conflict(3, 2));
  REQUIRE(other);
  CHECK(other->number == 8);  // goes on where the store ended
}

TEST_CASE("nobody pushes out the only proof against another", "[replica][S23]") {
  EvidenceBook book({});
  std::size_t signers = 0;
  while (book.pairs().size() < evidence_pairs_max) {
    event::Equivocation pair = conflict(1, book.pairs().size());
    // The first signer has three, all others one.
    pair.signer = numbered_key(book.pairs().size() < 3 ? 0 : ++signers);
    REQUIRE(book.add(pair));
  }
  event::Equivocation late = conflict(1, 10'000);
  late.signer = numbered_key(60'000);
  const auto change = book.add(late);
  REQUIRE(change);
  CHECK(change->dropped == 0);  // the oldest of the one with the most
  late.signer = numbered_key(60'001);
  CHECK(book.add(late));
  late.signer = numbered_key(60'002);
  CHECK_FALSE(book.add(late));  // everybody has one now
  CHECK(book.pairs().size() == evidence_pairs_max);
}
