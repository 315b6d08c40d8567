#include "lib/blocktree/key_table.h"

#include <initializer_list>

namespace hs::key {
namespace {

Bytes join(std::uint8_t prefix, std::initializer_list<BytesView> parts) {
  Bytes key;
  std::size_t size = 1;
  for (const BytesView part : parts) size += part.size();
  key.reserve(size);
  key.push_back(prefix);
  for (const BytesView part : parts) key.insert(key.end(), part.begin(), part.end());
  return key;
}

template <class Number>
std::array<std::uint8_t, sizeof(Number)> little_endian(Number number) {
  std::array<std::uint8_t, sizeof(Number)> bytes{};
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(number & 0xff);
    number >>= 8;
  }
  return bytes;
}

Bytes block_field(const Hash& block, std::uint8_t field) {
  return join(0x00, {block.view(), BytesView(&field, 1)});
}

}  // namespace

Bytes block_height(const Hash& block) { return block_field(block, 0x00); }
Bytes block_justify(const Hash& block) { return block_field(block, 0x01); }
Bytes block_data_hash(const Hash& block) { return block_field(block, 0x02); }
Bytes block_data_length(const Hash& block) { return block_field(block, 0x03); }
Bytes block_datum(const Hash& block, std::uint32_t index) {
  const std::uint8_t field = 0x04;
  return join(0x00, {block.view(), BytesView(&field, 1), little_endian(index)});
}
Bytes block_at_height(Height height) { return join(0x01, {little_endian(height.value)}); }
Bytes children(const Hash& block) { return join(0x02, {block.view()}); }
Bytes app_state(BytesView app_key) { return join(0x03, {app_key}); }
Bytes pending_app_updates(const Hash& block) { return join(0x04, {block.view()}); }
Bytes committed_set() { return join(0x05, {}); }
Bytes updates_status(const Hash& block) { return join(0x06, {block.view()}); }
Bytes all_updates_statuses() { return join(0x06, {}); }
Bytes locked_pc() { return join(0x07, {}); }
Bytes highest_view_entered() { return join(0x08, {}); }
Bytes highest_pc() { return join(0x09, {}); }
Bytes highest_committed_block() { return join(0x0a, {}); }
Bytes newest_block() { return join(0x0b, {}); }
Bytes highest_tc() { return join(0x0c, {}); }
Bytes previous_set() { return join(0x0d, {}); }
Bytes update_height() { return join(0x0e, {}); }
Bytes update_decided() { return join(0x0f, {}); }
Bytes highest_view_phase_voted() { return join(0x10, {}); }
Bytes commit_pc(const Hash& block) { return join(0x11, {block.view()}); }
Bytes epoch_change_certificate() { return join(0x12, {}); }
Bytes owner() { return join(0x13, {}); }
Bytes fork() { return join(0x14, {}); }

// Big-endian, so that a scan comes in the order of time.
Bytes evidence(std::uint64_t number) {
  std::array<std::uint8_t, 8> digits{};
  for (std::size_t i = digits.size(); i-- > 0; number >>= 8) {
    digits[i] = static_cast<std::uint8_t>(number);
  }
  return join(0x1f, {digits});
}
Bytes all_evidence() { return join(0x1f, {}); }
std::optional<std::uint64_t> number_of_evidence(BytesView key) {
  if (key.size() != 1 + sizeof(std::uint64_t) || key[0] != 0x1f) return std::nullopt;
  std::uint64_t number = 0;
  for (const std::uint8_t digit : key.subspan(1)) number = (number << 8) | digit;
  return number;
}

}  // namespace hs::key
