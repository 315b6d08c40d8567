// The end of a log file.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace hs {

// The last `count` lines of the last 64 KiB; none if there is no such file.
[[nodiscard]] std::vector<std::string> last_lines(const std::filesystem::path& file,
                                                  std::size_t count);

}  // namespace hs
