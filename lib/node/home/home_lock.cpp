#include "lib/node/home/home_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace hs {

Result<HomeLock> HomeLock::take(const HomeLayout& home, Mode mode) {
  const std::string path = home.lock().string();
  const int access = mode == Mode::exclusive ? O_RDWR : O_RDONLY;
  // A home that never ran has no such file yet, and its readers need it as its node does.
  const int descriptor = ::open(path.c_str(), O_CLOEXEC | O_NOFOLLOW | O_CREAT | access, 0600);
  if (descriptor < 0) {
    const Errc code = errno == ENOENT ? Errc::not_found : Errc::io;
    return fail(code, "cannot open " + path + ": " + std::generic_category().message(errno));
  }
  HomeLock lock(descriptor);
  if (::flock(descriptor, (mode == Mode::exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(Errc::exists, home.root.string() + " is in use");
    return fail(Errc::io, "cannot lock " + path + ": " + std::generic_category().message(errno));
  }
  return lock;
}

HomeLock::HomeLock(HomeLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

HomeLock& HomeLock::operator=(HomeLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

HomeLock::~HomeLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace hs
