#include "lib/sim/lock_oracle.h"

#include <algorithm>
#include <string>

namespace hs::sim {
namespace {

// Stored layouts, spelt out here on purpose and not taken from the tree's code. [PROTOCOL 6.1]
constexpr std::uint8_t key_locked_pc = 0x07;
constexpr std::size_t view_offset = 8;    // after the chain id
constexpr std::size_t block_offset = 16;  // after the view

}  // namespace

std::optional<LockOracle::Lock> LockOracle::read(BytesView stored) {
  if (stored.size() < block_offset + Hash::size) return std::nullopt;
  Lock lock;
  for (std::size_t i = 8; i-- > 0;)
    lock.view.value = lock.view.value << 8 | stored[view_offset + i];
  std::ranges::copy(stored.subspan(block_offset, Hash::size), lock.block.bytes.begin());
  return lock;
}

void LockOracle::on_start(NodeIndex node, const KvReader& disk) {
  const auto stored = disk.get(BytesView(&key_locked_pc, 1));
  const std::optional<Lock> lock = stored ? read(*stored) : std::nullopt;
  nodes_[node] = {.before = lock, .now = lock, .judged = {}};
}

void LockOracle::on_write(NodeIndex node, const WriteBatch& batch) {
  for (const auto& [key, value] : batch.changes()) {
    const bool is_lock = key.size() == 1 && key.front() == key_locked_pc;
    if (is_lock && value) nodes_[node].now = read(*value);
  }
}

bool LockOracle::passes(const Block& block, const Lock& lock) const {
  if (lock.block == Hash{} || block.justify.view > lock.view) return true;
  const Block* ancestor = &block;
  while (ancestor != nullptr && ancestor->hash != lock.block) {
    ancestor = ancestor->justify.is_genesis() ? nullptr : chain_.find(ancestor->justify.block);
  }
  return ancestor != nullptr;
}

void LockOracle::on_send(NodeIndex node, const Message& message) {
  const auto* vote = std::get_if<PhaseVote>(&message);
  if (vote == nullptr || (vote->phase != Phase::generic && vote->phase != Phase::prepare)) return;
  const Block* block = chain_.find(vote->block);
  Locks& mine = nodes_[node];
  if (mine.judged && vote->view <= *mine.judged) return;
  mine.judged = vote->view;
  if (block == nullptr || !mine.now || !mine.before) return;
  if (passes(*block, *mine.now) || passes(*block, *mine.before)) return;
  judge_.violate("L9", node,
                 "a vote in view " + std::to_string(vote->view.value) +
                     " for a block on a certificate of view " +
                     std::to_string(block->justify.view.value) + ", off the lock of view " +
                     std::to_string(mine.now->view.value));
}

}  // namespace hs::sim
