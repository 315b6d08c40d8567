#include "lib/kvapp/state.h"

namespace hs::kv {
namespace {

constexpr std::uint8_t user_prefix = 'u';
constexpr std::uint8_t transactions_prefix = 't';
constexpr std::uint8_t set_change_letter = 'v';
constexpr std::size_t record_key_bytes = 1 + 8;
constexpr std::size_t record_entry_bytes = TransactionId::size + 1;

// Big-endian, so that the order of keys is the order of heights.
Bytes height_keyed(std::uint8_t letter, Height height) {
  Bytes key{letter};
  for (int shift = 56; shift >= 0; shift -= 8) {
    key.push_back(static_cast<std::uint8_t>(height.value >> shift));
  }
  return key;
}

std::optional<Height> height_in_key(std::uint8_t letter, BytesView key) {
  if (key.size() != record_key_bytes || key[0] != letter) return std::nullopt;
  Height height;
  for (const std::uint8_t byte : key.subspan(1)) height.value = height.value << 8 | byte;
  return height;
}

}  // namespace

Bytes user_key(BytesView key) {
  Bytes full;
  full.reserve(1 + key.size());
  full.push_back(user_prefix);
  full.insert(full.end(), key.begin(), key.end());
  return full;
}

Bytes record_key(Height height) { return height_keyed(transactions_prefix, height); }

Bytes height_key() { return {'h'}; }
Bytes record_prefix() { return {transactions_prefix}; }

std::optional<Height> height_of_record_key(BytesView key) {
  return height_in_key(transactions_prefix, key);
}

Bytes set_change_key(Height height) { return height_keyed(set_change_letter, height); }
Bytes set_change_prefix() { return {set_change_letter}; }

std::optional<Height> height_of_set_change_key(BytesView key) {
  return height_in_key(set_change_letter, key);
}

Bytes encode_set_change(const SetChange& change) {
  BorshWriter writer;
  writer.byte_string(change.transaction);
  encode(writer, change.before);
  return std::move(writer).take();
}

Result<SetChange> decode_set_change(BytesView bytes) {
  BorshReader reader(bytes);
  SetChange change;
  HS_TRY(transaction, reader.byte_string());
  change.transaction = std::move(transaction);
  HS_TRY_STATUS(decode(reader, change.before));
  HS_TRY_STATUS(reader.finish());
  return change;
}

Bytes encode_record(const BlockRecord& record) {
  BorshWriter writer;
  writer.reserve(4 + record.size() * record_entry_bytes);
  writer.count(record.size());
  for (const TransactionRecord& entry : record) {
    encode(writer, entry.id);
    writer.u8(static_cast<std::uint8_t>(entry.outcome));
  }
  return std::move(writer).take();
}

Result<BlockRecord> decode_record(BytesView bytes) {
  BorshReader reader(bytes);
  HS_TRY(count, reader.count(record_entry_bytes));
  BlockRecord record(count);
  for (TransactionRecord& entry : record) {
    HS_TRY_STATUS(decode(reader, entry.id));
    HS_TRY(outcome, reader.u8());
    if (outcome > static_cast<std::uint8_t>(Outcome::failed)) {
      return fail(Errc::bad_value, "unknown outcome " + std::to_string(outcome));
    }
    entry.outcome = static_cast<Outcome>(outcome);
  }
  HS_TRY_STATUS(reader.finish());
  return record;
}

}  // namespace hs::kv
