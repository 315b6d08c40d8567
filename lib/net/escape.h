// Text from a peer, made safe for a line of a log or a terminal.
#pragma once
#include <string>
#include <string_view>

namespace hs {

// Printable ASCII stays, a backslash is doubled, everything else becomes \xNN; cut after
// `bytes_max` bytes of the input, which "..." then shows.
[[nodiscard]] std::string escape_peer_text(std::string_view text, std::size_t bytes_max);

}  // namespace hs
