#include "testnet/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "testnet/descriptor.h"
#include "tests/support/catch.h"

namespace hs {
namespace {

// A listening socket on a port that the system chose.
struct Listener {
  FileDescriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port = 0;
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
    REQUIRE(::listen(socket.get(), 1) == 0);
    socklen_t size = sizeof(address);
    REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port = ntohs(address.sin_port);
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
