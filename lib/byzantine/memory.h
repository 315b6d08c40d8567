// What a misbehaving replica keeps of what it has seen, to use it against others. Bounded: the
// oldest goes.
#pragma once
#include <deque>
#include <optional>

#include "lib/types/messages.h"

namespace hs::byzantine {

class Memory {
 public:
  // Takes in a message that came or was sent.
  void learn(const MessagePtr& message);

  // Newest last; the same block or certificate is there once.
  [[nodiscard]] const std::deque<Block>& blocks() const { return blocks_; }
  [[nodiscard]] const std::deque<PhaseCertificate>& pcs() const { return pcs_; }
  [[nodiscard]] const std::deque<TimeoutCertificate>& tcs() const { return tcs_; }
  [[nodiscard]] const std::deque<MessagePtr>& messages() const { return messages_; }
  [[nodiscard]] const Block* block(const Hash& hash) const;
  // The data hash of a block without data, as the app computes it; none seen yet: none.
  [[nodiscard]] const std::optional<Hash>& empty_data_hash() const { return empty_data_hash_; }

 private:
  void learn(const Block& block);
  void learn(const PhaseCertificate& pc);
  void learn(const TimeoutCertificate& tc);

  std::deque<Block> blocks_;
  std::deque<PhaseCertificate> pcs_;
  std::deque<TimeoutCertificate> tcs_;
  std::deque<MessagePtr> messages_;
  std::optional<Hash> empty_data_hash_;
};

}  // namespace hs::byzantine
