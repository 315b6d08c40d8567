#include "lib/node/home/port_owner.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/catch.h"

namespace hs {
namespace {

// A socket on a free port of the loopback.
class BoundSocket {
 public:
  explicit BoundSocket(bool listening) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(descriptor_, generic, size) == 0);
    if (listening) REQUIRE(::listen(descriptor_, 1) == 0);
    REQUIRE(::getsockname(descriptor_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~BoundSocket() { ::close(descriptor_); }
  BoundSocket(const BoundSocket&) = delete;
  BoundSocket& operator=(const BoundSocket&) = delete;

  void connect(std::uint16_t port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    REQUIRE(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int descriptor_;
  std::uint16_t port_ = 0;
};

}  // namespace

TEST_CASE("whoever listens on a port is found with its command", "[node]") {
  const BoundSocket socket(/*listening=*/true);
  const auto owner = find_port_owner(socket.port());
  REQUIRE(owner);
  CHECK(owner->pid == ::getpid());
  CHECK(owner->command.find("test_node_home") != std::string::npos);
  CHECK(to_text(owner).find("pid " + std::to_string(::getpid()) + " (") == 0);
}

TEST_CASE("a port on which nobody listens has no owner", "[node]") {
  const BoundSocket socket(/*listening=*/false);
  CHECK_FALSE(find_port_owner(socket.port()));
  CHECK(to_text(std::nullopt) ==
        "another process, or by a connection that ended less than a minute ago");
}

TEST_CASE("whose connection comes from a port is found where nobody listens", "[node]") {
  const BoundSocket server(/*listening=*/true);
  const BoundSocket client(/*listening=*/false);
  client.connect(server.port());
  const auto owner = find_port_owner(client.port());
  REQUIRE(owner);
  CHECK(owner->pid == ::getpid());
}

}  // namespace hs
