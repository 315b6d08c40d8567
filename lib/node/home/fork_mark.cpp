#include "lib/node/home/fork_mark.h"

#include "lib/node/home/files.h"

namespace hs {
namespace {

constexpr std::size_t file_bytes_max = 4'096;

}  // namespace

Result<std::optional<std::string>> fork_mark(const HomeLayout& home) {
  auto text = read_file(home.fork_mark(), file_bytes_max);
  if (!text && text.error().code == Errc::not_found) return std::nullopt;
  if (!text) return std::unexpected(text.error());
  while (text->ends_with('\n')) text->pop_back();
  return std::optional(std::move(*text));
}

Status set_fork_mark(const HomeLayout& home, const std::string& sentence) {
  return replace_file(home.fork_mark(), sentence + "\n", 0600);
}

Status clear_fork_mark(const HomeLayout& home) {
  std::error_code error;
  std::filesystem::remove(home.fork_mark(), error);
  if (!error) return {};
  return fail(Errc::io, "cannot remove " + home.fork_mark().string() + ": " + error.message());
}

}  // namespace hs
