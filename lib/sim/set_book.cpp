#include "lib/sim/set_book.h"

namespace hs::sim {

SetBook::SetBook(const Cast& cast, const AppKit& app)
    : app_(app), initial_(std::make_shared<const MemberSet>(cast.validators().members())) {}

void SetBook::on_block(const Block& block) {
  if (entries_.contains(block.hash)) return;
  Entry entry{.parent = block.justify.block, .before = initial_, .after = {}};
  if (!block.justify.is_genesis()) {
    const Entry* parent = find(block.justify.block);
    if (parent == nullptr) return;  // L5 says so
    entry.before = parent->after;
  }
  entry.after = entry.before;
  if (const auto updates = app_.set_updates_in(block.data)) {
    entry.has_updates = true;
    entry.after = std::make_shared<const MemberSet>(entry.before->with(*updates));
  }
  entries_.emplace(block.hash, std::move(entry));
}

const SetBook::Entry* SetBook::find(const Hash& block) const {
  const auto found = entries_.find(block);
  return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace hs::sim
