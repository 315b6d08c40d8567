#include "keys/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "keys/descriptor.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

std::string octal_mode(mode_t mode) {
  std::string digits;
  for (int shift = 6; shift >= 0; shift -= 3) {
    digits += static_cast<char>('0' + (mode >> shift & 7));
  }
  return "0" + digits;
}

Status check_private(const fs::path& path, const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return fail(Errc::denied, path.string() + " is not a regular file");
  if (status.st_uid != ::geteuid()) {
    return fail(Errc::denied, path.string() + " belongs to user " + std::to_string(status.st_uid) +
                                  ", not to user " + std::to_string(::geteuid()) +
                                  " who opens it: chown " + std::to_string(::geteuid()) + " " +
                                  path.string());
  }
  if ((status.st_mode & 077) != 0) {
    return fail(Errc::denied, path.string() + " can be used by others (mode " +
                                  octal_mode(status.st_mode & 0777) + "): chmod 600 " +
                                  path.string());
  }
  return {};
}

}  // namespace

Result<std::string> read_private_file(const fs::path& path) {
  // O_NONBLOCK: a pipe in place of the file must not keep us waiting.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.open()) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return fail(Errc::not_found, path.string() + " does not exist");
    }
    if (errno == ELOOP) {
      return fail(Errc::denied, path.string() + " is a symbolic link; name the file itself");
    }
    if (errno == EACCES)
      return fail(Errc::denied, path.string() + " may not be opened by this user");
    return system_error(path, "cannot be opened");
  }
  // Asked of the open file, so that nobody can swap it between the question and the reading.
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return system_error(path, "cannot be examined");
  HS_TRY_STATUS(check_private(path, status));
  std::string content(private_file_bytes_max + 1, '\0');
  std::size_t length = 0;
  while (length < content.size()) {
    const ssize_t count = ::read(file.number(), content.data() + length, content.size() - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(path, "cannot be read");
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
  }
  if (length > private_file_bytes_max) {
    return fail(Errc::too_long, path.string() + " is larger than " +
                                    std::to_string(private_file_bytes_max) + " bytes");
  }
  content.resize(length);
  return content;
}

}  // namespace hs
