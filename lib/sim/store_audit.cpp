#include "lib/sim/store_audit.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/crypto/first_bytes.h"
#include "lib/types/certificates.h"

namespace hs::sim {
namespace {

// Stored layouts, spelt out here on purpose and not taken from the tree's code. [PROTOCOL 6.1]
constexpr std::uint8_t key_block = 0x00;
constexpr std::uint8_t key_block_at_height = 0x01;
constexpr std::uint8_t key_children = 0x02;
constexpr std::uint8_t key_app_updates = 0x04;
constexpr std::uint8_t key_updates_status = 0x06;
constexpr std::uint8_t key_locked_pc = 0x07;
constexpr std::uint8_t key_highest_pc = 0x09;
constexpr std::uint8_t part_height = 0x00;
constexpr std::uint8_t part_justify = 0x01;
constexpr std::size_t block_in_certificate = 16;  // after chain id and view
constexpr std::size_t phase_in_certificate = 48;

Hash hash_at(BytesView bytes, std::size_t offset) {
  Hash hash;
  if (bytes.size() < offset + Hash::size) return hash;
  std::ranges::copy(bytes.subspan(offset, Hash::size), hash.bytes.begin());
  return hash;
}

std::uint64_t number_at(BytesView bytes, std::size_t offset) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;) number = number << 8 | bytes[offset + i];
  return number;
}

struct Stored {
  std::optional<std::uint64_t> height;
  Hash parent;  // zero for a first block
  std::uint8_t phase = 0;
  std::vector<Hash> children;
  bool has_app_updates = false;
  bool changes_set = false;
};

class Audit {
 public:
  Audit(NodeIndex node, const WalkStore& walk, Judge& judge) : node_(node), judge_(judge) {
    walk([&](BytesView key, BytesView value) {
      read(key, value);
      return true;
    });
  }

  void run() {
    for (const auto* entry : blocks_in_order()) {
      const auto& [hash, block] = *entry;
      if (hash == Hash{}) continue;  // whose children are the first blocks
      if (!block.height) {
        fail("I19", "something is left of a block that is not stored");
        continue;
      }
      check_place(hash, block);
    }
    check_chain();
    check_branch("I20", "locked", locked_);
    if (highest_ != Hash{} && !is_stored(highest_)) {
      fail("I21", "the block of the highest PC is not stored");
    }
  }

 private:
  using Blocks = std::unordered_map<Hash, Stored, FirstBytes>;

  void read(BytesView key, BytesView value) {
    if (key.empty()) return;
    switch (key.front()) {
      case key_block:
        read_block(blocks_[hash_at(key, 1)], key, value);
        break;
      case key_block_at_height:
        chain_[number_at(key, 1)] = hash_at(value, 0);
        break;
      case key_children:
        for (std::size_t at = 4; at + Hash::size <= value.size(); at += Hash::size) {
          blocks_[hash_at(key, 1)].children.push_back(hash_at(value, at));
        }
        break;
      case key_app_updates:
        blocks_[hash_at(key, 1)].has_app_updates = true;
        break;
      case key_updates_status:
        blocks_[hash_at(key, 1)].changes_set = value.front() != 0;
        break;
      case key_locked_pc:
        locked_ = hash_at(value, block_in_certificate);
        break;
      case key_highest_pc:
        highest_ = hash_at(value, block_in_certificate);
        break;
      default:
        break;
    }
  }
  static void read_block(Stored& block, BytesView key, BytesView value) {
    if (key.size() < 2 + Hash::size) return;
    if (key[1 + Hash::size] == part_height) block.height = number_at(value, 0);
    if (key[1 + Hash::size] != part_justify) return;
    block.parent = hash_at(value, block_in_certificate);
    block.phase = value[phase_in_certificate];
  }

  // What is found first must not hang on how a table lays out its entries.
  [[nodiscard]] std::vector<const Blocks::value_type*> blocks_in_order() const {
    std::vector<const Blocks::value_type*> found;
    found.reserve(blocks_.size());
    for (const auto& entry : blocks_) found.push_back(&entry);
    std::ranges::sort(found, {}, [](const auto* entry) -> const Hash& { return entry->first; });
    return found;
  }

  void fail(std::string_view rule, const std::string& what) { judge_.violate(rule, node_, what); }
  [[nodiscard]] bool is_stored(const Hash& hash) const {
    const auto found = blocks_.find(hash);
    return found != blocks_.end() && found->second.height;
  }
  [[nodiscard]] bool is_committed(const Hash& hash, const Stored& block) const {
    const auto at = chain_.find(*block.height);
    return at != chain_.end() && at->second == hash;
  }

  void check_place(const Hash& hash, const Stored& block) {
    const std::string at = "height " + std::to_string(*block.height);
    const auto parent = blocks_.find(block.parent);
    if (parent == blocks_.end()) return fail("I12", "a block without its parent, " + at);
    if (block.parent == Hash{}) {
      if (*block.height != 0) fail("I12", "a first block at " + at);
    } else if (parent->second.height != *block.height - 1) {
      fail("I12", "a block that is not one above its parent, " + at);
    }
    const bool is_decide = block.phase == static_cast<std::uint8_t>(Phase::decide);
    const bool is_generic = block.phase == static_cast<std::uint8_t>(Phase::generic);
    if (is_decide != parent->second.changes_set || is_decide == is_generic) {
      fail("I13", "the phase of a justify does not fit its block, " + at);
    }
    const std::vector<Hash>& siblings = parent->second.children;
    if (std::count(siblings.begin(), siblings.end(), hash) != 1) {
      fail("I16", "a block is not once in the list of its parent, " + at);
    }
    for (const Hash& child : block.children) {
      if (!is_stored(child)) fail("I16", "a child of a block is not stored, " + at);
    }
    if (!is_committed(hash, block)) return;
    if (siblings.size() != 1) fail("I16", "a committed block is not alone, " + at);
    if (block.has_app_updates) fail("I17", "app updates of a committed block wait, " + at);
  }

  void check_chain() {
    std::uint64_t expected = 0;
    Hash below;
    for (const auto& [height, hash] : chain_) {
      const auto block = blocks_.find(hash);
      if (height != expected++ || block == blocks_.end() || block->second.parent != below) {
        return fail("I14", "the committed chain is broken at height " + std::to_string(height));
      }
      below = hash;
    }
  }

  // Stored, and of the committed chain or above its tip.
  void check_branch(std::string_view rule, const std::string& which, Hash hash) {
    if (hash == Hash{}) return;
    if (!is_stored(hash)) return fail(rule, "the " + which + " block is not stored");
    while (!is_committed(hash, blocks_[hash])) {
      if (chain_.empty() && blocks_[hash].parent == Hash{}) return;
      if (*blocks_[hash].height <= chain_.size() - 1 || !is_stored(blocks_[hash].parent)) {
        return fail(rule, "the " + which + " block is beside the committed chain");
      }
      hash = blocks_[hash].parent;
    }
  }

  NodeIndex node_;
  Judge& judge_;
  Blocks blocks_;  // under the zero hash: the list of first blocks
  std::map<std::uint64_t, Hash> chain_;
  Hash locked_;
  Hash highest_;
};

}  // namespace

void audit_store(NodeIndex node, const WalkStore& walk, Judge& judge) {
  Audit(node, walk, judge).run();
}

}  // namespace hs::sim
