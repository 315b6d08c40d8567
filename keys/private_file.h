// Files that hold a secret are refused where somebody else could have read or planted them.
#pragma once
#include <filesystem>
#include <string>

#include "lib/base/result.h"

namespace hs {

constexpr std::size_t private_file_bytes_max = 64 << 10;

// The content of a regular file that is ours and that nobody else can read. Errors: not_found,
// denied (the text says what to do), too_long, io.
[[nodiscard]] Result<std::string> read_private_file(const std::filesystem::path& path);

}  // namespace hs
