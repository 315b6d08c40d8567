// Small files, read whole and replaced whole.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hs {

// Errors: not_found, too_long above `bytes_max`, io.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file,
                                            std::size_t bytes_max);
// Writes beside it, syncs, renames, syncs the folder: a reader sees the old file or the new one,
// even after a crash. Mode as of open(2). Errors: io.
[[nodiscard]] Status replace_file(const std::filesystem::path& file, std::string_view text,
                                  unsigned mode);
// Puts the names in a folder on disk. Errors: io.
[[nodiscard]] Status sync_folder(const std::filesystem::path& folder);

}  // namespace hs
