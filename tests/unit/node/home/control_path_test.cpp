#include "lib/node/home/control_path.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

}  // namespace

TEST_CASE("a short path of the control socket is used as it is", "[node]") {
  const test::TempDir folder;
  const HomeLayout home{folder / "n0"};
  std::filesystem::create_directories(home.run());
  const auto path = ControlPath::of(home);
  REQUIRE(path);
  CHECK(path->path() == home.control_socket().string());
}

TEST_CASE("a socket can be bound and reached in a home of any depth", "[node]") {
  const test::TempDir folder;
  const HomeLayout home{folder / std::string(100, 'd') / std::string(100, 'e')};
  std::filesystem::create_directories(home.run());
  const auto server_path = ControlPath::of(home);
  REQUIRE(server_path);
  const sockaddr_un address = address_of(server_path->path());
  const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(server, 1) == 0);
  CHECK(std::filesystem::is_socket(home.control_socket()));

  const auto client_path = ControlPath::of(home);
  REQUIRE(client_path);
  const sockaddr_un there = address_of(client_path->path());
  const int client = ::socket(AF_UNIX, SOCK_STREAM, 0);
  CHECK(::connect(client, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0);
  ::close(client);
  ::close(server);
}

TEST_CASE("a home without a run folder has no control socket", "[node]") {
  const test::TempDir folder;
  const auto path = ControlPath::of({folder / std::string(200, 'd')});
  REQUIRE_FALSE(path);
  CHECK(path.error().code == Errc::not_found);
}

}  // namespace hs
