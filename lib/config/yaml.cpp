#include "lib/config/yaml.h"

#include <algorithm>
#include <charconv>

#include "lib/base/check.h"
#include "lib/config/suggest.h"
#include "lib/config/yaml_tree.h"

namespace hs {
namespace {

const YamlTree::Node& node_at(const std::shared_ptr<const YamlTree>& tree, std::size_t index) {
  HS_CHECK(index < tree->nodes.size());
  return tree->nodes[index];
}

// What stands there, for the sentence "expected ..., found ...".
std::string describe(const YamlTree::Node& node) {
  switch (node.kind) {
    case YamlTree::Kind::null:
      return "nothing";
    case YamlTree::Kind::list:
      return "a list";
    case YamlTree::Kind::mapping:
      return "a mapping";
    case YamlTree::Kind::scalar:
      break;
  }
  constexpr std::size_t shown_max = 40;
  const bool long_text = node.text.size() > shown_max;
  return "'" + node.text.substr(0, shown_max) + (long_text ? "...'" : "'");
}

// Digits without sign, leading zero or anything else; none also where it does not fit.
std::optional<std::uint64_t> plain_number(std::string_view digits) {
  const bool is_digits = !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
  if (!is_digits || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

struct Unit {
  std::string_view suffix;
  std::int64_t nanoseconds;
};
// Longer suffixes first where one ends with another.
constexpr Unit units[] = {{"ms", 1'000'000},    {"us", 1'000},         {"ns", 1},
                          {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};

std::optional<Duration> plain_duration(std::string_view text) {
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.suffix)) continue;
    const auto count = plain_number(text.substr(0, text.size() - unit.suffix.size()));
    const auto count_max = static_cast<std::uint64_t>(Duration::max().count() / unit.nanoseconds);
    if (!count || *count > count_max) return std::nullopt;
    return Duration(static_cast<std::int64_t>(*count) * unit.nanoseconds);
  }
  return std::nullopt;
}

std::string duration_text(Duration duration) {
  for (const std::string_view suffix : {"h", "m", "s", "ms", "us", "ns"}) {
    const auto unit = std::find_if(std::begin(units), std::end(units),
                                   [&](const Unit& u) { return u.suffix == suffix; });
    if (duration.count() % unit->nanoseconds == 0) {
      return std::to_string(duration.count() / unit->nanoseconds) + std::string(suffix);
    }
  }
  return "0s";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::unexpected<Error> YamlValue::wrong(const std::string& sentence, Errc code) const {
  const YamlTree::Node& node = node_at(tree_, index_);
  return fail(code, tree_->file_name + ":" + std::to_string(node.line) + ":" +
                        std::to_string(node.column) + ": " + sentence);
}

bool YamlValue::is_scalar() const { return node_at(tree_, index_).kind == YamlTree::Kind::scalar; }
bool YamlValue::is_list() const { return node_at(tree_, index_).kind == YamlTree::Kind::list; }
bool YamlValue::is_mapping() const {
  return node_at(tree_, index_).kind == YamlTree::Kind::mapping;
}

Result<std::string> YamlValue::text() const {
  const YamlTree::Node& node = node_at(tree_, index_);
  if (node.kind != YamlTree::Kind::scalar || node.text.empty()) {
    return wrong("expected a text, found " + describe(node));
  }
  return node.text;
}

Result<std::uint64_t> YamlValue::number(std::uint64_t low, std::uint64_t high) const {
  const YamlTree::Node& node = node_at(tree_, index_);
  const auto number = node.kind == YamlTree::Kind::scalar && node.plain
                          ? plain_number(node.text)
                          : std::optional<std::uint64_t>();
  if (!number) return wrong("expected a whole number in plain digits, found " + describe(node));
  if (*number < low || *number > high) {
    return wrong(std::to_string(*number) + " is out of range; expected " + std::to_string(low) +
                 " to " + std::to_string(high));
  }
  return *number;
}

Result<bool> YamlValue::boolean() const {
  const YamlTree::Node& node = node_at(tree_, index_);
  const bool plain = node.kind == YamlTree::Kind::scalar && node.plain;
  if (plain && node.text == "true") return true;
  if (plain && node.text == "false") return false;
  return wrong("expected true or false, found " + describe(node));
}

Result<Duration> YamlValue::duration(Duration low, Duration high) const {
  const YamlTree::Node& node = node_at(tree_, index_);
  const auto duration =
      node.kind == YamlTree::Kind::scalar ? plain_duration(node.text) : std::optional<Duration>();
  if (!duration) {
    return wrong("expected a whole number with its unit, as 500ms or 2s, found " + describe(node));
  }
  if (*duration < low || *duration > high) {
    return wrong(node.text + " is out of range; expected " + duration_text(low) + " to " +
                 duration_text(high));
  }
  return *duration;
}

Result<std::string> YamlValue::one_of(const std::vector<std::string>& words) const {
  HS_TRY(word, text());
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    return wrong("expected one of " + joined(words) + ", found '" + word + "'" +
                 did_you_mean(word, words));
  }
  return word;
}

Result<std::vector<YamlValue>> YamlValue::list() const {
  const YamlTree::Node& node = node_at(tree_, index_);
  if (node.kind != YamlTree::Kind::list) return wrong("expected a list, found " + describe(node));
  std::vector<YamlValue> values;
  for (const std::size_t child : node.children) values.push_back(YamlValue(tree_, child));
  return values;
}

Result<std::vector<std::pair<std::string, YamlValue>>> YamlValue::entries() const {
  const YamlTree::Node& node = node_at(tree_, index_);
  if (node.kind != YamlTree::Kind::mapping) {
    return wrong("expected a mapping, found " + describe(node));
  }
  std::vector<std::pair<std::string, YamlValue>> entries;
  std::vector<std::pair<std::string, std::size_t>> seen;  // name, line
  for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
    const YamlValue key(tree_, node.children[i]);
    HS_TRY(name, key.text());
    seen.emplace_back(name, node_at(tree_, node.children[i]).line);
    entries.emplace_back(name, YamlValue(tree_, node.children[i + 1]));
  }
  // Sorted, because a hostile file may hold a hundred thousand keys.
  std::vector<std::size_t> order(entries.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return seen[a].first < seen[b].first; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& [name, first_line] = seen[order[i - 1]];
    if (seen[order[i]].first != name) continue;
    const YamlValue second(tree_, node.children[2 * order[i]]);
    return second.wrong("'" + name + "' stands here a second time; the first is in line " +
                            std::to_string(first_line),
                        Errc::duplicate);
  }
  return entries;
}

Result<YamlFields> YamlValue::fields(const std::vector<std::string>& known) const {
  HS_TRY(all, entries());
  const YamlTree::Node& node = node_at(tree_, index_);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& name = all[i].first;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string hint = did_you_mean(name, known);
    const YamlValue key(tree_, node.children[2 * i]);
    return key.wrong(
        "unknown field '" + name + "'" + (hint.empty() ? "; known fields: " + joined(known) : hint),
        Errc::unknown_field);
  }
  return YamlFields(*this);
}

Result<YamlFields> YamlValue::fields(std::string_view schema,
                                     const std::vector<std::string>& known) const {
  HS_TRY(all, entries());
  const auto found = std::find_if(all.begin(), all.end(),
                                  [](const auto& entry) { return entry.first == "schema"; });
  const std::string line = "schema: " + std::string(schema);
  if (found == all.end()) {
    return wrong("the line '" + line + "' is missing; is this the right file?", Errc::missing);
  }
  HS_TRY(name, found->second.text());
  if (name != schema) {
    return found->second.wrong(
        "expected '" + line + "', found '" + name + "'; another kind or version of file",
        Errc::mismatch);
  }
  std::vector<std::string> all_known{"schema"};
  all_known.insert(all_known.end(), known.begin(), known.end());
  return fields(all_known);
}

std::optional<YamlValue> YamlFields::optional(std::string_view name) const {
  const YamlTree::Node& node = node_at(value_.tree_, value_.index_);
  for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
    if (node_at(value_.tree_, node.children[i]).text == name) {
      return YamlValue(value_.tree_, node.children[i + 1]);
    }
  }
  return std::nullopt;
}

Result<YamlValue> YamlFields::required(std::string_view name) const {
  auto found = optional(name);
  if (!found)
    return value_.wrong("the field '" + std::string(name) + "' is missing", Errc::missing);
  return *std::move(found);
}

std::string yaml_quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += "\\x";
      quoted += digits[byte >> 4];
      quoted += digits[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace hs
