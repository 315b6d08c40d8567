// One hs.event/v1 object as a line for people.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace hs {

// "12:00:00.123 CommitBlock height 12 block 9f3c02aa view 15": hashes and keys by their first eight
// digits, everything printable.
[[nodiscard]] std::string event_line(const nlohmann::ordered_json& event);

}  // namespace hs
