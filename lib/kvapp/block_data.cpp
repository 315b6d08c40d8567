#include "lib/kvapp/block_data.h"

#include "lib/kvapp/limits.h"

namespace hs::kv {

Hash hash_of(const Data& data) {
  if (data.size() != 1) return sha256(to_borsh(data));
  // The same bytes without a copy of a datum that may be megabytes.
  BorshWriter head;
  head.count(1);
  head.count(data[0].size());
  return sha256({head.bytes(), data[0]});
}

Data to_data(const std::vector<BytesView>& transactions) {
  if (transactions.empty()) return {};
  std::size_t size = bytes_per_datum;
  for (const BytesView bytes : transactions) size += bytes_per_transaction + bytes.size();
  BorshWriter writer;
  writer.reserve(size);
  writer.count(transactions.size());
  for (const BytesView bytes : transactions) writer.byte_string(bytes);
  Data data;
  data.push_back(std::move(writer).take());
  return data;
}

Result<std::vector<BytesView>> encoded_transactions(const Data& data) {
  std::vector<BytesView> transactions;
  if (data.empty()) return transactions;
  if (data.size() > 1) return fail(Errc::bad_value, "more than one datum");
  if (data[0].size() > block_data_bytes_max) {
    return fail(Errc::too_long, "more than " + std::to_string(block_data_bytes_max) + " bytes");
  }
  BorshReader reader(data[0]);
  HS_TRY(count, reader.count(bytes_per_transaction));
  if (count == 0) return fail(Errc::bad_value, "a datum without transactions");
  if (count > block_transactions_max) {
    return fail(Errc::too_long,
                "more than " + std::to_string(block_transactions_max) + " transactions");
  }
  transactions.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    HS_TRY(length, reader.u32());
    if (length > transaction_bytes_max) {
      return fail(Errc::too_long,
                  "a transaction of more than " + std::to_string(transaction_bytes_max) + " bytes");
    }
    HS_TRY(bytes, reader.raw(length));
    transactions.push_back(bytes);
  }
  HS_TRY_STATUS(reader.finish());
  return transactions;
}

}  // namespace hs::kv
