#include "testnet/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "testnet/descriptor.h"

namespace hs {
namespace {

constexpr std::uint32_t port_max = 65535;
constexpr std::uint32_t base_port_step = 100;

std::uint32_t end_of_ports(std::uint32_t base_port, std::size_t validators) {
  return base_port + static_cast<std::uint32_t>(ports_per_node * validators);
}

}  // namespace

bool port_is_free(std::uint16_t port) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // As servers bind: connections of a net that has just ended do not hold its ports.
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  // Listening too: of two sockets that are bound with SO_REUSEADDR only one may listen.
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
         ::listen(socket.get(), 1) == 0;
}

std::optional<std::uint16_t> first_busy_port(const TestnetRecord& record) {
  for (const TestnetNode& node : record.nodes({})) {
    if (!port_is_free(node.p2p_port)) return node.p2p_port;
    if (!port_is_free(node.rpc_port)) return node.rpc_port;
  }
  return std::nullopt;
}

bool ports_fit(std::uint16_t base_port, std::size_t validators) {
  return end_of_ports(base_port, validators) <= port_max + 1;
}

Result<std::uint16_t> choose_base_port(std::size_t validators,
                                       const std::vector<TestnetRecord>& others) {
  for (std::uint32_t base = base_port_default; end_of_ports(base, validators) <= port_max;
       base += base_port_step) {
    const bool taken = std::any_of(others.begin(), others.end(), [&](const TestnetRecord& other) {
      return base < end_of_ports(other.base_port, other.numbers()) &&
             other.base_port < end_of_ports(base, validators);
    });
    TestnetRecord candidate;
    candidate.validators = validators;
    candidate.base_port = static_cast<std::uint16_t>(base);
    if (!taken && !first_busy_port(candidate)) return candidate.base_port;
  }
  return fail(Errc::not_found,
              "no block of free ports is left above " + std::to_string(base_port_default));
}

}  // namespace hs
