// Events as lines of the log.
#pragma once
#include <string>

#include "lib/types/events.h"

namespace hs {

enum class Notable { no, yes, alarming };

// Updates of the set, view timeouts and ends of a sync are notable; misbehaviour and failures of
// the app are alarming; the rest, which comes with every view, is for debugging.
[[nodiscard]] Notable notable(const Event& event);
// "CommitBlock height 12 view 15 block 3fa0..."; nothing in it needs escaping.
[[nodiscard]] std::string to_text(const Event& event);

}  // namespace hs
