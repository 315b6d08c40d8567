#include "lib/node/gossip.h"

#include <span>
#include <string>

#include "lib/base/check.h"
#include "lib/codec/borsh.h"
#include "lib/net/frame.h"

namespace hs {
namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::size_t header_bytes = 1 + length_bytes;

Bytes encode_frame(bool pass_on, std::span<const Bytes> transactions) {
  BorshWriter writer;
  writer.boolean(pass_on);
  writer.count(transactions.size());
  for (const Bytes& transaction : transactions) writer.byte_string(transaction);
  return std::move(writer).take();
}

}  // namespace

std::vector<Bytes> encode_transaction_frames(bool pass_on, const std::vector<Bytes>& transactions) {
  std::vector<Bytes> frames;
  std::size_t first = 0;
  std::size_t bytes = header_bytes;
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    const std::size_t more = length_bytes + transactions[i].size();
    HS_CHECK(header_bytes + more <= frame_body_bytes_max);
    if (bytes + more > frame_body_bytes_max || i - first == frame_transactions_max) {
      frames.push_back(encode_frame(pass_on, std::span(transactions).subspan(first, i - first)));
      first = i;
      bytes = header_bytes;
    }
    bytes += more;
  }
  if (first < transactions.size()) {
    frames.push_back(encode_frame(pass_on, std::span(transactions).subspan(first)));
  }
  return frames;
}

Result<TransactionFrame> decode_transaction_frame(BytesView body) {
  BorshReader reader(body);
  TransactionFrame frame;
  HS_TRY(pass_on, reader.boolean());
  HS_TRY(count, reader.count(length_bytes + 1));
  if (count == 0) return fail(Errc::bad_value, "a frame without transactions");
  if (count > frame_transactions_max) {
    return fail(Errc::bad_value, std::to_string(count) + " transactions in one frame");
  }
  frame.pass_on = pass_on;
  frame.transactions.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    HS_TRY(transaction, reader.byte_string());
    if (transaction.empty()) return fail(Errc::bad_value, "an empty transaction");
    frame.transactions.push_back(std::move(transaction));
  }
  HS_TRY_STATUS(reader.finish());
  return frame;
}

}  // namespace hs
