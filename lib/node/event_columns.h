// Events as the comma-separated log lines of hotstuff_rs, for tools that read those: name, seconds
// since the Unix epoch, fields; hashes and keys by the first seven characters of their base64.
// [hs-events(1)]
#pragma once
#include <chrono>
#include <string>

#include "lib/types/events.h"

namespace hs {

// "ReceiveProposal, 1701329264, q83vEjR, 3q2+7wA, 12"
[[nodiscard]] std::string to_columns(const Event& event, std::chrono::system_clock::time_point at);

}  // namespace hs
