#include "lib/sim/chain_oracle.h"

#include <algorithm>
#include <string>

#include "lib/base/check.h"
#include "lib/blocktree/key_table.h"

namespace hs::sim {
namespace {

void append_number(Bytes& bytes, std::uint64_t number, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

// The hash of PROTOCOL 1.5, written down a second time.
Hash hash_of(const Block& block) {
  Bytes bytes;
  bytes.reserve(128 + 65 * block.justify.signatures.size());
  append_number(bytes, block.height.value, 8);
  append_number(bytes, block.justify.chain_id.value, 8);
  append_number(bytes, block.justify.view.value, 8);
  bytes.insert(bytes.end(), block.justify.block.bytes.begin(), block.justify.block.bytes.end());
  bytes.push_back(static_cast<std::uint8_t>(block.justify.phase));
  append_number(bytes, block.justify.signatures.size(), 4);
  for (const auto& signature : block.justify.signatures) {
    bytes.push_back(signature ? 1 : 0);
    if (signature) bytes.insert(bytes.end(), signature->bytes.begin(), signature->bytes.end());
  }
  bytes.insert(bytes.end(), block.data_hash.bytes.begin(), block.data_hash.bytes.end());
  return sha256(bytes);
}

std::string at_height(Height height) { return "height " + std::to_string(height.value); }

}  // namespace

ChainOracle::ChainOracle(std::size_t nodes, SetBook& sets, const CertificateOracle& certificates,
                         Judge& judge)
    : sets_(sets),
      certificates_(certificates),
      judge_(judge),
      committed_(nodes),
      committed_now_(nodes) {}

void ChainOracle::check_shape(NodeIndex node, const Block& block) {
  if (hash_of(block) != block.hash) {
    judge_.violate("L5", node, "a stored block's hash does not fit, " + at_height(block.height));
  }
  if (block.justify.is_genesis()) {
    if (block.height != Height{}) judge_.violate("L5", node, "a first block above height 0");
    return;
  }
  const auto parent = blocks_.find(block.justify.block);
  if (parent == blocks_.end()) {
    judge_.violate("L5", node, "a stored block's parent was never stored by anyone");
  } else if (block.height != next(parent->second.block->height)) {
    judge_.violate("L5", node, "a stored block of " + at_height(block.height) + " on a parent of " +
                                   at_height(parent->second.block->height));
  } else {
    parent->second.children.push_back(block.hash);
  }
}

void ChainOracle::on_proposal(NodeIndex node, const std::shared_ptr<const Block>& block) {
  const bool is_new =
      blocks_.try_emplace(block->hash, Known{.block = block, .children = {}}).second;
  if (!is_new) return;
  check_shape(node, *block);
  sets_.on_block(*block);
}

void ChainOracle::on_word_of_faulty(NodeIndex node, const std::shared_ptr<const Block>& block) {
  if (hash_of(*block) != block->hash) return;
  if (block->justify.is_genesis() != (block->height == Height{})) return;
  if (!block->justify.is_genesis()) {
    const auto parent = blocks_.find(block->justify.block);
    if (parent == blocks_.end() || block->height != next(parent->second.block->height)) return;
  }
  on_proposal(node, block);
}

void ChainOracle::on_insert(NodeIndex node, const Block& block, const KvReader& disk) {
  if (!blocks_.contains(block.hash)) {
    judge_.violate("L5", node, "stores a block that nobody proposed, " + at_height(block.height));
  }
  if (!block.justify.is_genesis() && !disk.contains(key::block_height(block.justify.block))) {
    judge_.violate("L5", node, "stores a block without its parent, " + at_height(block.height));
  }
}

void ChainOracle::on_commit(NodeIndex node, const Hash& block, Height height) {
  std::optional<Height>& mine = committed_[node];
  const Height expected = mine ? next(*mine) : Height{};
  if (height != expected) {
    judge_.violate("L6", node,
                   "commits " + at_height(height) + " instead of " + at_height(expected));
    return;
  }
  mine = height;
  committed_now_[node] = block;
  commit(node, block, height);
}

void ChainOracle::commit(NodeIndex node, const Hash& block, Height height) {
  const auto known = blocks_.find(block);
  if (known == blocks_.end()) {
    judge_.violate("L6", node, "commits a block that nobody proposed, " + at_height(height));
    return;
  }
  if (height.value < canonical_.size()) {
    if (canonical_[height.value] != block) {
      judge_.violate("G1", node, "two different blocks are committed at " + at_height(height));
    }
    return;
  }
  const Hash parent = known->second.block->justify.block;
  if (!canonical_.empty() && parent != canonical_.back()) {
    judge_.violate("G2", node, "a committed block does not extend the one below, " +
                                   at_height(height));
  }
  canonical_.push_back(block);
  tip_ = height;
}

bool ChainOracle::has_three_chain(const Hash& block) const {
  for (const Hash& child_hash : blocks_.at(block).children) {
    const Known& child = blocks_.at(child_hash);
    const View first = child.block->justify.view;
    for (const Hash& grandchild_hash : child.children) {
      const Block& grandchild = *blocks_.at(grandchild_hash).block;
      const View second = grandchild.justify.view;
      if (second == next(first) && certificates_.is_certified(grandchild_hash, next(second))) {
        return true;
      }
    }
  }
  return false;
}

bool ChainOracle::has_evidence(const Hash& block) const {
  const SetBook::Entry* entry = sets_.find(block);
  if (entry == nullptr || !entry->has_updates) return has_three_chain(block);
  return certificates_.has_phase(block, Phase::commit) ||
         certificates_.has_phase(block, Phase::decide);
}

void ChainOracle::end_step(NodeIndex node) {
  if (!committed_now_[node]) return;
  const Hash topmost = *committed_now_[node];
  committed_now_[node].reset();
  if (blocks_.contains(topmost) && !has_evidence(topmost)) {
    judge_.violate("G7", node, "commits " + at_height(*committed_[node]) +
                                   " without the certificates that commit it");
  }
}

void ChainOracle::on_start(NodeIndex node, std::optional<Height> committed, const KvReader& disk) {
  committed_[node] = committed;
  committed_now_[node].reset();
  if (!committed) return;
  const std::uint64_t first_unknown = std::min<std::uint64_t>(canonical_.size(), committed->value);
  for (std::uint64_t height = first_unknown; height <= committed->value; ++height) {
    const auto stored = disk.get(key::block_at_height(Height{height}));
    Hash block;
    if (!stored || stored->size() != Hash::size) {
      judge_.violate("I14", node, "no block is stored at " + at_height(Height{height}));
      return;
    }
    std::copy(stored->begin(), stored->end(), block.bytes.begin());
    commit(node, block, Height{height});
  }
}

const Block& ChainOracle::block_at(Height height) const {
  HS_CHECK(height.value < canonical_.size());
  return *blocks_.at(canonical_[height.value]).block;
}

const Block* ChainOracle::find(const Hash& hash) const {
  const auto known = blocks_.find(hash);
  return known == blocks_.end() ? nullptr : known->second.block.get();
}

bool ChainOracle::is_at_or_below(const Hash& block, std::optional<Height> height) const {
  const auto known = blocks_.find(block);
  return known != blocks_.end() && known->second.block->height <= height;
}

std::optional<Hash> ChainOracle::hash_at(Height height) const {
  if (height.value >= canonical_.size()) return std::nullopt;
  return canonical_[height.value];
}

void ChainOracle::forget_below(Height height) {
  for (; forgotten_below_ < height.value; ++forgotten_below_) {
    const Hash& block = canonical_[forgotten_below_];
    blocks_.erase(block);
    sets_.forget(block);
  }
}

}  // namespace hs::sim
