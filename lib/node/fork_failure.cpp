#include "lib/node/fork_failure.h"

#include "lib/base/hex.h"

namespace hs {
namespace {

constexpr std::size_t hash_digits = 16;  // enough to find the block by

std::string certified(const PhaseCertificate& pc, const TreeReader& tree) {
  std::string text = "block " + to_hex(pc.block.view()).substr(0, hash_digits);
  if (const auto header = tree.header(pc.block)) {
    text += " at height " + std::to_string(header->height.value);
  }
  return text + " (" + std::string(name_of(pc.phase)) + ", view " + std::to_string(pc.view.value) +
         ")";
}

}  // namespace

std::string fork_sentence(const event::SafetyViolation& fork, const TreeReader& tree) {
  return "the chain has forked: " + fork.why + ": " + certified(fork.ours, tree) + " and " +
         certified(fork.theirs, tree);
}

NodeFailure fork_failure(const HomeLayout& home, const std::string& sentence) {
  const std::string root = home.root.string();
  return {NodeFailure::Kind::forked, sentence,
          "more than a third of the voting power has signed both, so this node votes and commits "
          "no more",
          "look at the proof: hs chain evidence --home " + root +
              "; agree with the other operators which branch counts; then drop the data and keep "
              "the voting record: hs node reset --data --home " +
              root};
}

}  // namespace hs
