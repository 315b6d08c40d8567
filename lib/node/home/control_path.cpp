#include "lib/node/home/control_path.h"

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace hs {

Result<ControlPath> ControlPath::of(const HomeLayout& home) {
  const std::string path = home.control_socket().string();
  if (path.size() < sizeof(sockaddr_un::sun_path)) return ControlPath(path, -1);
  const int folder = ::open(home.run().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    return fail(
        errno == ENOENT ? Errc::not_found : Errc::io,
        "cannot open " + home.run().string() + ": " + std::generic_category().message(errno));
  }
  return ControlPath(
      "/proc/self/fd/" + std::to_string(folder) + "/" + home.control_socket().filename().string(),
      folder);
}

ControlPath::ControlPath(ControlPath&& other) noexcept
    : path_(std::move(other.path_)), folder_(std::exchange(other.folder_, -1)) {}

ControlPath& ControlPath::operator=(ControlPath&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(folder_, other.folder_);
  return *this;
}

ControlPath::~ControlPath() {
  if (folder_ >= 0) ::close(folder_);
}

}  // namespace hs
