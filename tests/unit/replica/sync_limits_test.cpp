// Block sync, how much a replica keeps of what servers send it before its turn. The limits of count
// and of bytes hold each alone. [PROTOCOL 3A.8]
#include "lib/base/limits.h"
#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

namespace {

constexpr std::uint64_t far_away = 100'000;
constexpr std::size_t replies_max = 8;
constexpr std::size_t bytes_max = replies_max * sync_response_bytes_max;

// A replica without blocks among servers which say that they hold very many.
class Flooded {
 public:
  explicit Flooded(std::uint8_t servers) {
    for (std::uint8_t peer = 2; peer < 2 + servers; ++peer) {
      lone.connect({peer});
      const Bytes statement = advertise_statement(test_chain, Height{far_away});
      lone.receive(peer,
                   AdvertiseBlock{test_chain, Height{far_away}, test_key(peer).sign(statement)});
    }
  }

  struct Asked {
    std::uint8_t peer;
    Height start;
  };
  // The requests since the last look that are for later than the very first blocks: what answers
  // them must wait, as the blocks below never come.
  std::vector<Asked> take_early_requests() {
    std::vector<Asked> early;
    for (const Send& send : std::exchange(lone.sent, {})) {
      const auto* request = std::get_if<BlockSyncRequest>(send.message.get());
      if (request == nullptr || request->start_height == Height{0}) continue;
      early.push_back({key_of(std::get<PublicKey>(send.to)), request->start_height});
    }
    return early;
  }
  // One block that nothing can be done with yet, in a message of that size.
  void answer(const Asked& asked, std::size_t bytes) {
    const PhaseCertificate justify = lone.pc(View{asked.start.value}, test_hash("far below"));
    const Block block = Lone::block(asked.start, justify, "early");
    const Message response = BlockSyncResponse{{block}, genesis_pc()};
    lone.step(FromPeer{test_key(asked.peer).public_key(), std::make_shared<const Message>(response),
                       bytes});
  }
  [[nodiscard]] std::size_t bytes_held() const { return lone.replica->status().sync_bytes_held; }

  Lone lone;

 private:
  [[nodiscard]] static std::uint8_t key_of(const PublicKey& peer) {
    std::uint8_t n = 2;
    while (test_key(n).public_key() != peer) ++n;
    return n;
  }
};

}  // namespace

TEST_CASE("no more ranges are asked for than replies can be held", "[replica][sync]") {
  Flooded flooded(4);
  std::size_t answered = 0;
  for (auto asked = flooded.take_early_requests(); !asked.empty();
       asked = flooded.take_early_requests()) {
    for (const auto& each : asked) flooded.answer(each, 1'000);
    answered += asked.size();
    REQUIRE(answered < 2 * replies_max);
  }
  CHECK(answered == replies_max - 1);  // and one place is for the blocks that come first
  CHECK(flooded.bytes_held() == answered * 1'000);
}

TEST_CASE("a few replies of the largest size are not all held", "[replica][sync]") {
  Flooded flooded(4);
  std::size_t most = 0;
  for (std::size_t answered = 0; answered < 2 * replies_max;) {
    const auto asked = flooded.take_early_requests();
    if (asked.empty()) break;
    for (const auto& each : asked) {
      flooded.answer(each, frame_bytes_max);
      most = std::max(most, flooded.bytes_held());
      ++answered;
    }
  }
  CHECK(most <= bytes_max);
  CHECK(most + frame_bytes_max > bytes_max);
}

TEST_CASE("of many small replies no more are held than of large ones", "[replica][sync]") {
  Flooded flooded(20);
  // Servers that are slow are given up, and others are asked; what those send at last still counts.
  std::vector<Flooded::Asked> asked;
  while (asked.size() < 2 * replies_max) {
    for (const auto& each : flooded.take_early_requests()) asked.push_back(each);
    flooded.lone.wait(milliseconds(20));
    REQUIRE(flooded.lone.now < Instant{} + std::chrono::seconds(10));
  }
  std::size_t most = 0;
  for (const auto& each : asked) {
    flooded.answer(each, 1'000);
    most = std::max(most, flooded.bytes_held());
  }
  CHECK(most == replies_max * 1'000);
}
