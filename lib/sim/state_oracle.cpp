#include "lib/sim/state_oracle.h"

#include <cstring>
#include <string>

namespace hs::sim {
namespace {

constexpr std::uint8_t key_app_state = 0x03;  // [PROTOCOL 6.1]
constexpr std::size_t remembered_heights_max = 4'096;

std::array<std::uint64_t, 4> words_of(BytesView key, BytesView value) {
  std::array<std::uint8_t, 8> key_length{};
  for (std::size_t i = 0; i < 8; ++i) {
    key_length[i] = static_cast<std::uint8_t>(std::uint64_t{key.size()} >> (8 * i));
  }
  const Hash hash = sha256({key_length, key, value});
  std::array<std::uint64_t, 4> words;
  std::memcpy(words.data(), hash.bytes.data(), Hash::size);
  return words;
}

}  // namespace

void StateSum::add(BytesView key, BytesView value) {
  const auto words = words_of(key, value);
  for (std::size_t i = 0; i < words.size(); ++i) words_[i] += words[i];
}

void StateSum::remove(BytesView key, BytesView value) {
  const auto words = words_of(key, value);
  for (std::size_t i = 0; i < words.size(); ++i) words_[i] -= words[i];
}

StateOracle::StateOracle(std::size_t nodes, const ChainOracle& chain, Judge& judge)
    : chain_(chain), judge_(judge), sums_(nodes), compared_(nodes) {}

void StateOracle::on_write(NodeIndex node, const WriteBatch& batch, const KvReader& disk) {
  for (const auto& [key, value] : batch.changes()) {
    if (key.empty() || key.front() != key_app_state) continue;
    const std::optional<Bytes> before = disk.get(key);
    if (before) sums_[node].remove(key, *before);
    if (value) sums_[node].add(key, *value);
  }
}

void StateOracle::on_start(NodeIndex node, const KvReader& disk) {
  sums_[node] = StateSum{};
  compared_[node].reset();
  disk.scan(BytesView(&key_app_state, 1), [&](BytesView key, BytesView value) {
    sums_[node].add(key, value);
    return true;
  });
  end_step(node);
}

void StateOracle::end_step(NodeIndex node) {
  const std::optional<Height> height = chain_.committed(node);
  if (!height || height == compared_[node]) return;
  compared_[node] = height;
  const auto [known, is_new] = by_height_.try_emplace(*height, sums_[node]);
  if (!is_new && !(known->second == sums_[node])) {
    judge_.violate("G5", node, "the app state differs at height " + std::to_string(height->value));
  }
  if (by_height_.size() > remembered_heights_max) by_height_.erase(by_height_.begin());
}

void StateOracle::on_block(Height height, const std::vector<Hash>& transactions) {
  for (const Hash& transaction : transactions) {
    if (!submitted_.contains(transaction)) {
      judge_.violate("G3", 0, "a transaction that nobody submitted is committed at height " +
                                  std::to_string(height.value));
    }
    if (!done_.insert(transaction).second) {
      judge_.violate("G4", 0, "a transaction is committed a second time at height " +
                                  std::to_string(height.value));
    }
  }
}

}  // namespace hs::sim
