#include "lib/sim/model_oracle.h"

#include <algorithm>

#include "lib/base/hex.h"
#include "lib/base/overloaded.h"
#include "lib/blocktree/key_table.h"

namespace hs::sim {
namespace {

template <class Number>
std::optional<std::uint64_t> number(const std::optional<Number>& strong) {
  return strong ? std::optional(strong->value) : std::nullopt;
}

model::Phase to_model(Phase phase) { return static_cast<model::Phase>(phase); }

}  // namespace

ModelOracle::ModelOracle(const Plan& plan, const Cast& cast, const AppKit& app, Judge& judge)
    : plan_(plan), cast_(cast), judge_(judge), book_(cast, app) {
  for (NodeIndex node = 0; node < cast.size(); ++node) {
    nodes_.push_back(std::make_unique<Watched>());
    nodes_.back()->replica = without_past(node);
  }
}

std::unique_ptr<model::ReplicaModel> ModelOracle::without_past(NodeIndex node) {
  return std::make_unique<model::ReplicaModel>(
      sim::to_model(cast_.key(node)),
      model::tree_at_genesis(plan_.config.chain_id.value, plan_.config.epoch_length,
                             sim::to_model(cast_.validators())),
      book_);
}

bool ModelOracle::has_happened(const Unsure& step, const model::Holdings& found,
                               const KvReader& disk) {
  const model::Holdings& left = step.holdings;
  const bool is_equal =
      left.entered == found.entered && left.voted == found.voted && left.highest == found.highest &&
      left.locked == found.locked && left.highest_timeout == found.highest_timeout &&
      left.committed == found.committed && left.sets.decided == found.sets.decided;
  return is_equal &&
         std::all_of(step.facts.begin(), step.facts.end(), [&](const model::Fact& fact) {
           const auto* inserted = std::get_if<model::Inserted>(&fact);
           if (inserted == nullptr) return true;
           Hash hash;
           hash.bytes = inserted->block->hash.bytes;
           return disk.contains(key::block_height(hash));
         });
}

void ModelOracle::report(NodeIndex node, const std::optional<model::Mismatch>& mismatch) {
  if (!mismatch) return;
  std::string what = mismatch->what + ", against " + mismatch->rule + "; in view " +
                     std::to_string(mismatch->view);
  if (mismatch->block != model::Hash{}) {
    what += ", block " + to_hex(mismatch->block.bytes).substr(0, 8);
  }
  judge_.violate("model", node, std::move(what));
}

void ModelOracle::hold_sets(Watched& watched, const ValidatorSetState& sets) {
  model::Sets& held = watched.holdings.sets;
  if (watched.committed != sets.committed) {
    watched.committed = sets.committed;
    held.committed = sim::to_model(*sets.committed);
  }
  if (watched.previous != sets.previous) {
    watched.previous = sets.previous;
    held.previous = sim::to_model(*sets.previous);
  }
  held.update_height = number(sets.update_height);
  held.decided = sets.update_decided;
}

void ModelOracle::on_start(NodeIndex node, const StoredFacts& facts, const ValidatorSetState& sets,
                           const KvReader& disk, const std::optional<SafetyRecord>& record) {
  Watched& watched = *nodes_[node];
  hold_sets(watched, sets);
  model::Holdings& held = watched.holdings;
  held.entered = facts.entered.value_or(View{}).value;
  held.voted = number(facts.voted);
  held.highest = facts.highest_pc.value_or(View{}).value;
  held.locked = facts.locked.value_or(View{}).value;
  held.highest_timeout = number(facts.highest_tc);
  held.committed = number(facts.committed);
  if (const auto unsure = std::exchange(watched.unsure, std::nullopt)) {
    if (has_happened(*unsure, held, disk)) {
      report(node, watched.replica->step(unsure->facts, unsure->holdings));
    }
  }
  // Data that were wiped, as its operator was told to; that nothing else loses them is L3's.
  if (held.entered == 0 && watched.replica->tree().entered > 0) {
    watched.replica = without_past(node);
  }
  std::optional<model::Promises> promises;
  if (record) {
    promises = {.voted = number(record->voted_view),
                .locked = record->locked_view.value,
                .locked_block = sim::to_model(record->locked_block)};
  }
  report(node, watched.replica->start(held, promises));
}

void ModelOracle::on_step(NodeIndex node, const Input& input, const Output& output,
                          const ValidatorSetState& sets, const ReplicaStatus& status,
                          bool is_certain) {
  Watched& watched = *nodes_[node];
  facts_.clear();
  if (const auto* from = std::get_if<FromPeer>(&input)) hear(*from);
  for (const Event& event : output.events) tell(event, output);
  hold_sets(watched, sets);
  model::Holdings& held = watched.holdings;
  held.entered = status.view.value;
  held.voted = number(status.voted_view);
  held.highest = status.highest_pc_view.value;
  held.locked = status.locked_view.value;
  held.highest_timeout = number(status.highest_tc_view);
  held.committed = number(status.committed_height);
  if (!is_certain) {
    watched.unsure = Unsure{.facts = facts_, .holdings = held};
    return;
  }
  report(node, watched.replica->step(facts_, held));
}

// ---- what a message brings ----

void ModelOracle::hear(const PublicKey& origin, model::Source source,
                       const model::CertificatePtr& heard) {
  facts_.emplace_back(model::HeardCertificate{source, sim::to_model(origin), heard});
}

void ModelOracle::hear(const FromPeer& from) {
  const PublicKey& origin = from.origin;
  const model::Key key = sim::to_model(origin);
  const auto sender = cast_.node_of(origin);
  const bool is_faithful = sender && !plan_.is_faulty(*sender);
  std::visit(
      Overloaded{
          [&](const Proposal& proposal) {
            const Block& block = proposal.block;
            facts_.emplace_back(
                model::HeardOffer{key, proposal.view.value, sim::to_model(block.hash),
                                  book_.certificate(block.justify), false, is_faithful,
                                  is_faithful ? book_.block(block) : nullptr});
          },
          [&](const Nudge& nudge) {
            facts_.emplace_back(
                model::HeardOffer{key, nudge.view.value, sim::to_model(nudge.justify.block),
                                  book_.certificate(nudge.justify), true, is_faithful, nullptr});
          },
          [&](const PhaseVote& vote) {
            facts_.emplace_back(model::HeardVote{key, vote.view.value, sim::to_model(vote.block),
                                                 to_model(vote.phase)});
          },
          [&](const NewView& new_view) {
            hear(origin, model::Source::other, book_.certificate(new_view.highest_pc));
          },
          [&](const TimeoutVote& vote) {
            facts_.emplace_back(model::HeardTimeoutVote{key, vote.view.value});
            if (vote.highest_tc) {
              hear(origin, model::Source::timeout, book_.certificate(*vote.highest_tc));
            }
          },
          [&](const AdvanceView& advance) {
            hear(origin, model::Source::advance, book_.certificate(advance.progress_certificate));
          },
          [&](const AdvertisePC& advertise) {
            hear(origin, model::Source::advertised, book_.certificate(advertise.highest_pc));
          },
          [&](const BlockSyncResponse& response) {
            for (const Block& block : response.blocks) {
              hear(origin, model::Source::other, book_.certificate(block.justify));
            }
            hear(origin, model::Source::other, book_.certificate(response.highest_pc));
          },
          [](const AdvertiseBlock&) {},
          [](const BlockSyncRequest&) {},
      },
      *from.message);
}

// ---- what a replica tells ----

void ModelOracle::tell_proposal(const event::Propose& proposed, const Output& output) {
  model::Offered offered{.view = proposed.view.value,
                         .block = sim::to_model(proposed.block),
                         .height = proposed.height.value,
                         .justify = book_.certificate(genesis_pc()),
                         .is_nudge = false};
  for (const Send& send : output.sends) {
    const auto* proposal = std::get_if<Proposal>(send.message.get());
    if (proposal != nullptr && proposal->block.hash == proposed.block) {
      offered.justify = book_.certificate(proposal->block.justify);
    }
  }
  facts_.emplace_back(std::move(offered));
}

void ModelOracle::tell(const Event& event, const Output& output) {
  std::visit(
      Overloaded{
          [&](const event::InsertBlock& e) {
            facts_.emplace_back(model::Inserted{book_.block(*e.block)});
          },
          [&](const event::CommitBlock& e) {
            facts_.emplace_back(
                model::Committed{sim::to_model(e.block), e.height.value, e.view.value});
          },
          [&](const event::UpdateValidatorSet& e) {
            facts_.emplace_back(model::ToldUpdate{sim::to_model(e.cause_block)});
          },
          [&](const event::UpdateHighestPC& e) {
            facts_.emplace_back(model::RaisedHighest{book_.certificate(e.highest_pc)});
          },
          [&](const event::UpdateLockedPC& e) {
            facts_.emplace_back(model::MovedLock{book_.certificate(e.locked_pc)});
          },
          [&](const event::UpdateHighestTC& e) {
            facts_.emplace_back(model::RaisedHighestTimeout{book_.certificate(e.highest_tc)});
          },
          [&](const event::Propose& e) { tell_proposal(e, output); },
          [&](const event::Nudge& e) {
            facts_.emplace_back(model::Offered{e.view.value, sim::to_model(e.justify.block), 0,
                                               book_.certificate(e.justify), true});
          },
          [&](const event::PhaseVote& e) {
            facts_.emplace_back(model::Voted{e.vote.view.value, sim::to_model(e.vote.block),
                                             to_model(e.vote.phase), sim::to_model(e.recipient)});
          },
          [&](const event::TimeoutVote& e) {
            facts_.emplace_back(model::SentTimeoutVote{e.view.value});
          },
          [&](const event::AdvanceView& e) {
            facts_.emplace_back(model::Advanced{book_.certificate(e.certificate)});
          },
          [&](const event::ReceiveProposal& e) {
            facts_.emplace_back(model::TookOffer{sim::to_model(e.origin), e.view.value,
                                                 sim::to_model(e.block), nullptr});
          },
          [&](const event::ReceiveNudge& e) {
            facts_.emplace_back(model::TookOffer{sim::to_model(e.origin), e.view.value,
                                                 sim::to_model(e.justify.block),
                                                 book_.certificate(e.justify)});
          },
          [&](const event::StartView& e) {
            facts_.emplace_back(model::Entered{e.view.value, sim::to_model(e.leader)});
          },
          [&](const event::ViewTimeout& e) { facts_.emplace_back(model::TimedOut{e.view.value}); },
          [&](const event::CollectPC& e) {
            facts_.emplace_back(model::Collected{book_.certificate(e.pc)});
          },
          [&](const event::CollectTC& e) {
            facts_.emplace_back(model::Collected{book_.certificate(e.tc)});
          },
          [&](const event::InvalidMessage& e) {
            facts_.emplace_back(model::Refused{sim::to_model(e.origin)});
          },
          [&](const event::BanPeer& e) {
            facts_.emplace_back(model::Refused{sim::to_model(e.peer)});
          },
          [&](const event::SafetyViolation&) { facts_.emplace_back(model::Halted{}); },
          [](const auto&) {},  // of what others sent, of sync and of trouble: no rule of the model
      },
      event);
}

}  // namespace hs::sim
