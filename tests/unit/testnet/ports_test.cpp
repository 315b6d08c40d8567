#include "testnet/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "testnet/descriptor.h"
#include "tests/support/catch.h"

namespace hs {
namespace {

FileDescriptor tcp_socket() {
  return FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

bool bind_to(const FileDescriptor& socket, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
}

// A listening socket, and nobody on the port below it. Not on a port of the system's choice: those
// are handed out to connections of other processes all the time, the neighbour of ours as well as
// ours once it is closed.
struct Listener {
  static constexpr std::uint16_t first = 28'001, last = 29'400;  // below what the system chooses
  FileDescriptor socket = tcp_socket();
  std::uint16_t port = first;
  Listener() {
    while (!bind_to(tcp_socket(), static_cast<std::uint16_t>(port - 1)) || !bind_to(socket, port)) {
      REQUIRE(++port <= last);
    }
    REQUIRE(::listen(socket.get(), 1) == 0);
  }
};

TEST_CASE("a port that somebody listens on is busy until he stops", "[testnet]") {
  Listener listener;
  CHECK_FALSE(port_is_free(listener.port));
  TestnetRecord record;
  record.validators = 1;
  record.base_port = static_cast<std::uint16_t>(listener.port - 1);  // the port of n0's RPC
  CHECK(first_busy_port(record) == listener.port);
  listener.socket.close();
  CHECK(port_is_free(listener.port));
}

TEST_CASE("a new net keeps away from the ports of others, also of those that do not run",
          "[testnet]") {
  TestnetRecord stopped;
  stopped.base_port = base_port_default;
  stopped.validators = 11;  // a hundred and ten ports
  const auto base = choose_base_port(4, {stopped});
  REQUIRE(base.has_value());
  CHECK(*base >= base_port_default + 200);
  CHECK(*base % 100 == 0);
}

TEST_CASE("ports end where ports end", "[testnet]") {
  CHECK(ports_fit(65526, 1));
  CHECK_FALSE(ports_fit(65527, 1));
  CHECK_FALSE(ports_fit(64600, 100));
  TestnetRecord all;
  all.base_port = 1;
  all.validators = 6553;
  CHECK(choose_base_port(1, {all}).error().code == Errc::not_found);
}

}  // namespace
}  // namespace hs
