#include "keys/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "keys/descriptor.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) {
  const fs::path folder = path.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

// Missing parts of the path are made private one by one; what exists is left as it is.
Status make_private_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  const bool parent_missing =
      errno == ENOENT && folder.has_parent_path() && folder.parent_path() != folder;
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
Status create_file(const fs::path& path, std::string_view content, FileAccess access) {
  const mode_t mode = access == FileAccess::owner_only ? 0600 : 0644;
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
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

}  // namespace

Status write_durable_file(const fs::path& path, std::string_view content, FileAccess access,
                          bool replace) {
  const fs::path folder = folder_of(path);
  HS_TRY_STATUS(make_private_folder(folder));
  if (!replace) {
    HS_TRY_STATUS(create_file(path, content, access));
    return sync_folder(folder);
  }
  // Whole or not at all: what was there must not be lost to a half-written new file.
  const fs::path fresh = path.string() + ".new." + std::to_string(::getpid());
  HS_TRY_STATUS(create_file(fresh, content, access));
  if (::rename(fresh.c_str(), path.c_str()) != 0) {
    auto failure = system_error(path, "cannot be replaced");
    ::unlink(fresh.c_str());
    return failure;
  }
  return sync_folder(folder);
}

}  // namespace hs
