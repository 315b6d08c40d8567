#include "testnet/start_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <system_error>

namespace hs {

Result<StartLock> StartLock::take(const std::filesystem::path& testnets, const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::create_directories(testnets, error)) {
    fs::permissions(testnets, fs::perms::owner_all, error);
  }
  if (error) return fail(Errc::io, "cannot make " + testnets.string() + ": " + error.message());
  // The file stays: removing it would let two processes lock two files of one name.
  const std::string path = testnets / ("." + name + ".lock");
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail(Errc::io, "cannot open " + path + ": " + std::generic_category().message(errno));
  }
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(Errc::exists, "another process is starting " + name);
    return fail(Errc::io, "cannot lock " + path + ": " + std::generic_category().message(errno));
  }
  return StartLock(std::move(file));
}

}  // namespace hs
