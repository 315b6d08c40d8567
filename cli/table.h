// Columns of text for people. Widths are counted in code points, so that the tree's marks and the
// ellipsis line up.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hs {

struct Column {
  std::string title;
  bool right = false;   // numbers stand right
  bool shrink = false;  // may be cut in its middle to fit the terminal: hashes, keys, paths
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as there are columns.
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }

  // Aligned, with titles; no line is wider than `width` as long as the shrinking columns can give
  // way (0: as wide as it comes). Lines have no trailing blanks.
  [[nodiscard]] std::string aligned(std::size_t width) const;
  // One line a row, cells separated by tabs, without titles: for cut and awk.
  [[nodiscard]] std::string plain() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// The number of code points of UTF-8 text.
[[nodiscard]] std::size_t text_width(std::string_view text);
// At most `width` code points: the head and the tail with an ellipsis between them.
[[nodiscard]] std::string cut_middle(std::string_view text, std::size_t width);

}  // namespace hs
