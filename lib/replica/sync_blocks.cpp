// Block sync, taking blocks in: replies wait for their turn, are certified as segments, and enter
// the tree in slices. No block is stored of which no certificate is known. [PROTOCOL 3A.8, S19,
// S52, S55]
#include <algorithm>

#include "lib/base/mutate.h"
#include "lib/blocksync/segment.h"
#include "lib/hotstuff/rules.h"
#include "lib/replica/state.h"

namespace hs {
namespace {

constexpr int blocks_per_slice = 8;

}  // namespace

// A slice of the first reply whose turn it is; true if there is more to do.
bool ReplicaState::settle_sync() {
  drop_misfits();
  for (std::size_t index = 0; index < jobs_.size(); ++index) {
    Taking taking = look_at(jobs_[index]);
    if (taking == Taking::waits) continue;
    for (int i = 0; taking == Taking::go && (i < blocks_per_slice || HS_MUTATE(S19)); ++i) {
      taking = take_block(jobs_[index]);
      if (taking == Taking::go) taking = look_at(jobs_[index]);
    }
    // What the last blocks have woken is settled in a step of its own.
    if (taking != Taking::go && taking != Taking::waits) finish_job(index, taking);
    return true;
  }
  continue_sync();
  return false;
}

// Can the next block of the reply be taken?
ReplicaState::Taking ReplicaState::look_at(SyncJob& job) {
  const std::optional<Height> committed = tree_.committed_height();
  while (!job.is_done() &&
         (tree_.contains(job.front().hash) || (committed && job.front().height <= *committed))) {
    ++job.position;
  }
  if (job.is_done()) return Taking::done;
  const PhaseCertificate& justify = job.front().justify;
  if (!justify.is_genesis() && !tree_.contains(justify.block)) {
    // An earlier range is on its way, or it hangs on a branch that we do not know.
    const bool is_early = job.front().height > sync_start();
    return is_early && (is_far_behind() || requests_.any_under_way()) ? Taking::waits
                                                                      : Taking::stop;
  }
  if (!job.pc_view_before) job.pc_view_before = tree_.highest_pc().view;
  if (job.position < job.certified_until) return Taking::go;
  return certify(job);
}

// The justify of the next block, whose parent is held: what it certifies is learnt first, as after
// an update it changes the set that judges the rest.
ReplicaState::Taking ReplicaState::learn_justify(SyncJob& job) {
  const PhaseCertificate& justify = job.front().justify;
  if (!justify.is_genesis()) {
    if (!fits_tree(tree_, justify, config_.chain_id)) return Taking::lie;
    const Verdict verdict = judged(justify, job.peer);
    if (verdict == Verdict::bad) return Taking::lie;
    // A server may lack the Commit PC. [S07]
    if (verdict == Verdict::wants_commit_pc) return Taking::stop;
    if (passes_lock(tree_, justify)) apply(justify);
  }
  job.trusted_until = job.position + 1;
  return Taking::go;
}

// Finds what vouches for the next blocks: one verified certificate makes the justifies below it
// good and shows that the blocks are certified. [S52]
ReplicaState::Taking ReplicaState::certify(SyncJob& job) {
  if (HS_MUTATE(M37)) job.certified_until = job.blocks.size();
  // One whose checks are used up for this second is not looked at, which proves no lie. [S13]
  if (!failed_checks_.allows(job.peer, now_)) return Taking::stop;
  if (job.position >= job.trusted_until) {
    const Taking learnt = learn_justify(job);
    if (learnt != Taking::go) return learnt;
  }
  const std::size_t end = job.position + segment_length(job.blocks, job.position);
  const std::size_t last = end - 1;
  const bool ends_reply = end == job.blocks.size();
  const Block& block_at_end = job.blocks[last];
  const auto vouch = [&](std::size_t certified, std::size_t trusted) {
    job.certified_until = certified;
    job.trusted_until = HS_MUTATE(S52) ? job.trusted_until : trusted;
    return Taking::go;
  };
  if (ends_reply && is_certified_elsewhere(job, block_at_end)) return vouch(end, end);
  if (last > job.position) {
    if (judged(job.blocks[last].justify, job.peer) == Verdict::good) {
      return vouch(ends_reply ? last : end, end);
    }
    // Someone spoilt the end: what can be verified below it is taken, and no more.
    const std::size_t child = job.position + 1;
    if (judged(job.blocks[child].justify, job.peer) != Verdict::good) return Taking::lie;
    return vouch(child, child + 1);
  }
  // The set that judges a Decide certificate is known once its block is stored.
  if (!ends_reply || is_said_decided(job, block_at_end)) return vouch(end, end);
  // The tip waits for its own certificate; the one in it is of use already.
  const PhaseCertificate& justify = job.front().justify;
  if (!job.is_accounted && safe_pc(tree_, justify, config_.chain_id)) apply(justify);
  account(job);
  return Taking::waits;
}

// Is there a certificate of the last block of a reply, in the reply, with us or in another one?
bool ReplicaState::is_certified_elsewhere(const SyncJob& job, const Block& block) {
  const PhaseCertificate& pc = job.highest_pc;
  if (pc.block == block.hash && pc.phase != Phase::decide &&
      judged(pc, job.peer) == Verdict::good) {
    return true;
  }
  if (retained_ && retained_->pc.block == block.hash) return true;
  for (const auto& [leader, parked] : parked_) {
    const auto* proposal = std::get_if<Proposal>(parked.message.get());
    const auto* nudge = std::get_if<Nudge>(parked.message.get());
    if (proposal != nullptr && proposal->block.justify.block == block.hash) return true;
    if (nudge != nullptr && nudge->justify.block == block.hash) return true;
  }
  for (const SyncJob& other : jobs_) {
    if (&other == &job || other.is_done()) continue;
    const PhaseCertificate& justify = other.front().justify;
    if (justify.block != block.hash) continue;
    if (justify.phase == Phase::decide) {
      if (HS_MUTATE(S52e)) return true;
      continue;
    }
    if (judged(justify, other.peer) == Verdict::good) return true;
  }
  return false;
}

// Does another reply begin with a Decide certificate of this block? Nobody can judge that before
// the block is stored, so it vouches for storing this one block and for nothing below it. [S52]
bool ReplicaState::is_said_decided(const SyncJob& job, const Block& block) const {
  return std::any_of(jobs_.begin(), jobs_.end(), [&](const SyncJob& other) {
    if (&other == &job || other.is_done()) return false;
    const Block& child = other.front();
    return child.justify.block == block.hash && child.justify.phase == Phase::decide &&
           child.height == next(block.height);
  });
}

// A last block that waits for its certificate is given up when another server's next block stands
// on a different one: both cannot be right, and neither is proven.
void ReplicaState::drop_misfits() {
  const auto contradicted = [&](const SyncJob& job) {
    if (!job.is_idle()) return false;
    return std::any_of(jobs_.begin(), jobs_.end(), [&](const SyncJob& other) {
      return !other.is_done() && other.front().height == next(job.blocks.back().height) &&
             other.front().justify.block != job.blocks.back().hash;
    });
  };
  std::erase_if(jobs_, contradicted);
}

ReplicaState::Taking ReplicaState::take_block(SyncJob& job) {
  const Block& block = job.front();
  const bool trusted = job.position < job.trusted_until;
  switch (store_block(block, job.peer, true, trusted)) {
    case Stored::refused:
      return Taking::lie;
    case Stored::waits_for_parent:
    case Stored::waits_for_commit_pc:
    case Stored::not_now:
      return Taking::stop;
    case Stored::stored:
      break;
  }
  const PhaseCertificate& justify = block.justify;
  // A failure of the lock clause is never blamed on the server. [S55]
  if (!justify.is_genesis() && passes_lock(tree_, justify)) apply(justify);
  sessions_.took_block(job.peer);
  job.took_blocks = true;
  ++job.position;
  return Taking::go;
}

// Once a reply, when its blocks are in or nothing more can be done with them.
void ReplicaState::account(SyncJob& job) {
  if (std::exchange(job.is_accounted, true)) return;
  const View before = job.pc_view_before.value_or(tree_.highest_pc().view);
  learn_pc(job.highest_pc, job.peer, PcSource::sync);
  // Uncertified siblings could be invented for ever; only certificates cannot. A reply that others
  // overtook is nobody's fault.
  const bool certified = tree_.highest_pc().view != before;
  const bool overtaken = !job.blocks.empty() && job.is_done() && !job.took_blocks;
  if (!overtaken) sessions_.replied(job.peer, !certified);
  if (!run_) return;
  // What was held already leads on only if others have moved the start meanwhile: a tip without a
  // certificate comes with every reply while the network stands still.
  const bool moved_on = overtaken && (sync_start() > job.asked_from || HS_MUTATE(S52d));
  if (certified || job.took_blocks || moved_on) {
    run_->wants_more = true;
    if (job.is_full) run_->prefer = job.peer;
  }
  if (sessions_.is_over(job.peer, now_)) {
    sessions_.rest(job.peer);
    end_session(job.peer);
  }
}

void ReplicaState::finish_job(std::size_t index, Taking how) {
  SyncJob job = std::move(jobs_[index]);
  jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(index));
  if (how == Taking::lie) {
    // It may have been committed or pruned meanwhile by what came from others; only then is it no
    // lie.
    const std::optional<Height> committed = tree_.committed_height();
    if (!committed || job.front().height > *committed) {
      return ban(job.peer, "a block of its response is invalid");
    }
  }
  account(job);
  if (run_ && !job.took_blocks && !HS_MUTATE(S52c)) look_elsewhere(job);
}

// A reply that brought nothing: the branch that we miss may part from ours anywhere above the
// committed block, and be lower than ours. We start from there, and walk up past what is held.
// [S52]
void ReplicaState::look_elsewhere(const SyncJob& job) {
  const bool all_held = job.is_done() && !job.blocks.empty();
  const bool misses_branch =
      retained_ || !parked_.empty() || !job.is_done() || !tree_.contains(job.highest_pc.block);
  if (!misses_branch || job.highest_pc.is_genesis()) return;
  if (all_held && job.is_full) {
    run_->start = next(job.blocks.back().height);
  } else if (job.asked_from > after_committed()) {
    run_->start = after_committed();
  }
  if (!run_->start || std::exchange(run_->tried_elsewhere, true)) return;
  ask({.prefer = job.peer, .at_once = true});
}

}  // namespace hs
