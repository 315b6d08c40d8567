// events.jsonl: what happened to a testnet's processes, one object a line, appended and never
// rewritten.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "testnet/layout.h"

namespace hs {

// Appends {"schema":"hs.testnet_event/v1","time":...,"event":...} and the fields of `more`. A log
// that cannot be written must not keep anybody from stopping a net: failures are passed over.
void log_event(const TestnetLayout& layout, const std::string& event,
               const nlohmann::ordered_json& more);

}  // namespace hs
