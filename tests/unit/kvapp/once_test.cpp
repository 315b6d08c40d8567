// "A transaction takes effect at most once" against a plain walk over ancestors, over random trees
// with forks, pending and committed blocks, restarts, and both ends of the window.
#include <algorithm>

#include "lib/base/rng.h"
#include "tests/support/catch.h"
#include "tests/unit/kvapp/model.h"

namespace hs {
namespace {

using test::make_transaction;
using test::Model;
using test::ModelBlockPtr;
using test::put;

// Is the transaction in one of the ancestors that a block after `parent` must not repeat?
bool walk_finds(const ModelBlockPtr& parent, const Bytes& encoded) {
  const Height height = Model::height_after(parent);
  for (ModelBlockPtr at = parent; at; at = at->parent) {
    if (height.value - at->block.height.value > kv::remembered_heights) return false;
    const auto transactions = kv::encoded_transactions(at->block.data);
    for (const BytesView bytes : *transactions) {
      if (std::equal(bytes.begin(), bytes.end(), encoded.begin(), encoded.end())) return true;
    }
  }
  return false;
}

class RandomTree {
 public:
  explicit RandomTree(std::uint64_t seed) : rng_(seed) {}

  // One more block on a random recent one, sometimes a commit, sometimes a restart of the app.
  void grow() {
    if (tips_.empty()) tips_.push_back(model_.head);
    const ModelBlockPtr parent = tips_[rng_.below(tips_.size())];
    check_candidate(parent);
    std::vector<Transaction> fresh;
    const std::uint64_t height = Model::height_after(parent).value;
    for (std::uint64_t i = rng_.below(3); i > 0; --i) {
      const std::uint64_t ahead = rng_.chance(1, 2) ? kv::remembered_heights : rng_.below(20);
      fresh.push_back(make_transaction(++sequence_, put("k", "v"), height + ahead));
      known_.push_back(fresh.back());
    }
    const ModelBlockPtr block = model_.insert(parent, fresh);
    tips_.push_back(block);
    if (rng_.chance(1, 3)) commit(block);
    if (rng_.chance(1, 50)) restart();
  }

  // Pushes the chain forward without transactions.
  void skip(std::uint64_t heights) {
    commit(model_.insert(model_.head, std::vector<Transaction>{}));
    for (std::uint64_t i = 1; i < heights; ++i) model_.grow({});
    tips_ = {model_.head};
  }

  std::uint64_t repeats = 0;  // candidates that had to be refused as repetitions
  std::uint64_t fine = 0;

 private:
  void check_candidate(const ModelBlockPtr& parent) {
    if (known_.empty()) return;
    const std::uint64_t recent = std::min<std::uint64_t>(known_.size(), 60);
    const std::uint64_t back = rng_.chance(1, 2) ? recent : known_.size();
    const Transaction& candidate = known_[known_.size() - 1 - rng_.below(back)];
    const std::uint64_t height = Model::height_after(parent).value;
    if (candidate.valid_until.value < height) return;
    if (candidate.valid_until.value > height + kv::remembered_heights) return;
    const bool repeated = walk_finds(parent, to_borsh(candidate));
    const Block block = Model::make(parent, {candidate});
    CHECK(model_.is_valid(parent, block) == !repeated);
    // An app that has indexed nothing and reads all of it from the view.
    KvApp unindexed({.chain_id = test::test_chain});
    const Validation verdict = model_.validate(unindexed, parent, block);
    CHECK(std::holds_alternative<ValidBlock>(verdict) == !repeated);
    ++(repeated ? repeats : fine);
  }

  void commit(const ModelBlockPtr& block) {
    model_.commit(block);
    // What is not on the committed branch is pruned.
    std::erase_if(tips_, [&](const ModelBlockPtr& tip) {
      ModelBlockPtr at = tip;
      while (at && at->block.height > block->block.height) at = at->parent;
      return at != block;
    });
    if (tips_.empty()) tips_.push_back(block);
  }

  void restart() {
    model_.app = KvApp({.chain_id = test::test_chain, .pool = {}, .index_salt = rng_.next()});
    REQUIRE(model_.app.load(model_.getter(), model_.scanner()).has_value());
  }

  Rng rng_;
  Model model_;
  std::vector<ModelBlockPtr> tips_;  // the committed head and the blocks above it
  std::vector<Transaction> known_;
  std::uint64_t sequence_ = 0;
};

}  // namespace

TEST_CASE("a repetition is refused exactly where an ancestor in the window has it", "[kvapp]") {
  std::uint64_t repeats = 0;
  std::uint64_t fine = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    RandomTree tree(seed);
    for (int i = 0; i < 150; ++i) tree.grow();
    tree.skip(kv::remembered_heights - 60);  // the first blocks are at the end of the window now
    for (int i = 0; i < 150; ++i) tree.grow();
    repeats += tree.repeats;
    fine += tree.fine;
  }
  CHECK(repeats > 100);
  CHECK(fine > 100);
}

}  // namespace hs
