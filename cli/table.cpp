#include "cli/table.h"

#include <algorithm>
#include <numeric>

#include "lib/base/check.h"

namespace hs {
namespace {

constexpr std::size_t gap = 2;         // blanks between two columns
constexpr std::size_t shrunk_min = 9;  // a cut hash still shows four digits at both ends

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// The byte offset at which code point `index` starts.
std::size_t offset_of(std::string_view text, std::size_t index) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts_code_point(text[i]) && seen++ == index) return i;
  }
  return text.size();
}

std::string line_of(const std::vector<std::string>& cells, const std::vector<Column>& columns,
                    const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = cut_middle(cells[i], widths[i]);
    const std::string pad(widths[i] - text_width(cell), ' ');
    line += columns[i].right ? pad + cell : cell + pad;
    if (i + 1 < cells.size()) line += std::string(gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_code_point));
}

std::string cut_middle(std::string_view text, std::size_t width) {
  const std::size_t length = text_width(text);
  if (length <= width) return std::string(text);
  if (width == 0) return {};
  const std::size_t head = width / 2;
  const std::size_t tail = width - 1 - head;
  return std::string(text.substr(0, offset_of(text, head))) + "…" +
         std::string(text.substr(offset_of(text, length - tail)));
}

void Table::add(std::vector<std::string> cells) {
  HS_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::aligned(std::size_t width) const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(text_width(column.title));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], text_width(row[i]));
  }
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  };
  while (width != 0 && total() > width) {
    // The widest column that may shrink gives way first.
    std::size_t widest = columns_.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool can_shrink =
          columns_[i].shrink && widths[i] > std::max(shrunk_min, text_width(columns_[i].title));
      if (can_shrink && (widest == columns_.size() || widths[i] > widths[widest])) widest = i;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  std::string text = line_of(titles, columns_, widths);
  for (const auto& row : rows_) text += line_of(row, columns_, widths);
  return text;
}

std::string Table::plain() const {
  std::string text;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : "\t") + row[i];
    text += "\n";
  }
  return text;
}

}  // namespace hs
