// The last views of a run as a sequence diagram.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "lib/sim/story.h"

namespace hs::sim {

struct DiagramSettings {
  std::size_t nodes = 0;
  std::uint64_t views = 4;             // so many of the newest
  std::string title;                   // the line that has the run again
  std::optional<Violation> violation;  // how it ended
};

// A lane for each node, time from left to right (gaps of silence are cut short), an arrow for each
// message. Messages of nodes to themselves and advertisements are left out.
[[nodiscard]] std::string to_svg(const Story& story, const DiagramSettings& settings);
// The same for Mermaid, in order of arrival.
[[nodiscard]] std::string to_mermaid(const Story& story, const DiagramSettings& settings);

}  // namespace hs::sim
