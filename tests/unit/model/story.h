// A replica of four equal ones and a chain of blocks, told as a trace: view after view, with one
// certificate a view, as an honest replica would tell it; tests then bend one of the steps.
#pragma once
#include "lib/model/replica_model.h"
#include "tests/support/catch.h"

namespace hs::model {

inline Key key_number(std::uint8_t number) {
  Key key;
  key.bytes[0] = number;
  return key;
}
inline Hash hash_number(std::uint64_t number) {
  Hash hash;
  hash.bytes[0] = static_cast<std::uint8_t>(number);
  hash.bytes[31] = 1;
  return hash;
}

class OneVerdict : public Signatures {
 public:
  [[nodiscard]] bool all_verify(const Certificate&, const Set& set) override {
    return are_good && (only_of == nullptr || set == *only_of);
  }

  bool are_good = true;
  SetPtr only_of;  // null: whatever the set
};

constexpr std::uint64_t chain = 7;
constexpr std::uint64_t epoch_length = 10;

inline SetPtr four() {
  std::vector<Member> members;
  for (std::uint8_t i = 0; i < 4; ++i) members.push_back({.key = key_number(i), .power = 1});
  return std::make_shared<const Set>(std::move(members));
}

inline CertificatePtr pc(View view, const Hash& block, Phase phase = Phase::generic,
                         std::vector<bool> slots = {true, true, true, false}) {
  Certificate made;
  made.kind = Certificate::Kind::phase;
  made.chain = chain;
  made.view = view;
  made.block = block;
  made.phase = phase;
  made.slots = std::move(slots);
  return std::make_shared<const Certificate>(std::move(made));
}
inline CertificatePtr tc(View view, std::vector<bool> slots = {true, true, true, false}) {
  Certificate made = *pc(view, {}, Phase::generic, std::move(slots));
  made.kind = Certificate::Kind::timeout;
  return std::make_shared<const Certificate>(std::move(made));
}
inline BlockPtr block(std::uint64_t number, Height height, const CertificatePtr& justify,
                      std::optional<Updates> updates = {}) {
  return std::make_shared<const Block>(
      Block{hash_number(number), height, justify, std::move(updates)});
}

// Key 3, which leads views 3, 7, ...; in view 0 at first.
struct Story {
  OneVerdict signatures;
  SetPtr set = four();
  ReplicaModel replica{key_number(3), tree_at_genesis(chain, epoch_length, set), signatures};
  Holdings held;
  std::vector<BlockPtr> blocks;  // by view; none of view 0

  Story() {
    held.sets = {.committed = set, .previous = set, .update_height = {}, .decided = true};
    REQUIRE_FALSE(replica.start(held));
    blocks.push_back(block(0, 0, std::make_shared<const Certificate>()));  // a place holder
  }

  std::optional<Mismatch> step(const std::vector<Fact>& facts) { return replica.step(facts, held); }
  [[nodiscard]] Key leader(View view) const { return set->leader(view); }

  void leave_view_0() {
    held.entered = 1;
    held.highest_timeout = 0;
    REQUIRE_FALSE(step({HeardCertificate{Source::advance, key_number(1), tc(0)},
                        RaisedHighestTimeout{tc(0)}, Advanced{tc(0)}, Entered{1, leader(1)}}));
  }
  // What a leader of the next view shows, with the justify of the view before.
  [[nodiscard]] HeardOffer proposal(const BlockPtr& of, View view) const {
    return {leader(view), view, of->hash, of->justify, false, false, nullptr};
  }
  // All that follows from the proposal of the next view; the replica votes.
  [[nodiscard]] std::vector<Fact> facts_of(const BlockPtr& next, View view) {
    std::vector<Fact> facts{proposal(next, view)};
    if (!next->justify->is_genesis()) {
      facts.emplace_back(RaisedHighest{next->justify});
      held.highest = next->justify->view;
      if (view >= 3) {
        facts.emplace_back(MovedLock{blocks[view - 1]->justify});
        held.locked = view - 2;
      }
      if (view >= 4) {
        facts.emplace_back(Committed{blocks[view - 3]->hash, view - 4, view - 3});
        held.committed = view - 4;
      }
      facts.emplace_back(Entered{view, leader(view)});
      held.entered = view;
    }
    facts.emplace_back(TookOffer{leader(view), view, next->hash, nullptr});
    facts.emplace_back(Inserted{next});
    facts.emplace_back(Voted{view, next->hash, Phase::generic, leader(view + 1)});
    held.voted = view;
    return facts;
  }
  [[nodiscard]] BlockPtr next_block(std::optional<Updates> updates = {}) {
    const View view = blocks.size();
    const CertificatePtr justify =
        view == 1 ? std::make_shared<const Certificate>() : pc(view - 1, blocks.back()->hash);
    return block(view, view - 1, justify, std::move(updates));
  }
  // Views 1 to `last`, each with a block and a vote.
  void run_to(View last) {
    if (blocks.size() == 1) leave_view_0();
    while (blocks.size() <= last) {
      const BlockPtr next = next_block();
      const auto mismatch = step(facts_of(next, blocks.size()));
      INFO((mismatch ? mismatch->rule + ": " + mismatch->what : std::string()));
      REQUIRE_FALSE(mismatch);
      blocks.push_back(next);
    }
  }
};

// Names the rule, as far as it is given.
inline bool is_against(const std::optional<Mismatch>& mismatch, const std::string& rule) {
  UNSCOPED_INFO((mismatch ? mismatch->rule + ": " + mismatch->what : std::string("no mismatch")));
  return mismatch && mismatch->rule.starts_with(rule);
}

}  // namespace hs::model
