#include "lib/kvapp/transaction.h"

#include "lib/base/overloaded.h"
#include "lib/kvapp/limits.h"

namespace hs {
namespace kv {
namespace {

constexpr std::uint8_t set_validator_tag = 3;
constexpr std::uint8_t remove_validator_tag = 4;

Result<Bytes> read_key(BorshReader& reader) {
  HS_TRY(key, reader.byte_string());
  if (key.size() < key_bytes_min) return fail(Errc::bad_value, "the key is empty");
  if (key.size() > key_bytes_max) {
    return fail(Errc::bad_value, "the key has " + std::to_string(key.size()) + " bytes; at most " +
                                     std::to_string(key_bytes_max) + " are allowed");
  }
  return std::move(key);
}

void encode(BorshWriter& writer, const Operation& operation) {
  writer.u8(static_cast<std::uint8_t>(operation.index()));
  if (const Bytes* key = key_of(operation)) writer.byte_string(*key);
  std::visit(Overloaded{
                 [&](const Put& put) { writer.byte_string(put.value); },
                 [&](const Delete&) {},
                 [&](const CompareAndSet& cas) {
                   writer.boolean(cas.expected.has_value());
                   if (cas.expected) writer.byte_string(*cas.expected);
                   writer.byte_string(cas.value);
                 },
                 [&](const SetValidator& set) {
                   encode(writer, set.validator);
                   encode(writer, set.power);
                   encode(writer, set.signature);
                 },
                 [&](const RemoveValidator& remove) {
                   encode(writer, remove.validator);
                   encode(writer, remove.signature);
                 },
             },
             operation);
}

Result<Operation> decode_compare_and_set(BorshReader& reader, Bytes key) {
  CompareAndSet cas{.key = std::move(key), .expected = {}, .value = {}};
  HS_TRY(expects_value, reader.boolean());
  if (expects_value) {
    HS_TRY(expected, reader.byte_string());
    cas.expected = std::move(expected);
  }
  HS_TRY(value, reader.byte_string());
  cas.value = std::move(value);
  return cas;
}

Result<Operation> decode_set_validator(BorshReader& reader) {
  SetValidator set;
  HS_TRY_STATUS(decode(reader, set.validator));
  HS_TRY_STATUS(decode(reader, set.power));
  HS_TRY_STATUS(decode(reader, set.signature));
  return set;
}

Result<Operation> decode_remove_validator(BorshReader& reader) {
  RemoveValidator remove;
  HS_TRY_STATUS(decode(reader, remove.validator));
  HS_TRY_STATUS(decode(reader, remove.signature));
  return remove;
}

Result<Operation> decode_operation(BorshReader& reader) {
  HS_TRY(tag, reader.u8());
  if (tag >= std::variant_size_v<Operation>) {
    return fail(Errc::bad_value, "unknown operation " + std::to_string(tag));
  }
  if (tag == set_validator_tag) return decode_set_validator(reader);
  if (tag == remove_validator_tag) return decode_remove_validator(reader);
  HS_TRY(key, read_key(reader));
  switch (tag) {
    case 0: {
      HS_TRY(value, reader.byte_string());
      return Put{std::move(key), std::move(value)};
    }
    case 1:
      return Delete{std::move(key)};
    default:
      return decode_compare_and_set(reader, std::move(key));
  }
}

}  // namespace

std::string_view name_of(const Operation& operation) {
  constexpr std::array<std::string_view, std::variant_size_v<Operation>> names{
      "put", "delete", "cas", "set_validator", "remove_validator"};
  return names[operation.index()];
}

const Bytes* key_of(const Operation& operation) {
  return std::visit(Overloaded{[](const SetValidator&) -> const Bytes* { return nullptr; },
                               [](const RemoveValidator&) -> const Bytes* { return nullptr; },
                               [](const auto& of_user) { return &of_user.key; }},
                    operation);
}

bool changes_validators(const Operation& operation) { return key_of(operation) == nullptr; }

std::string_view name_of(Outcome outcome) {
  return outcome == Outcome::applied ? "applied" : "failed";
}

}  // namespace kv

TransactionId transaction_id(BytesView encoded) { return TransactionId{sha256(encoded).bytes}; }

void encode(BorshWriter& writer, const Transaction& transaction) {
  encode(writer, transaction.chain_id);
  encode(writer, transaction.client);
  writer.u64(transaction.sequence);
  encode(writer, transaction.valid_until);
  kv::encode(writer, transaction.operation);
}

Status decode(BorshReader& reader, Transaction& transaction) {
  if (reader.remaining() > kv::transaction_bytes_max) {
    return fail(Errc::too_long, "a transaction of more than " +
                                    std::to_string(kv::transaction_bytes_max) + " bytes");
  }
  HS_TRY_STATUS(decode(reader, transaction.chain_id));
  HS_TRY_STATUS(decode(reader, transaction.client));
  HS_TRY(sequence, reader.u64());
  transaction.sequence = sequence;
  HS_TRY_STATUS(decode(reader, transaction.valid_until));
  HS_TRY(operation, kv::decode_operation(reader));
  transaction.operation = std::move(operation);
  return {};
}

}  // namespace hs
