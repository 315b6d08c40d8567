#include "lib/model/rules.h"

#include <algorithm>

namespace hs::model {
namespace {

constexpr Power total_power_max = (Power{1} << 53) - 1;  // S14
// No certificate that is still of use names a block further below the committed one.
constexpr std::size_t committed_kept = 64;

bool is_signed(const Certificate& certificate, const Set& set, Signatures& signatures) {
  const std::optional<Power> power = set.power_in(certificate.slots);
  return power && set.is_quorum(*power) && signatures.all_verify(certificate, set);
}

// More than a third of the committed set's power is among the signers. [S07]
bool holds_committed_third(const Set& committed, const Set& signers,
                           const std::vector<bool>& slots) {
  Power power = 0;
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    if (slots[slot]) power += committed.power_of(signers.members()[slot].key);
  }
  return 3 * power > committed.total();
}

bool is_decide_correct(const Tree& tree, const Certificate& pc, const Stored& pending,
                       Signatures& signatures) {
  const Set& committed = *tree.sets.committed;
  const Set next = committed.with(*pending.block->updates);
  return is_signed(pc, next, signatures) && holds_committed_third(committed, next, pc.slots);
}

bool is_pc_correct(const Tree& tree, const Certificate& pc, Signatures& signatures) {
  const Sets& sets = tree.sets;
  const Stored* stored = tree.find(pc.block);
  if (stored == nullptr) return is_signed(pc, *sets.committed, signatures);
  if (pc.phase == Phase::decide && stored->status == UpdateStatus::pending) {
    return is_decide_correct(tree, pc, *stored, signatures);
  }
  const Height height = stored->block->height;
  if (!sets.update_height || height > *sets.update_height) {
    return is_signed(pc, *sets.committed, signatures);
  }
  if (height < *sets.update_height) return is_signed(pc, *sets.previous, signatures);
  const bool is_done = stored->status == UpdateStatus::committed;
  switch (pc.phase) {
    case Phase::generic:
      return false;
    case Phase::decide:
      return is_done && is_signed(pc, *sets.committed, signatures);
    case Phase::prepare:
    case Phase::precommit:
    case Phase::commit:
      if (is_done) return is_signed(pc, *sets.previous, signatures);
      return stored->status == UpdateStatus::pending && is_signed(pc, *sets.committed, signatures);
  }
  return false;
}

bool is_above_committed(const Tree& tree, Height height) {
  return !tree.committed_height || height > *tree.committed_height;
}

// The three-chain, or the block itself of a Commit or Decide PC; none if nothing is committed.
std::optional<Hash> target_of(const Tree& tree, const Certificate& pc) {
  const Stored* certified = tree.find(pc.block);
  if (certified == nullptr) return std::nullopt;
  if (pc.phase == Phase::commit || pc.phase == Phase::decide) return pc.block;
  if (pc.phase != Phase::generic) return std::nullopt;
  const Certificate& first = *certified->block->justify;
  const Stored* parent = first.is_genesis() ? nullptr : tree.find(first.block);
  if (parent == nullptr) return std::nullopt;
  const Certificate& second = *parent->block->justify;
  if (second.is_genesis() || second.view + 1 != first.view || first.view + 1 != pc.view) {
    return std::nullopt;
  }
  return second.block;
}

// From the target down to the committed block, lowest first.
void list_commits(const Tree& tree, const CertificatePtr& pc, const Hash& target,
                  Effects& effects) {
  CertificatePtr certificate = pc;
  bool is_reached = false;
  for (const Stored* at = tree.find(pc->block); at != nullptr;) {
    const Block& block = *at->block;
    if (!is_above_committed(tree, block.height)) {
      effects.forks = block.hash != tree.committed_block;
      break;
    }
    is_reached = is_reached || block.hash == target;
    if (is_reached) effects.commits.push_back({block.hash, block.height, certificate->view});
    if (block.justify->is_genesis()) {
      effects.forks = tree.committed_height.has_value();
      break;
    }
    certificate = block.justify;
    at = tree.find(certificate->block);
  }
  std::reverse(effects.commits.begin(), effects.commits.end());
}

// Only a set that comes to its end with the update can have signed it. [2.6]
bool is_of_old_set(const Certificate& pc) {
  return pc.phase == Phase::prepare || pc.phase == Phase::precommit || pc.phase == Phase::commit;
}

// What the old set has come to about a block is over with the new set's word on it. [S58]
bool overrules(const Certificate& pc, const Certificate& earlier) {
  return pc.phase == Phase::decide && pc.block == earlier.block && is_of_old_set(earlier);
}

CertificatePtr lock_of(const Tree& tree, const CertificatePtr& pc) {
  if (overrules(*pc, *tree.locked) && pc->view < tree.locked->view) return pc;
  CertificatePtr candidate;
  switch (pc->phase) {
    case Phase::generic:
      if (const Stored* certified = tree.find(pc->block)) candidate = certified->block->justify;
      break;
    case Phase::prepare:
      break;
    case Phase::precommit:
      candidate = pc;
      break;
    case Phase::commit:
    case Phase::decide:
      if (tree.locked->is_genesis() || tree.locked->block != pc->block) candidate = pc;
      break;
  }
  if (!candidate || candidate->view <= tree.locked->view) return nullptr;  // S01
  return candidate;
}

// The block and all that stands on it. [6.7]
void prune(Tree& tree, const Hash& root) {
  std::vector<Hash> open{root};
  while (!open.empty()) {
    const auto at = tree.blocks.find(open.back());
    open.pop_back();
    if (at == tree.blocks.end()) continue;
    open.insert(open.end(), at->second.children.begin(), at->second.children.end());
    tree.blocks.erase(at);
  }
}

void commit_one(Tree& tree, const Commit& commit) {
  Stored& stored = tree.blocks.at(commit.block);
  const Certificate& justify = *stored.block->justify;
  const auto parent = justify.is_genesis() ? tree.blocks.end() : tree.blocks.find(justify.block);
  std::vector<Hash> only{commit.block};
  if (justify.is_genesis()) {
    only.swap(tree.first_blocks);
  } else if (parent != tree.blocks.end()) {
    only.swap(parent->second.children);
  }
  for (const Hash& sibling : only) {
    if (sibling != commit.block) prune(tree, sibling);
  }
  if (stored.status == UpdateStatus::pending) {  // 2.6
    tree.sets.previous = tree.sets.committed;
    tree.sets.committed =
        std::make_shared<const Set>(tree.sets.previous->with(*stored.block->updates));
    tree.sets.update_height = commit.height;
    tree.sets.decided = false;
    stored.status = UpdateStatus::committed;
  }
  tree.committed_height = commit.height;
  tree.committed_block = commit.block;
  tree.newest_committed.push_back(commit.block);
  if (tree.newest_committed.size() <= committed_kept) return;
  tree.blocks.erase(tree.newest_committed.front());
  tree.newest_committed.pop_front();
}

}  // namespace

const Stored* Tree::find(const Hash& block) const {
  const auto found = blocks.find(block);
  return found == blocks.end() ? nullptr : &found->second;
}

Tree tree_at_genesis(std::uint64_t chain, std::uint64_t epoch_length, const SetPtr& first) {
  Tree tree;
  tree.chain = chain;
  tree.epoch_length = epoch_length;
  tree.highest = tree.locked = std::make_shared<const Certificate>();
  tree.sets = {.committed = first, .previous = first, .update_height = {}, .decided = true};
  return tree;
}

bool is_correct(const Tree& tree, const Certificate& certificate, Signatures& signatures) {
  if (certificate.is_genesis()) return true;
  if (certificate.chain != tree.chain) return false;
  if (certificate.kind == Certificate::Kind::phase) {
    return is_pc_correct(tree, certificate, signatures);
  }
  if (!ends_epoch(tree, certificate.view)) return false;  // S06
  if (is_signed(certificate, *tree.sets.committed, signatures)) return true;
  return !tree.sets.decided && is_signed(certificate, *tree.sets.previous, signatures);
}

const char* fault_of_lock(const Tree& tree, const Certificate& pc) {
  if (pc.view > tree.locked->view) return nullptr;
  if (tree.locked->is_genesis()) return nullptr;  // everything extends the beginning
  const Certificate* at = &pc;
  for (int generation = 0; generation < 3 && !at->is_genesis(); ++generation) {
    if (at->block == tree.locked->block) return nullptr;
    const Stored* stored = tree.find(at->block);
    if (stored == nullptr) break;
    at = stored->block->justify.get();
  }
  return "3.5 clause 3 (lock)";
}

namespace {

const char* fault_of_place(const Tree& tree, const Certificate& pc) {
  if (pc.is_genesis()) return nullptr;
  if (pc.chain != tree.chain) return "3.5 clause 1 (chain)";
  const Stored* stored = tree.find(pc.block);
  if (stored == nullptr) return "3.5 clause 2 (block in the tree)";
  const bool is_ordinary = stored->status == UpdateStatus::none;
  return (pc.phase == Phase::generic) == is_ordinary ? nullptr : "3.5 clause 4 (phase)";
}

const char* fault_of_form(const Tree& tree, const Block& block) {
  const Certificate& justify = *block.justify;
  if (justify.phase != Phase::generic && justify.phase != Phase::decide) {
    return "3.5 safe_block (phase of the justify)";
  }
  if (const char* fault = fault_of_place(tree, justify)) return fault;
  const Height expected = justify.is_genesis() ? 0 : tree.find(justify.block)->block->height + 1;
  return block.height == expected ? nullptr : "3.5 safe_block (height) [S03]";
}

}  // namespace

bool is_done_with(const Tree& tree, const Hash& update) {
  const Stored* stored = tree.find(update);
  if (stored == nullptr || stored->status != UpdateStatus::committed) return false;
  const bool is_newest = stored->block->height == tree.sets.update_height;
  return tree.sets.decided || !is_newest;
}

const char* fault_of_pc(const Tree& tree, const Certificate& pc) {
  if (const char* fault = fault_of_place(tree, pc)) return fault;
  if (is_of_old_set(pc) && is_done_with(tree, pc.block))
    return "3.5 clause 5 (decided update) [S58]";
  return fault_of_lock(tree, pc);
}

const char* fault_of_block(const Tree& tree, const Block& block) {
  if (const char* fault = fault_of_form(tree, block)) return fault;
  if (is_done_with(tree, block.hash)) return "3.5 safe_block (a decided update) [S58]";
  if (!tree.locked->is_genesis() && block.hash == tree.locked->block) return nullptr;  // S08
  return fault_of_lock(tree, *block.justify);
}

const char* fault_of_nudge(const Tree& tree, const Certificate& justify, View view) {
  if (justify.phase == Phase::generic || justify.phase == Phase::decide) {
    return "3.5 safe_nudge (phase)";
  }
  if (justify.phase != Phase::commit && justify.view + 1 != view) {
    return "3.5 safe_nudge (view before)";
  }
  return fault_of_pc(tree, justify);
}

const char* fault_of_storing(const Tree& tree, const Block& block) {
  if (const char* fault = fault_of_form(tree, block)) return fault;
  if (!is_above_committed(tree, block.height)) return "3A.5 store (above the committed height)";
  if (tree.find(block.hash) != nullptr) return "3A.5 store (stored already) [S30]";
  const Stored* parent = tree.find(block.justify->block);
  if (parent != nullptr && parent->status == UpdateStatus::pending) {
    return "3A.5 store (the Decide PC is applied first) [S43]";
  }
  if (!block.updates) return nullptr;
  const Set next = tree.sets.committed->with(*block.updates);
  const bool has_idle = std::any_of(next.members().begin(), next.members().end(),
                                    [](const Member& member) { return member.power == 0; });
  const bool is_usable = !has_idle && next.total() > 0 && next.total() <= total_power_max;
  return is_usable ? nullptr : "3A.5 store (usable set) [S28]";
}

Effects effects_of(const Tree& tree, const CertificatePtr& pc) {
  Effects effects;
  if (pc->is_genesis()) return effects;
  effects.raises_highest = pc->view > tree.highest->view || overrules(*pc, *tree.highest);
  effects.lock = lock_of(tree, pc);
  effects.decides = pc->phase == Phase::decide;
  const std::optional<Hash> target = target_of(tree, *pc);
  const Stored* stored = target ? tree.find(*target) : nullptr;
  if (stored != nullptr && is_above_committed(tree, stored->block->height)) {
    list_commits(tree, pc, *target, effects);
  }
  return effects;
}

void apply(Tree& tree, const CertificatePtr& pc, const Effects& effects) {
  if (effects.raises_highest) tree.highest = pc;
  if (effects.lock) tree.locked = effects.lock;
  for (const Commit& commit : effects.commits) commit_one(tree, commit);
  const Stored* stored = tree.find(pc->block);
  if (effects.decides && stored != nullptr && tree.sets.update_height == stored->block->height) {
    tree.sets.decided = true;
  }
}

void insert(Tree& tree, const BlockPtr& block) {
  Stored stored{.block = block, .status = UpdateStatus::none, .children = {}};
  if (block->updates) stored.status = UpdateStatus::pending;
  if (!tree.blocks.emplace(block->hash, std::move(stored)).second) return;
  const auto parent = tree.blocks.find(block->justify->block);
  if (block->justify->is_genesis()) {
    tree.first_blocks.push_back(block->hash);
  } else if (parent != tree.blocks.end()) {
    parent->second.children.push_back(block->hash);
  }
}

Offer offer_of(const Certificate& highest, View view) {
  switch (highest.phase) {
    case Phase::generic:
    case Phase::decide:
      return Offer::new_block;
    case Phase::commit:
      return Offer::nudge;
    case Phase::prepare:
    case Phase::precommit:
      break;
  }
  return highest.view + 1 == view ? Offer::nudge : Offer::same_block;
}

InitialView initial_view(const Tree& tree) {
  const View timed_out = tree.highest_timeout ? tree.highest_timeout->view : 0;
  const View certified = std::max(tree.highest->view, timed_out);
  const View most = std::max(tree.entered, certified);
  if (most == 0) return {};
  if (tree.entered > 0 && ends_epoch(tree, tree.entered) && certified < tree.entered) {
    return {.view = tree.entered, .again = true};
  }
  return {.view = most + 1, .again = false};
}

}  // namespace hs::model
