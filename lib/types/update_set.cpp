#include "lib/types/update_set.h"

#include "lib/base/mutate.h"

namespace hs {
namespace {

// Bytes are not found by argument-dependent lookup, hence names of their own.
void put(BorshWriter& writer, const Bytes& bytes) { writer.byte_string(bytes); }
template <class T>
void put(BorshWriter& writer, const T& value) {
  encode(writer, value);
}
Status take(BorshReader& reader, Bytes& bytes) {
  HS_TRY(read, reader.byte_string());
  bytes = std::move(read);
  return {};
}
template <class T>
Status take(BorshReader& reader, T& value) {
  return decode(reader, value);
}

// The least a value takes in its encoding.
template <class T>
constexpr std::size_t bytes_min = 0;
template <>
constexpr std::size_t bytes_min<Bytes> = 4;
template <>
constexpr std::size_t bytes_min<PublicKey> = PublicKey::size;
template <>
constexpr std::size_t bytes_min<Power> = sizeof(Power::value);

template <class Key, class Value>
void encode_halves(BorshWriter& writer, const UpdateSet<Key, Value>& updates) {
  writer.count(updates.inserts.size());
  for (const auto& [key, value] : updates.inserts) {
    put(writer, key);
    put(writer, value);
  }
  writer.count(updates.deletes.size());
  for (const Key& key : updates.deletes) put(writer, key);
}

template <class Key, class Value>
Status decode_halves(BorshReader& reader, UpdateSet<Key, Value>& updates) {
  updates = {};
  HS_TRY(inserts, reader.count(bytes_min<Key> + bytes_min<Value>));
  for (std::size_t i = 0; i < inserts; ++i) {
    Key key;
    Value value;
    HS_TRY_STATUS(take(reader, key));
    HS_TRY_STATUS(take(reader, value));
    const bool ascends = updates.inserts.empty() || key > updates.inserts.rbegin()->first;
    if (!ascends && !HS_MUTATE(S44)) {
      return fail(Errc::not_canonical, "keys of inserts are not ascending");
    }
    updates.inserts.emplace_hint(updates.inserts.end(), std::move(key), std::move(value));
  }
  HS_TRY(deletes, reader.count(bytes_min<Key>));
  for (std::size_t i = 0; i < deletes; ++i) {
    Key key;
    HS_TRY_STATUS(take(reader, key));
    if (!updates.deletes.empty() && key <= *updates.deletes.rbegin()) {
      return fail(Errc::not_canonical, "deleted keys are not ascending");
    }
    if (updates.inserts.contains(key)) {
      return fail(Errc::not_canonical, "a key is both inserted and deleted");
    }
    updates.deletes.emplace_hint(updates.deletes.end(), std::move(key));
  }
  return {};
}

}  // namespace

void encode(BorshWriter& writer, const AppStateUpdates& updates) { encode_halves(writer, updates); }
void encode(BorshWriter& writer, const ValidatorSetUpdates& updates) {
  encode_halves(writer, updates);
}
void encode(BorshWriter& writer, const ValidatorSetUpdatesStatus& status) {
  writer.u8(static_cast<std::uint8_t>(status.index()));
  if (const auto* pending = std::get_if<PendingUpdates>(&status)) encode(writer, pending->updates);
}

Status decode(BorshReader& reader, AppStateUpdates& updates) {
  return decode_halves(reader, updates);
}
Status decode(BorshReader& reader, ValidatorSetUpdates& updates) {
  return decode_halves(reader, updates);
}
Status decode(BorshReader& reader, ValidatorSetUpdatesStatus& status) {
  HS_TRY(tag, reader.u8());
  switch (tag) {
    case 0:
      status = NoUpdates{};
      return {};
    case 1:
      return decode(reader, status.emplace<PendingUpdates>().updates);
    case 2:
      status = CommittedUpdates{};
      return {};
    default:
      return fail(Errc::bad_value, "unknown status of validator set updates");
  }
}

}  // namespace hs
