#include "lib/blocksync/server.h"

#include "lib/base/mutate.h"

#include <algorithm>

namespace hs {
namespace {

// Uncommitted blocks from the committed one (excluded) to `tip`, ascending; none if the branch does
// not grow from the committed block, as that of a highest PC that is committed already.
std::vector<Hash> branch_to(const BlockTree& tree, const Hash& tip) {
  std::vector<Hash> branch;
  Hash block = tip;
  while (true) {
    const auto header = tree.header(block);
    if (!header) return {};
    const bool is_committed = tree.committed_height() && header->height <= *tree.committed_height();
    if (is_committed && !HS_MUTATE(S15)) break;
    branch.push_back(block);
    if (header->justify.is_genesis()) break;
    block = header->justify.block;
  }
  std::reverse(branch.begin(), branch.end());
  return branch;
}

// The newest descendants of `tip`, one a generation: of several children the last inserted.
void append_descendants(const BlockTree& tree, const Hash& tip, std::vector<Hash>& branch) {
  std::vector<Hash> children = tree.reader().children(tip);
  while (!children.empty()) {
    branch.push_back(children.back());
    children = tree.reader().children(children.back());
  }
}

class Response {
 public:
  Response(const SyncServerLimits& limits, std::uint32_t blocks_max)
      : limits_(limits), blocks_max_(blocks_max) {}

  // False if the block no longer fits.
  bool append(Block block) {
    if (blocks_.size() >= blocks_max_) return false;
    const std::size_t size = to_borsh(block).size();
    if (!blocks_.empty() && bytes_ + size > limits_.bytes_max) return false;
    bytes_ += size;
    blocks_.push_back(std::move(block));
    return true;
  }
  [[nodiscard]] std::vector<Block> take() && { return std::move(blocks_); }

 private:
  SyncServerLimits limits_;
  std::uint32_t blocks_max_;
  std::size_t bytes_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace

BlockSyncResponse answer(const BlockTree& tree, const BlockSyncRequest& request,
                         const SyncServerLimits& limits) {
  auto blocks_max = std::clamp<std::uint32_t>(request.limit, 1, limits.blocks_max);
  if (HS_MUTATE(S18)) blocks_max = std::max(request.limit, limits.blocks_max);
  Response response(limits, blocks_max);
  const std::optional<Height> committed = tree.committed_height();
  bool fits = true;
  for (Height height = request.start_height; fits && committed && height <= *committed;
       height = next(height)) {
    const std::optional<Hash> hash = tree.block_at(height);
    if (!hash) return {std::move(response).take(), tree.highest_pc()};
    std::optional<Block> block = tree.block(*hash);
    if (!block) return {std::move(response).take(), tree.highest_pc()};
    fits = response.append(std::move(*block));
    if (!fits) break;
    std::optional<PhaseCertificate> commit_pc = tree.commit_pc(*hash);
    if (commit_pc && !HS_MUTATE(S36)) {
      return {std::move(response).take(), std::move(*commit_pc)};
    }
  }
  if (fits && !tree.highest_pc().is_genesis()) {
    std::vector<Hash> branch = branch_to(tree, tree.highest_pc().block);
    append_descendants(tree, tree.highest_pc().block, branch);
    for (const Hash& hash : branch) {
      std::optional<Block> block = tree.block(hash);
      if (!block) break;
      if (block->height < request.start_height) continue;
      if (!response.append(std::move(*block))) break;
    }
  }
  return {std::move(response).take(), tree.highest_pc()};
}

}  // namespace hs
