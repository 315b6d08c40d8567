// Chain types as JSON, in the shapes that scripts rely on (man/hs-*.1). Pure functions of a store, live
// or offline; no HTTP here. Hashes and keys are lower-case hex, heights, views and powers numbers, null
// while there is none; "schema" comes first.
#pragma once
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "lib/blocktree/tree_reader.h"
#include "lib/rpc/service.h"
#include "lib/types/events.h"

namespace hs {

using Json = nlohmann::ordered_json;

// Times as RFC 3339 in UTC with milliseconds: "2026-01-31T12:00:00.123Z".
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point at);
// {"time","event":"CommitBlock",...}: one object per event, "schema" hs.event/v1.
[[nodiscard]] Json event_view(const Event& event, std::chrono::system_clock::time_point at);
// {"schema":"hs.error/v1","code","message","hint","details"}; `hint` and `details` only if not empty.
[[nodiscard]] Json error_view(const std::string& code, const std::string& message,
                              const std::string& hint = "", const Json& details = Json::object());

// hs.chain_status/v1 of a live node, or of a store at rest (`view` is then the highest view entered).
[[nodiscard]] Json status_view(const NodeSnapshot& node);
// hs.validators/v1 as the store has them now.
[[nodiscard]] Json validators_view(const ValidatorSetState& state, std::optional<Height> height,
                                   const std::map<PublicKey, std::string>& names);
[[nodiscard]] Json certificate_view(const PhaseCertificate& pc, const ValidatorSet& set);

}  // namespace hs
