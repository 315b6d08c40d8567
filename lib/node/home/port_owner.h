// Who holds a TCP port of this machine: for the message that says so.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace hs {

struct PortOwner {
  pid_t pid = 0;
  std::string command;  // its arguments, joined by blanks, control characters replaced
};

// The listener on `port` at any address, or where there is none whose connection comes from that
// port, from /proc. A node that hides its descriptors, as it does to protect its key, is found by
// its home's run/node.json. None if there is neither, or if it is a process that we may not look
// at: a port may also be held, for a minute, by a connection that has ended.
[[nodiscard]] std::optional<PortOwner> find_port_owner(std::uint16_t port);
// "pid 4711 (hs node run --home .../n1)", or what else may hold it.
[[nodiscard]] std::string to_text(const std::optional<PortOwner>& owner);

}  // namespace hs
