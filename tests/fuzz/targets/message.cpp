// Whatever comes in a frame of channel message.
#include "lib/types/messages.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(message) {
  // An empty slot of a signature set is one byte here and 65 in memory; a reply of block sync has
  // up to 257 sets of validators_max slots, and no other message more than one. [S21]
  constexpr std::size_t sets_bytes_max = 257 * 1024 * sizeof(SignatureSet::value_type);
  const std::size_t slots =
      std::min(2 * sizeof(SignatureSet::value_type) * input.size(), sets_bytes_max);
  const auto value = fuzz::round_trip<Message>(input, fuzz::allocation_max(input.size()) + slots);
  if (!value) return;
  HS_CHECK(!name_of(*value).empty());
  // What the buffers account for is not less than what is there. [S21]
  HS_CHECK(memory_bytes(*value) >= sizeof(Message));
  if (const auto view = view_of(*value)) HS_CHECK(view->value <= std::uint64_t{1} << 63);
  (void)chain_id_of(*value);
}

}  // namespace hs
