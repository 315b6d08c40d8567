#include "lib/node/gossip.h"

#include "lib/codec/borsh.h"
#include "lib/net/frame.h"
#include "tests/support/catch.h"

namespace hs {
namespace {

Bytes transaction_of(std::size_t bytes, std::uint8_t fill) { return Bytes(bytes, fill); }

}  // namespace

TEST_CASE("transactions come out of their frame as they went in", "[node]") {
  const std::vector<Bytes> transactions = {transaction_of(1, 1), transaction_of(300, 2)};
  for (const bool pass_on : {false, true}) {
    const auto frames = encode_transaction_frames(pass_on, transactions);
    REQUIRE(frames.size() == 1);
    const auto frame = decode_transaction_frame(frames.front());
    REQUIRE(frame);
    CHECK(frame->pass_on == pass_on);
    CHECK(frame->transactions == transactions);
  }
}

TEST_CASE("no transactions need no frame", "[node]") {
  CHECK(encode_transaction_frames(false, {}).empty());
}

TEST_CASE("what does not fit into one frame goes into several, in order", "[node]") {
  std::vector<Bytes> transactions;
  for (std::uint8_t i = 0; i < 40; ++i) transactions.push_back(transaction_of(256 << 10, i));
  const auto frames = encode_transaction_frames(true, transactions);
  CHECK(frames.size() == 3);
  std::vector<Bytes> received;
  for (const Bytes& body : frames) {
    CHECK(body.size() <= frame_body_bytes_max);
    const auto frame = decode_transaction_frame(body);
    REQUIRE(frame);
    for (const Bytes& transaction : frame->transactions) received.push_back(transaction);
  }
  CHECK(received == transactions);
}

TEST_CASE("crumbs fill no frame without end", "[node]") {
  const std::vector<Bytes> crumbs(frame_transactions_max + 1, transaction_of(1, 1));
  const auto frames = encode_transaction_frames(false, crumbs);
  REQUIRE(frames.size() == 2);
  CHECK(decode_transaction_frame(frames[0])->transactions.size() == frame_transactions_max);
  BorshWriter writer;
  writer.boolean(false);
  writer.count(crumbs.size());
  for (const Bytes& crumb : crumbs) writer.byte_string(crumb);
  CHECK_FALSE(decode_transaction_frame(std::move(writer).take()));
}

TEST_CASE("a frame that an honest node would not send is refused", "[node]") {
  const Bytes good = encode_transaction_frames(false, {transaction_of(3, 7)}).front();
  REQUIRE(decode_transaction_frame(good));
  Bytes other_flag = good;
  other_flag[0] = 2;
  Bytes trailing = good;
  trailing.push_back(0);
  const Bytes truncated(good.begin(), good.end() - 1);
  const Bytes huge_count = {0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 9};
  const Bytes nothing_inside = {0, 0, 0, 0, 0};
  const Bytes empty_transaction = {0, 1, 0, 0, 0, 0, 0, 0, 0};
  for (const Bytes& body :
       {other_flag, trailing, truncated, huge_count, nothing_inside, empty_transaction, Bytes{}}) {
    CHECK_FALSE(decode_transaction_frame(body));
  }
}

}  // namespace hs
