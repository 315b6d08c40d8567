#include "lib/kvapp/queries.h"

#include <algorithm>

#include "lib/kvapp/block_data.h"

namespace hs::kv {
namespace {

Error damaged(const std::string& what, const Error& cause) {
  return {Errc::corrupt, "the stored " + what + " cannot be decoded: " + cause.what};
}

}  // namespace

Result<std::optional<Height>> height_of(const Getter& get) {
  const auto bytes = get(height_key());
  if (!bytes) return std::optional<Height>();
  auto height = from_borsh<Height>(*bytes);
  if (!height) return std::unexpected(damaged("app height", height.error()));
  return std::optional(*height);
}

std::optional<Bytes> value_of(const Getter& get, BytesView key) { return get(user_key(key)); }

void list(const Scanner& scan, BytesView prefix, const Visitor& visit) {
  scan(user_key(prefix),
       [&](BytesView key, BytesView value) { return visit(key.subspan(1), value); });
}

Result<BlockRecord> record_of(const Getter& get, Height height) {
  const auto bytes = get(record_key(height));
  if (!bytes) return BlockRecord();
  auto record = decode_record(*bytes);
  if (!record) return std::unexpected(damaged("record of a block", record.error()));
  return record;
}

Result<TransactionStatus> find_transaction(const Scanner& scan, const TransactionId& id) {
  Result<TransactionStatus> status = Unknown{};
  scan(record_prefix(), [&](BytesView key, BytesView value) {
    // Most records do not hold the id; looking for its bytes is many times cheaper than decoding.
    if (std::search(value.begin(), value.end(), id.bytes.begin(), id.bytes.end()) == value.end()) {
      return true;
    }
    const auto height = height_of_record_key(key);
    const auto record = decode_record(value);
    if (!height || !record) {
      status = fail(Errc::corrupt, "a stored record of a block cannot be decoded");
      return false;
    }
    const auto found = std::find_if(record->begin(), record->end(),
                                    [&](const TransactionRecord& entry) { return entry.id == id; });
    if (found == record->end()) return true;
    const auto index = static_cast<std::uint32_t>(found - record->begin());
    status = Committed{*height, index, found->outcome};
    return false;
  });
  return status;
}

Result<std::vector<SetChangeAt>> set_changes(const Scanner& scan, Height from, std::size_t limit) {
  std::vector<SetChangeAt> changes;
  Status status;
  scan(set_change_prefix(), [&](BytesView key, BytesView value) {
    const auto height = height_of_set_change_key(key);
    if (height && *height < from) return true;
    if (changes.size() == limit) return false;
    auto change = decode_set_change(value);
    if (!height || !change) {
      status = fail(Errc::corrupt, "a stored change of the validator set cannot be decoded");
      return false;
    }
    changes.push_back({*height, std::move(*change)});
    return true;
  });
  HS_TRY_STATUS(status);
  return changes;
}

Hash state_hash(const Scanner& scan) {
  Hash hash;
  list(scan, {}, [&](BytesView key, BytesView value) {
    BorshWriter entry;
    entry.byte_string(key);
    entry.byte_string(value);
    hash = sha256({hash.bytes, entry.bytes()});
    return true;
  });
  return hash;
}

Result<std::vector<Bytes>> transactions_of(const Data& data) {
  HS_TRY(borrowed, encoded_transactions(data));
  std::vector<Bytes> transactions;
  transactions.reserve(borrowed.size());
  for (const BytesView bytes : borrowed) transactions.push_back(to_bytes(bytes));
  return transactions;
}

}  // namespace hs::kv
