#include "testnet/log_tail.h"

#include <algorithm>
#include <fstream>

namespace hs {
namespace {

constexpr std::streamoff tail_bytes_max = 64 << 10;

}  // namespace

std::vector<std::string> last_lines(const std::filesystem::path& file, std::size_t count) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return {};
  const std::streamoff size = in.tellg();
  const std::streamoff start = std::max<std::streamoff>(0, size - tail_bytes_max);
  in.seekg(start);
  std::vector<std::string> lines;
  std::string line;
  // The first line of a cut file is a part of one.
  if (start > 0) std::getline(in, line);
  while (std::getline(in, line)) lines.push_back(line);
  if (lines.size() > count) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  }
  return lines;
}

}  // namespace hs
