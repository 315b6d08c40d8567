// Files that hold a secret: written so that nobody else can read them, and refused where somebody else
// could have. Linux; used by key files alone.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace hs {

constexpr std::size_t private_file_bytes_max = 64 << 10;

// Mode 0600 from the first moment, synced together with its folder (made with 0700 where missing).
// Without `replace` the file must not exist. Errors: exists, io.
[[nodiscard]] Status write_private_file(const std::filesystem::path& path, std::string_view content,
                                        bool replace);

// The content of a regular file that is ours and that nobody else can read. Errors: not_found, denied
// (the text says what to do), too_long, io.
[[nodiscard]] Result<std::string> read_private_file(const std::filesystem::path& path);

}  // namespace hs
