#include "lib/node/home/misbehaviour_mark.h"

#include <algorithm>

#include "lib/node/home/files.h"

namespace hs {
namespace {

constexpr std::size_t file_bytes_max = 4'096;  // a name a line

bool is_name(std::string_view text) {
  const auto fits = [](char letter) { return (letter >= 'a' && letter <= 'z') || letter == '-'; };
  return !text.empty() && std::ranges::all_of(text, fits);
}

}  // namespace

Result<std::vector<std::string>> misbehaviour_marks(const HomeLayout& home) {
  const auto text = read_file(home.misbehaviour_mark(), file_bytes_max);
  if (!text && text.error().code == Errc::not_found) return std::vector<std::string>();
  if (!text) return std::unexpected(text.error());
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < text->size();) {
    const std::size_t end = std::min(text->find('\n', begin), text->size());
    names.push_back(text->substr(begin, end - begin));
    if (!is_name(names.back())) {
      return fail(Errc::bad_value, home.misbehaviour_mark().string() + " is no list of strategies");
    }
    begin = end + 1;
  }
  return names;
}

Result<std::vector<std::string>> add_misbehaviour_marks(const HomeLayout& home,
                                                        const std::vector<std::string>& names) {
  HS_TRY(marks, misbehaviour_marks(home));
  const std::size_t before = marks.size();
  for (const std::string& name : names) {
    if (std::ranges::count(marks, name) == 0) marks.push_back(name);
  }
  if (marks.size() == before) return marks;
  std::string text;
  for (const std::string& mark : marks) text += mark + "\n";
  HS_TRY_STATUS(replace_file(home.misbehaviour_mark(), text, 0600));
  return marks;
}

}  // namespace hs
