// encodings.json, decode_cases.json, block_hash.json: bytes in both directions.
#include <algorithm>

#include "lib/base/limits.h"
#include "tests/golden/vectors.h"
#include "tests/support/catch.h"

namespace hs::test {
namespace {

// Views and heights above 2^63 - the only ones in a message - are refused on arrival. [S29]
bool has_number_above_limit(const Json& value) {
  if (value.is_array()) return std::ranges::any_of(value, has_number_above_limit);
  if (!value.is_object()) return false;
  for (const auto& [name, field] : value.items()) {
    const bool limited = name == "view" || name == "height" || name == "start_height" ||
                         name == "highest_committed_block_height";
    if (limited ? number(field) > number_max : has_number_above_limit(field)) return true;
  }
  return false;
}

template <class T>
void check_both_ways(const T& value, const Bytes& bytes) {
  CHECK(to_hex(to_borsh(value)) == to_hex(bytes));
  const auto decoded = from_borsh<T>(bytes);
  REQUIRE(decoded);
  CHECK(*decoded == value);
}

// Rows of the inner enums lack the tags that lead to them in a Message. [7.1]
void check_message(const Json& row, Bytes bytes, const Bytes& outer_tags) {
  bytes.insert(bytes.begin(), outer_tags.begin(), outer_tags.end());
  const Message value = message(row.at("value"));
  CHECK(to_hex(to_borsh(value)) == to_hex(bytes));
  const auto decoded = from_borsh<Message>(bytes);
  if (has_number_above_limit(row.at("value"))) {
    INFO("deviation S29: a view or height above 2^63 is refused on arrival");
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().code == Errc::bad_value);
  } else {
    REQUIRE(decoded);
    CHECK(*decoded == value);
  }
}

AppStateUpdates app_state_updates(const Json& json) {
  AppStateUpdates updates;
  for (const Json& pair : json.at("inserts")) {
    updates.insert(to_bytes(pair.at(0).get<std::string>()),
                   to_bytes(pair.at(1).get<std::string>()));
  }
  if (json.contains("deletes_hex")) {
    for (const Json& key : json.at("deletes_hex")) updates.erase(hex_bytes(key));
  }
  return updates;
}

ValidatorSetUpdatesStatus status_of(const Json& json) {
  if (json == "None") return NoUpdates{};
  if (json == "Committed") return CommittedUpdates{};
  const Json& pending = json.contains("Pending") ? json.at("Pending") : json;
  return PendingUpdates{validator_set_updates(pending)};
}

void check_integer(const std::string& type, const Json& value, const Bytes& bytes) {
  if (type == "ChainID") return check_both_ways(ChainId{number(value)}, bytes);
  if (type == "ViewNumber") return check_both_ways(View{number(value)}, bytes);
  if (type == "BlockHeight") return check_both_ways(Height{number(value)}, bytes);
  if (type == "Power") return check_both_ways(Power{number(value)}, bytes);
  BorshWriter writer;
  if (type == "TotalPower") {  // never stored or sent by us: the two halves, the lower first
    writer.u64(static_cast<std::uint64_t>(wide_number(value)));
    writer.u64(static_cast<std::uint64_t>(wide_number(value) >> 64));
  } else {
    writer.u32(static_cast<std::uint32_t>(number(value)));
  }
  CHECK(to_hex(writer.bytes()) == to_hex(bytes));
}

void check_row(const Json& row) {
  const auto type = row.at("type").get<std::string>();
  const Json& value = row.at("value");
  const Bytes bytes = hex_bytes(row.at("hex"));
  if (type == "Message") {
    check_message(row, bytes, {});
  } else if (type == "ProgressMessage") {
    check_message(row, bytes, {0});
  } else if (type == "HotStuffMessage") {
    check_message(row, bytes, {0, 0});
  } else if (type == "PacemakerMessage") {
    check_message(row, bytes, {0, 1});
  } else if (type == "BlockSyncAdvertiseMessage") {
    check_message(row, bytes, {0, 2});
  } else if (type == "BlockSyncMessage") {
    check_message(row, bytes, {1});
  } else if (type == "Phase") {
    check_both_ways(phase(value), bytes);
  } else if (type == "PhaseCertificate") {
    check_both_ways(phase_certificate(value), bytes);
  } else if (type == "TimeoutCertificate") {
    check_both_ways(timeout_certificate(value), bytes);
  } else if (type == "Block") {
    check_both_ways(block(value), bytes);
  } else if (type == "ValidatorSetBytes") {
    check_both_ways(validator_set(value), bytes);
  } else if (type == "ValidatorSetUpdatesBytes") {
    check_both_ways(validator_set_updates(value), bytes);
  } else if (type == "ValidatorSetUpdatesStatusBytes") {
    check_both_ways(status_of(value), bytes);
  } else if (type == "AppStateUpdates") {
    check_both_ways(app_state_updates(value), bytes);
  } else if (type == "ChildrenList") {
    BorshWriter writer;
    writer.count(value.size());
    for (const Json& child : value) encode(writer, hash(child));
    CHECK(to_hex(writer.bytes()) == to_hex(bytes));
  } else {
    check_integer(type, value, bytes);
  }
}

// A map or set as the reference reads it: any order, duplicates allowed.
struct LooseUpdates {
  std::vector<Bytes> inserts;
  std::vector<Bytes> deletes;
};
std::optional<LooseUpdates> read_loosely(BytesView bytes) {
  BorshReader reader(bytes);
  LooseUpdates updates;
  const auto inserts = reader.u32();
  for (std::uint32_t i = 0; inserts && i < *inserts; ++i) {
    const auto key = reader.byte_string();
    const auto value = reader.byte_string();
    if (!key || !value) return std::nullopt;
    updates.inserts.push_back(*key);
  }
  const auto deletes = reader.u32();
  if (!deletes) return std::nullopt;
  for (std::uint32_t i = 0; i < *deletes; ++i) {
    const auto key = reader.byte_string();
    if (!key) return std::nullopt;
    updates.deletes.push_back(*key);
  }
  return updates;
}

// What an encoder can have written: both halves strictly ascending, no key in both.
bool is_canonical(const LooseUpdates& updates) {
  const auto ascending = [](const std::vector<Bytes>& keys) {
    return std::ranges::adjacent_find(keys, std::ranges::greater_equal{}) == keys.end();
  };
  const auto in_deletes = [&](const Bytes& key) {
    return std::ranges::find(updates.deletes, key) != updates.deletes.end();
  };
  return ascending(updates.inserts) && ascending(updates.deletes) &&
         std::ranges::none_of(updates.inserts, in_deletes);
}

}  // namespace

TEST_CASE("every type has the reference's bytes", "[golden]") {
  const auto file = load_vectors("encodings.json");
  if (!file) return;
  for (const Json& row : file->at("rows")) {
    INFO("encodings.json: " << row.at("type") << " " << row.at("name"));
    check_row(row);
  }
}

TEST_CASE("messages are accepted and refused as the reference does", "[golden]") {
  const auto file = load_vectors("decode_cases.json");
  if (!file) return;
  for (const Json& row : file->at("message")) {
    INFO("decode_cases.json: message " << row.at("name"));
    const Bytes bytes = hex_bytes(row.at("hex"));
    const auto whole = from_borsh<Message>(bytes);
    // Beyond the reference, only numbers and counts above our limits are refused. [S21, S29]
    const bool over_limit =
        !whole && (whole.error().code == Errc::too_long ||
                   whole.error().what.find("above the limit") != std::string::npos);
    if (over_limit) continue;
    CHECK(whole.has_value() == row.at("try_from_slice_ok").get<bool>());
    if (whole) CHECK(to_hex(to_borsh(*whole)) == to_hex(bytes));

    BorshReader reader(bytes);
    Message prefix;
    const bool prefix_ok = decode(reader, prefix).has_value();
    CHECK(prefix_ok == row.at("deserialize_prefix_ok").get<bool>());
    if (prefix_ok) CHECK(reader.remaining() == number(row.at("left_over")));
  }
}

TEST_CASE("stored updates are accepted as by the reference, if canonical (S44)", "[golden]") {
  const auto file = load_vectors("decode_cases.json");
  if (!file) return;
  for (const Json& row : file->at("app_state_updates")) {
    INFO("decode_cases.json: app_state_updates " << row.at("name"));
    const Bytes bytes = hex_bytes(row.at("hex"));
    const auto loose = read_loosely(bytes);
    const bool canonical = loose && is_canonical(*loose);
    const auto decoded = from_borsh<AppStateUpdates>(bytes);
    CHECK(decoded.has_value() == (row.at("ok").get<bool>() && canonical));
    if (decoded) {
      CHECK(to_hex(to_borsh(*decoded)) == row.at("re_encoded").get<std::string>());
    } else if (loose && !canonical) {
      CHECK(decoded.error().code == Errc::not_canonical);
    }
  }
}

TEST_CASE("a block is named by height, justify and data hash", "[golden]") {
  const auto file = load_vectors("block_hash.json");
  if (!file) return;
  for (const Json& row : file->at("rows")) {
    INFO("block_hash.json: height " << row.at("height") << " hash " << row.at("hash"));
    const Height height{number(row.at("height"))};
    const PhaseCertificate justify = phase_certificate(row.at("justify"));
    const Hash data_hash = hash(row.at("data_hash"));
    CHECK(to_hex(sha256(hex_bytes(row.at("preimage"))).view()) == row.at("hash"));
    CHECK(to_hex(block_hash(height, justify, data_hash).view()) == row.at("hash"));
    CHECK(make_block(height, justify, data_hash, {}).hash == hash(row.at("hash")));
  }
}

}  // namespace hs::test
