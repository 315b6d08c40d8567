#include "lib/node/home/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace hs {
namespace {

// Closes on every way out.
struct Descriptor {
  int number = -1;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

std::unexpected<Error> system_error(const std::string& doing, const std::filesystem::path& file) {
  const Errc code = errno == ENOENT ? Errc::not_found : Errc::io;
  return fail(code, "cannot " + doing + " " + file.string() + ": " +
                        std::generic_category().message(errno));
}

Status write_all(int descriptor, std::string_view text, const std::filesystem::path& file) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("write", file);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& file, std::size_t bytes_max) {
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (in.number < 0) return system_error("open", file);
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t got = ::read(in.number, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read", file);
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > bytes_max) {
      return fail(Errc::too_long,
                  file.string() + " is larger than " + std::to_string(bytes_max) + " bytes");
    }
  }
}

Status replace_file(const std::filesystem::path& file, std::string_view text, unsigned mode) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  ::unlink(fresh.c_str());  // left by a crash; O_EXCL below then cannot follow a planted link
  {
    const Descriptor out{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
    if (out.number < 0) return system_error("create", fresh);
    HS_TRY_STATUS(write_all(out.number, text, fresh));
    if (::fsync(out.number) != 0) return system_error("sync", fresh);
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) return system_error("rename", fresh);
  return sync_folder(file.parent_path());
}

Status sync_folder(const std::filesystem::path& folder) {
  const Descriptor in{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (in.number < 0) return system_error("open", folder);
  if (::fsync(in.number) != 0) return system_error("sync", folder);
  return {};
}

}  // namespace hs
