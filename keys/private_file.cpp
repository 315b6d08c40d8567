#include "keys/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hs {
namespace {

namespace fs = std::filesystem;

// Closes what it holds.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] bool open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<Error> system_error(const fs::path& path, const std::string& what) {
  const int reason = errno;
  return fail(Errc::io, path.string() + ": " + what + ": " + std::strerror(reason));
}

fs::path folder_of(const fs::path& path) {
  const fs::path folder = path.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

// Missing parts of the path are made private one by one; what exists is left as it is.
Status make_private_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  const bool parent_missing = errno == ENOENT && folder.has_parent_path() &&
                              folder.parent_path() != folder;
  if (!parent_missing) return system_error(folder, "cannot make the folder");
  HS_TRY_STATUS(make_private_folder(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_error(folder, "cannot make the folder");
  }
  return {};
}

Status sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.open()) return system_error(folder, "cannot be opened");
  if (::fsync(descriptor.number()) != 0) return system_error(folder, "cannot be synced");
  return {};
}

Status write_all(const Descriptor& file, const fs::path& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file.number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(path, "cannot be written");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.number()) != 0) return system_error(path, "cannot be synced");
  return {};
}

// Creates `path`, which must not exist, and leaves nothing behind where that fails.
Status create_file(const fs::path& path, std::string_view content) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                               0600));
  if (!file.open()) {
    if (errno == EEXIST) return fail(Errc::exists, path.string() + " exists already");
    return system_error(path, "cannot be created");
  }
  if (auto written = write_all(file, path, content); !written) {
    ::unlink(path.c_str());
    return written;
  }
  return {};
}

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

Status write_private_file(const fs::path& path, std::string_view content, bool replace) {
  const fs::path folder = folder_of(path);
  HS_TRY_STATUS(make_private_folder(folder));
  if (!replace) {
    HS_TRY_STATUS(create_file(path, content));
    return sync_folder(folder);
  }
  // Whole or not at all: the old key must not be lost to a half-written new one.
  const fs::path fresh = path.string() + ".new." + std::to_string(::getpid());
  HS_TRY_STATUS(create_file(fresh, content));
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    auto failure = system_error(path, "cannot be replaced");
    ::unlink(fresh.c_str());
    return failure;
  }
  return sync_folder(folder);
}

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
    if (errno == EACCES) return fail(Errc::denied, path.string() + " may not be opened by this user");
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
