#include "lib/byzantine/memory.h"

#include <algorithm>

#include "lib/base/overloaded.h"

namespace hs::byzantine {
namespace {

constexpr std::size_t blocks_max = 32;
constexpr std::size_t certificates_max = 32;
constexpr std::size_t messages_max = 64;

template <class T>
void keep(std::deque<T>& kept, const T& item, std::size_t most) {
  if (kept.size() == most) kept.pop_front();
  kept.push_back(item);
}

}  // namespace

const Block* Memory::block(const Hash& hash) const {
  const auto found = std::find_if(blocks_.rbegin(), blocks_.rend(),
                                  [&](const Block& each) { return each.hash == hash; });
  return found == blocks_.rend() ? nullptr : &*found;
}

void Memory::learn(const Block& block) {
  learn(block.justify);
  if (this->block(block.hash) != nullptr) return;
  if (block.data.empty()) empty_data_hash_ = block.data_hash;
  keep(blocks_, block, blocks_max);
}

void Memory::learn(const PhaseCertificate& pc) {
  if (pc.is_genesis()) return;
  const auto is_same = [&](const PhaseCertificate& each) {
    return each.view == pc.view && each.block == pc.block;
  };
  if (std::any_of(pcs_.begin(), pcs_.end(), is_same)) return;
  keep(pcs_, pc, certificates_max);
}

void Memory::learn(const TimeoutCertificate& tc) {
  const auto is_same = [&](const TimeoutCertificate& each) { return each.view == tc.view; };
  if (std::any_of(tcs_.begin(), tcs_.end(), is_same)) return;
  keep(tcs_, tc, certificates_max);
}

void Memory::learn(const MessagePtr& message) {
  keep(messages_, message, messages_max);
  std::visit(
      Overloaded{
          [&](const Proposal& each) { learn(each.block); },
          [&](const Nudge& each) { learn(each.justify); },
          [](const PhaseVote&) {},
          [&](const NewView& each) { learn(each.highest_pc); },
          [&](const TimeoutVote& each) {
            if (each.highest_tc) learn(*each.highest_tc);
          },
          [&](const AdvanceView& each) {
            std::visit([&](const auto& certificate) { learn(certificate); },
                       each.progress_certificate);
          },
          [](const AdvertiseBlock&) {},
          [&](const AdvertisePC& each) { learn(each.highest_pc); },
          [](const BlockSyncRequest&) {},
          [&](const BlockSyncResponse& each) {
            for (const Block& block : each.blocks) learn(block);
            learn(each.highest_pc);
          },
      },
      *message);
}

}  // namespace hs::byzantine
