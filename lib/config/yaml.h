// The strict reader of every YAML file we take: genesis, node, testnet, key and scenario files.
// What a lenient reader would pass over in silence is an error here that names its place: unknown,
// duplicate and missing fields, wrong types, values out of range, anchors, aliases, tags, several
// documents.
//
// Every Error reads "file:line:column: sentence". Codes: bad_value, unknown_field, duplicate,
// missing, too_long (file or nesting), mismatch (schema), io, not_found (no such file).
//
//   HS_TRY(file, read_yaml_file("node.yaml"));
//   HS_TRY(root, file.fields("hs.node/v1", {"name", "p2p"}));
//   HS_TRY(name_node, root.required("name"));
//   HS_TRY(name, name_node.text());
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/hex.h"
#include "lib/base/result.h"
#include "lib/base/time.h"

namespace hs {

constexpr std::size_t yaml_file_bytes_max = 1 << 20;
constexpr std::size_t yaml_depth_max = 16;

struct YamlTree;  // lib/config/yaml.cpp
class YamlFields;

// One value of a parsed file. Cheap to copy; keeps the file's content alive.
class YamlValue {
 public:
  // Any non-empty scalar; quotes are needed for what YAML would take for a null.
  [[nodiscard]] Result<std::string> text() const;
  // Plain decimal digits without sign, leading zero, underscore or quotes, in low ..= high.
  [[nodiscard]] Result<std::uint64_t> number(std::uint64_t low, std::uint64_t high) const;
  [[nodiscard]] Result<bool> boolean() const;  // true or false and nothing else
  // A whole number with its unit, us, ms, s, m or h ("500ms", "2s"), in low ..= high.
  [[nodiscard]] Result<Duration> duration(Duration low, Duration high) const;
  // One of `words`; others are suggested.
  [[nodiscard]] Result<std::string> one_of(const std::vector<std::string>& words) const;
  // Hex digits of exactly the size of a PublicKey, a Hash, ...
  template <class Fixed>
  [[nodiscard]] Result<Fixed> hex() const {
    HS_TRY(digits, text());
    auto value = fixed_from_hex<Fixed>(digits);
    if (!value) return wrong(value.error().what);
    return *value;
  }
  [[nodiscard]] Result<std::vector<YamlValue>> list() const;
  // The fields of a mapping of which only `known` may occur.
  [[nodiscard]] Result<YamlFields> fields(const std::vector<std::string>& known) const;
  // The same for the top of a file, whose field `schema` must hold exactly `schema`. It is checked
  // first, so that a file of another kind is called that and not a list of unknown fields.
  [[nodiscard]] Result<YamlFields> fields(std::string_view schema,
                                          const std::vector<std::string>& known) const;
  // The entries of a mapping with free keys, in the order of the file.
  [[nodiscard]] Result<std::vector<std::pair<std::string, YamlValue>>> entries() const;

  [[nodiscard]] bool is_scalar() const;
  [[nodiscard]] bool is_list() const;
  [[nodiscard]] bool is_mapping() const;

  // An error at this place: "file:line:column: <sentence>".
  [[nodiscard]] std::unexpected<Error> wrong(const std::string& sentence,
                                             Errc code = Errc::bad_value) const;

 private:
  friend class YamlFields;
  friend Result<YamlValue> parse_yaml(std::string_view, const std::string&);
  YamlValue(std::shared_ptr<const YamlTree> tree, std::size_t index)
      : tree_(std::move(tree)), index_(index) {}

  std::shared_ptr<const YamlTree> tree_;
  std::size_t index_;
};

// The fields of one mapping, none of them unknown or twice.
class YamlFields {
 public:
  [[nodiscard]] Result<YamlValue> required(std::string_view name) const;  // error: missing
  [[nodiscard]] std::optional<YamlValue> optional(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return optional(name).has_value(); }
  [[nodiscard]] const YamlValue& value() const { return value_; }  // the mapping, for its place

 private:
  friend class YamlValue;
  explicit YamlFields(YamlValue value) : value_(std::move(value)) {}
  YamlValue value_;
};

// `name` is what errors call the file.
[[nodiscard]] Result<YamlValue> parse_yaml(std::string_view text, const std::string& name);
[[nodiscard]] Result<YamlValue> read_yaml_file(const std::string& path);
// The content of a regular file of at most yaml_file_bytes_max bytes. Errors: not_found, io,
// bad_value (no regular file), too_long.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

// `text` as a double-quoted YAML scalar, for writers.
[[nodiscard]] std::string yaml_quoted(std::string_view text);

}  // namespace hs
