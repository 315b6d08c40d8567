#include "lib/types/certificates.h"

#include "lib/base/hex.h"
#include "lib/types/block.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace hs::test {

TEST_CASE("the genesis certificate is 53 zero bytes", "[types]") {
  CHECK(to_borsh(genesis_pc()) == Bytes(53, 0));
  CHECK(genesis_pc().is_genesis());
}

TEST_CASE("a certificate that differs from the genesis one in any field is none", "[types]") {
  PhaseCertificate pc = genesis_pc();
  pc.chain_id = ChainId{7};
  CHECK_FALSE(pc.is_genesis());
  pc = genesis_pc();
  pc.view = View{1};
  CHECK_FALSE(pc.is_genesis());
  pc = genesis_pc();
  pc.block.bytes[31] = 1;
  CHECK_FALSE(pc.is_genesis());
  pc = genesis_pc();
  pc.phase = Phase::prepare;
  CHECK_FALSE(pc.is_genesis());
  pc = genesis_pc();
  pc.signatures.resize(1);
  CHECK_FALSE(pc.is_genesis());
}

TEST_CASE("statements have the lengths and fields of the protocol", "[types]") {
  Hash block;
  block.bytes.fill(0xbb);
  CHECK(to_hex(phase_statement(ChainId{7}, View{258}, block, Phase::commit)) ==
        "0700000000000000"
        "0201000000000000" +
            std::string(64, 'b') + "03");
  CHECK(to_hex(timeout_statement(ChainId{7}, View{258})) == "07000000000000000201000000000000");
  // The shapes are the same, which is why an advertised height is only a lower bound.
  CHECK(advertise_statement(ChainId{7}, Height{258}) == timeout_statement(ChainId{7}, View{258}));
}

TEST_CASE("a certificate's statement is that of its votes", "[types]") {
  Rng rng(6);
  const PhaseCertificate pc = random_pc(rng);
  CHECK(statement_of(pc) == phase_statement(pc.chain_id, pc.view, pc.block, pc.phase));
  const TimeoutCertificate tc = random_tc(rng);
  CHECK(statement_of(tc) == timeout_statement(tc.chain_id, tc.view));
  CHECK(view_of(ProgressCertificate{tc}) == tc.view);
  CHECK(chain_id_of(ProgressCertificate{pc}) == pc.chain_id);
}

TEST_CASE("phases and kinds of progress certificates beyond the last are refused", "[types]") {
  CHECK(from_borsh<Phase>(Bytes{4}).value() == Phase::decide);
  CHECK(from_borsh<Phase>(Bytes{5}).error().code == Errc::bad_value);
  Bytes third = to_borsh(ProgressCertificate{PhaseCertificate{}});
  third[0] = 2;
  CHECK(from_borsh<ProgressCertificate>(third).error().code == Errc::bad_value);
  CHECK(name_of(Phase::generic) == "generic");
  CHECK(name_of(Phase::decide) == "decide");
}

TEST_CASE("a block's name covers height, justify and data hash, but not the data", "[types][I02]") {
  Rng rng(7);
  const Block block = random_block(rng);
  CHECK(block.hash == block_hash(block.height, block.justify, block.data_hash));
  CHECK(make_block(block.height, block.justify, block.data_hash, {}).hash == block.hash);
  CHECK(block_hash(Height{block.height.value ^ 1}, block.justify, block.data_hash) != block.hash);
  CHECK(block_hash(block.height, random_pc(rng), block.data_hash) != block.hash);
  CHECK(block_hash(block.height, block.justify, random_fixed<Hash>(rng)) != block.hash);
}

}  // namespace hs::test
