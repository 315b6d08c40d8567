// Events as JSON lines: {"schema":"hs.event/v1","time","event","view","height","block",...}. The
// names of events are those of lib/types/events.h; hashes and keys are hex, views and heights
// numbers.
#pragma once
#include <chrono>

#include "lib/rpc/encoding.h"
#include "lib/types/events.h"

namespace hs {

// `at` is when the driver was told, on its wall clock.
[[nodiscard]] Json event_view(const Event& event, std::chrono::system_clock::time_point at);

// Is this the name of a type of event ("CommitBlock")?
[[nodiscard]] bool is_event_name(std::string_view name);

// {"phase","view","block","signer_bits"}: slot i of the set signed where character i is '1'.
[[nodiscard]] Json certificate_bits_view(const PhaseCertificate& pc);
[[nodiscard]] std::string signer_bits(const SignatureSet& signatures);

// {"view","block","phase","signature"}
[[nodiscard]] Json vote_view(const PhaseVote& vote);

}  // namespace hs
