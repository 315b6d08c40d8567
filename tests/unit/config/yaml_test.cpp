#include "lib/config/yaml.h"

#include <fstream>

#include "lib/crypto/sha256.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

// The value of field `v` of a file that consists of it.
YamlValue value_of(const std::string& text) {
  const auto root = parse_yaml("v: " + text + "\n", "f.yaml");
  REQUIRE(root.has_value());
  return *root->fields({"v"})->optional("v");
}

std::string error_of(const std::string& text) {
  const auto root = parse_yaml(text, "f.yaml");
  REQUIRE_FALSE(root.has_value());
  return root.error().what;
}

bool starts(const std::string& text, const std::string& prefix) {
  return text.rfind(prefix, 0) == 0;
}

}  // namespace

TEST_CASE("values are read by their type", "[config]") {
  CHECK(*value_of("abc").text() == "abc");
  CHECK(*value_of("\"a b\"").text() == "a b");
  CHECK(*value_of("17").number(0, 100) == 17);
  CHECK(*value_of("18446744073709551615").number(0, UINT64_MAX) == UINT64_MAX);
  CHECK(*value_of("true").boolean());
  CHECK_FALSE(*value_of("false").boolean());
  CHECK(*value_of("500ms").duration(0ms, 1h) == 500ms);
  CHECK(*value_of("2s").duration(0ms, 1h) == 2s);
  CHECK(*value_of("3m").duration(0ms, 1h) == 3min);
  CHECK(*value_of("250us").duration(0ms, 1h) == 250us);
  CHECK(*value_of("debug").one_of({"info", "debug"}) == "debug");
  CHECK(value_of("[1, 2]").list()->size() == 2);
  CHECK(value_of("{b: 1, a: 2}").entries()->at(0).first == "b");
  const std::string digits(64, 'a');
  CHECK(to_hex(value_of("\"" + digits + "\"").hex<Hash>()->bytes) == digits);
}

TEST_CASE("numbers that another reader would take otherwise are refused", "[config]") {
  for (const std::string text : {"010", "0x10", "1_000", "1e3", "1.0", "+1", "-1", "\"1\"", "''",
                                 "~", "18446744073709551616", "1 2", "[1]", ".inf", "0o7"}) {
    INFO(text);
    CHECK_FALSE(value_of(text).number(0, UINT64_MAX).has_value());
  }
  CHECK(value_of("0").number(0, 9).has_value());
}

TEST_CASE("a number out of range names the range and its place", "[config]") {
  const auto number = value_of("11").number(1, 10);
  REQUIRE_FALSE(number.has_value());
  CHECK(number.error().what == "f.yaml:1:4: 11 is out of range; expected 1 to 10");
}

TEST_CASE("booleans are true and false and nothing else", "[config]") {
  for (const std::string text : {"yes", "on", "True", "1", "\"true\"", "~"}) {
    INFO(text);
    CHECK_FALSE(value_of(text).boolean().has_value());
  }
}

TEST_CASE("durations need a unit, whole numbers and their range", "[config]") {
  for (const std::string text :
       {"500", "1.5s", "-1s", "s", "ms", "5 ms", "05s", "9999999999999999999s", "1d"}) {
    INFO(text);
    CHECK_FALSE(value_of(text).duration(0ms, 1h).has_value());
  }
  const auto late = value_of("2h").duration(10ms, 1h);
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().what == "f.yaml:1:4: 2h is out of range; expected 10ms to 1h");
}

TEST_CASE("an empty value is no text", "[config]") {
  for (const std::string text : {"", "~", "null", "\"\"", "[a]", "{a: b}"}) {
    INFO(text);
    CHECK_FALSE(value_of(text).text().has_value());
  }
}

TEST_CASE("hex values must have their exact size", "[config]") {
  CHECK_FALSE(value_of("\"aa\"").hex<Hash>().has_value());
  CHECK_FALSE(value_of("\"" + std::string(64, 'g') + "\"").hex<Hash>().has_value());
}

TEST_CASE("a word that is none of the choices gets a suggestion", "[config]") {
  const auto word = value_of("inof").one_of({"info", "debug"});
  REQUIRE_FALSE(word.has_value());
  CHECK(word.error().what ==
        "f.yaml:1:4: expected one of info, debug, found 'inof'; did you mean info?");
}

TEST_CASE("an unknown field is refused with a suggestion at its own place", "[config]") {
  const auto root = parse_yaml("name: x\n  \npowr: 1\n", "f.yaml");
  REQUIRE(root.has_value());
  const auto fields = root->fields({"name", "power"});
  REQUIRE_FALSE(fields.has_value());
  CHECK(fields.error().code == Errc::unknown_field);
  CHECK(fields.error().what == "f.yaml:3:1: unknown field 'powr'; did you mean power?");
}

TEST_CASE("an unknown field without a near word lists the known ones", "[config]") {
  const auto root = parse_yaml("zzzzzzzz: 1\n", "f.yaml");
  CHECK(root->fields({"name", "power"}).error().what ==
        "f.yaml:1:1: unknown field 'zzzzzzzz'; known fields: name, power");
}

TEST_CASE("a duplicate field is refused where it stands the second time", "[config]") {
  const auto root = parse_yaml("a: 1\nb: 2\na: 3\n", "f.yaml");
  REQUIRE(root.has_value());
  const auto fields = root->fields({"a", "b"});
  REQUIRE_FALSE(fields.has_value());
  CHECK(fields.error().code == Errc::duplicate);
  CHECK(fields.error().what == "f.yaml:3:1: 'a' stands here a second time; the first is in line 1");
}

TEST_CASE("a missing field is named at its mapping", "[config]") {
  const auto root = parse_yaml("top:\n  a: 1\n", "f.yaml");
  const auto inner = root->fields({"top"})->required("top")->fields({"a", "b"});
  REQUIRE(inner.has_value());
  const auto missing = inner->required("b");
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == Errc::missing);
  CHECK(missing.error().what == "f.yaml:2:3: the field 'b' is missing");
}

TEST_CASE("the schema is checked before the fields", "[config]") {
  const auto root = parse_yaml("schema: hs.node/v1\nunknown: 1\n", "f.yaml");
  const auto other = root->fields("hs.genesis/v1", {"a"});
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().code == Errc::mismatch);
  CHECK(starts(other.error().what, "f.yaml:1:9: expected 'schema: hs.genesis/v1'"));
  CHECK(root->fields("hs.node/v1", {"unknown"}).has_value());
  CHECK(parse_yaml("a: 1\n", "f.yaml")->fields("hs.node/v1", {"a"}).error().code == Errc::missing);
}

TEST_CASE("what YAML can do and we do not want is refused", "[config]") {
  CHECK(starts(error_of("a: &x 1\nb: *x\n"), "f.yaml:1:4: anchors"));
  CHECK(starts(error_of("a: !!int 1\n"), "f.yaml:1:4: tags"));
  CHECK(starts(error_of("a: 1\n---\nb: 2\n"), "f.yaml:2:1: the file goes on"));
  CHECK(starts(error_of("- a\nb: 1\n"), "f.yaml:2:1: the file goes on"));
  CHECK(starts(error_of("? [a, b]\n: 1\n"), "f.yaml:1:3: the name of a field"));
  CHECK(starts(error_of("a: 1\n\tb: 2\n"), "f.yaml:2:1: not YAML"));
  CHECK(starts(error_of("a: [1\n"), "f.yaml:"));
  CHECK(starts(error_of(""), "f.yaml:1:1: the file is empty"));
  CHECK(starts(error_of("# only a comment\n"), "f.yaml:1:1: the file is empty"));
}

TEST_CASE("a file that is no text is refused at its first odd character", "[config]") {
  CHECK(error_of(std::string("a: 1\nb:\0 2\n", 11)) ==
        "f.yaml:2:3: a control character; this is not a text file");
}

TEST_CASE("nesting is bounded", "[config]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']') + "\n";
  };
  CHECK(parse_yaml(nested(yaml_depth_max), "f.yaml").has_value());
  const auto deep = parse_yaml(nested(yaml_depth_max + 1), "f.yaml");
  REQUIRE_FALSE(deep.has_value());
  CHECK(deep.error().code == Errc::too_long);
  CHECK_FALSE(parse_yaml(nested(10'000), "f.yaml").has_value());
}

TEST_CASE("a file above the limit is refused unread", "[config]") {
  const test::TempDir folder;
  const std::string path = (folder / "big.yaml").string();
  std::ofstream(path) << "a: " << std::string(yaml_file_bytes_max, 'x') << "\n";
  const auto big = read_yaml_file(path);
  REQUIRE_FALSE(big.has_value());
  CHECK(big.error().code == Errc::too_long);
}

TEST_CASE("a missing file and a folder are told apart", "[config]") {
  const test::TempDir folder;
  CHECK(read_yaml_file((folder / "none.yaml").string()).error().code == Errc::not_found);
  CHECK(read_yaml_file(folder.path().string()).error().code == Errc::bad_value);
}

TEST_CASE("what is written quoted is read back the same", "[config]") {
  for (const std::string text : {"plain", "a \"b\" \\ c", "tab\tnewline\n", "true", "007", "ä€"}) {
    INFO(text);
    const auto root = parse_yaml("v: " + yaml_quoted(text) + "\n", "f.yaml");
    REQUIRE(root.has_value());
    CHECK(*root->fields({"v"})->required("v")->text() == text);
  }
}

}  // namespace hs
