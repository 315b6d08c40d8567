#include "genesis/genesis.h"

#include <fstream>

#include "lib/base/hex.h"
#include "tests/support/catch.h"
#include "tests/support/keys.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

std::string key_hex(std::uint8_t n) { return to_hex(test::test_key(n).public_key().bytes); }

GenesisValidator member(std::uint8_t n, std::uint64_t power) {
  return {.name = "n" + std::to_string(n),
          .public_key = test::test_key(n).public_key(),
          .power = Power{power}};
}

// A good document of four, with one piece of text replaced.
std::string document(const std::string& from = {}, const std::string& to = {}) {
  std::string text =
      "schema: hs.genesis/v1\n"
      "chain_id: 4242\n"
      "app: kv\n"
      "validators:\n";
  for (std::uint8_t n = 1; n <= 4; ++n) {
    text +=
        "  - {name: n" + std::to_string(n) + ", public_key: \"" + key_hex(n) + "\", power: 1}\n";
  }
  text += "params: {view_timeout: 1000ms, epoch_length: 10}\n";
  if (!from.empty()) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  }
  return text;
}

Error error_of(const std::string& text) {
  const auto parsed = parse_genesis(text, "g.yaml");
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error();
}

}  // namespace

TEST_CASE("a network with reference peers says so, and has another hash", "[genesis]") {
  const auto plain = parse_genesis(document(), "g.yaml");
  const auto with = parse_genesis(
      document("epoch_length: 10", "epoch_length: 10, reference_peers: true"), "g.yaml");
  const auto without = parse_genesis(
      document("epoch_length: 10", "epoch_length: 10, reference_peers: false"), "g.yaml");
  REQUIRE(plain.has_value());
  REQUIRE(with.has_value());
  REQUIRE(without.has_value());
  CHECK(with->params.reference_peers);
  CHECK(with->hash() != plain->hash());
  CHECK(*without == *plain);
  CHECK(without->hash() == plain->hash());
  CHECK(parse_genesis(to_yaml(*with), "g.yaml").value() == *with);
}

TEST_CASE("reference peers count in whole seconds", "[genesis][S09]") {
  const std::string params = "view_timeout: 1000ms, epoch_length: 10";
  const Error error =
      error_of(document(params, "view_timeout: 1500ms, epoch_length: 10, reference_peers: true"));
  CHECK(error.what.find("whole seconds") != std::string::npos);
  CHECK(parse_genesis(document(params, "view_timeout: 2s, epoch_length: 10, reference_peers: true"),
                      "g.yaml")
            .has_value());
}

TEST_CASE("a document is read back as it was written", "[genesis]") {
  GenesisDraft draft;
  draft.chain_id = ChainId{7};
  draft.testnet = true;
  draft.validators = {member(3, 5), member(1, 2), member(2, 1), member(4, 1)};
  draft.validators[0].test = true;
  draft.authority = test::test_key(9).public_key();
  draft.view_timeout = milliseconds(500);
  const auto created = create_genesis(draft);
  REQUIRE(created.has_value());
  const auto parsed = parse_genesis(to_yaml(created->genesis), "g.yaml");
  REQUIRE(parsed.has_value());
  CHECK(*parsed == created->genesis);
  CHECK(parsed->hash() == created->genesis.hash());
}

TEST_CASE("the hash does not depend on layout, comments or order", "[genesis]") {
  const Hash hash = parse_genesis(document(), "g.yaml")->hash();
  CHECK(parse_genesis("# a comment\n" + document("app: kv", "app:   \"kv\""), "h.yaml")->hash() ==
        hash);
  const std::string one = "  - {name: n1, public_key: \"" + key_hex(1) + "\", power: 1}\n";
  std::string moved = document(one, "");
  moved.insert(moved.find("params:"), one);
  CHECK(parse_genesis(moved, "g.yaml")->hash() == hash);
}

TEST_CASE("the hash depends on everything the document says", "[genesis]") {
  const Hash hash = parse_genesis(document(), "g.yaml")->hash();
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"4242", "4243"},
           {"app: kv", "testnet: true\napp: kv"},
           {"n1,", "n5,"},
           {"power: 1}", "power: 2}"},
           {key_hex(1), key_hex(5)},
           {"1000ms", "999ms"},
           {"length: 10", "length: 11"},
           {"params:", "authority: \"" + key_hex(9) + "\"\nparams:"}}) {
    INFO(from << " -> " << to);
    const auto parsed = parse_genesis(document(from, to), "g.yaml");
    REQUIRE(parsed.has_value());
    CHECK(parsed->hash() != hash);
  }
  Genesis genesis = *parse_genesis(document("app: kv", "testnet: true\napp: kv"), "g.yaml");
  const Hash before = genesis.hash();
  genesis.validators[0].test = true;
  CHECK(genesis.hash() != before);
}

// A hash that moves would tell every running chain that it is another one.
TEST_CASE("the hash of a known document stays what it is", "[genesis]") {
  CHECK(to_hex(parse_genesis(document(), "g.yaml")->hash().bytes) ==
        "f187476398cf4cd445c8875bb50dc9c04ec735748297d5e59bb9407eb527b7b4");
}

TEST_CASE("faults are shown where they stand", "[genesis]") {
  const std::string two = "\"" + key_hex(2) + "\", power: 1}";
  const Error zero = error_of(document(two, "\"" + key_hex(2) + "\", power: 0}"));
  CHECK(zero.code == Errc::bad_value);
  CHECK(zero.what == "g.yaml:6:103: 0 is out of range; expected 1 to 9007199254740991");

  const Error twice = error_of(document(key_hex(2), key_hex(1)));
  CHECK(twice.code == Errc::duplicate);
  CHECK(twice.what == "g.yaml:6:5: validators n1 and n2 have the same key");

  const Error same_name = error_of(document("n2,", "n1,"));
  CHECK(same_name.code == Errc::duplicate);
  CHECK(same_name.what == "g.yaml:6:5: two validators are called n1");

  const Error yaml_twice = error_of(document("app: kv\n", "app: kv\nchain_id: 1\n"));
  CHECK(yaml_twice.code == Errc::duplicate);
  CHECK(yaml_twice.what ==
        "g.yaml:4:1: 'chain_id' stands here a second time; the first is in line 2");

  const Error unknown = error_of(document("power: 1}", "powr: 1}"));
  CHECK(unknown.code == Errc::unknown_field);
  CHECK(unknown.what.find("did you mean power?") != std::string::npos);
}

TEST_CASE("the total power is at most 2^53 - 1", "[genesis]") {
  const std::string one = "\"" + key_hex(1) + "\", power: 1}";
  const auto with_power = [&](const std::string& power) {
    return document(one, "\"" + key_hex(1) + "\", power: " + power + "}");
  };
  CHECK(parse_genesis(with_power("9007199254740988"), "g.yaml").has_value());
  CHECK(error_of(with_power("9007199254740989")).what ==
        "g.yaml:8:5: the total power exceeds 2^53 - 1 with validator n4");
  CHECK(error_of(with_power("9007199254740992")).what.find("out of range") != std::string::npos);
}

TEST_CASE("keys that are no points of the main subgroup are refused", "[genesis][S28]") {
  // All zero bytes and 1 are points of small order; the last is no point.
  for (const std::string& weak : {std::string(64, '0'), "01" + std::string(62, '0'),
                                  "02" + std::string(62, '0'), std::string(64, 'f')}) {
    INFO(weak);
    const Error error = error_of(document(key_hex(2), weak));
    CHECK(error.what.rfind("g.yaml:6:5: validator n2: ", 0) == 0);
    CHECK_FALSE(parse_genesis(document("params:", "authority: \"" + weak + "\"\nparams:"), "g.yaml")
                    .has_value());
  }
}

TEST_CASE("test keys are for test documents only", "[genesis]") {
  const std::string marked = document("power: 1}", "power: 1, test_key: true}");
  CHECK(error_of(marked).code == Errc::bad_value);
  CHECK(error_of(marked).what.rfind("g.yaml:5:5: validator n1 has a test key", 0) == 0);
  std::string test_document = marked;
  test_document.insert(test_document.find("app:"), "testnet: true\n");
  CHECK(parse_genesis(test_document, "g.yaml").has_value());
}

TEST_CASE("missing and odd values are refused", "[genesis]") {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"schema: hs.genesis/v1\n", ""},
           {"hs.genesis/v1", "hs.genesis/v2"},
           {"chain_id: 4242\n", ""},
           {"4242", "0"},
           {"4242", "9223372036854775809"},
           {"4242", "0x10"},
           {"app: kv\n", ""},
           {"app: kv", "app: other"},
           {"params: {view_timeout: 1000ms, epoch_length: 10}", ""},
           {"1000ms", "9ms"},
           {"1000ms", "2h"},
           {"1000ms", "1000"},
           {"1000ms", "10500us"},
           {"length: 10", "length: 0"},
           {"length: 10", "length: 1000001"},
           {"n1,", "\"n 1\","}}) {
    INFO(from << " -> " << to);
    CHECK_FALSE(parse_genesis(document(from, to), "g.yaml").has_value());
  }
  const std::string text = document();
  const auto first = text.find("validators:");
  const auto last = text.find("params:");
  CHECK_FALSE(
      parse_genesis(text.substr(0, first) + "validators: []\n" + text.substr(last), "g.yaml")
          .has_value());
}

TEST_CASE("creation divides powers by their greatest common divisor", "[genesis]") {
  GenesisDraft draft;
  draft.validators = {member(1, 300), member(2, 100), member(3, 200), member(4, 100)};
  const auto created = create_genesis(draft);
  REQUIRE(created.has_value());
  CHECK(created->genesis.find(test::test_key(1).public_key())->power == Power{3});
  CHECK(created->genesis.find(test::test_key(2).public_key())->power == Power{1});
  CHECK(created->genesis.find(test::test_key(7).public_key()) == nullptr);
  CHECK(created->genesis.validator_set().total_power() == 7);
}

TEST_CASE("creation fills in the defaults", "[genesis]") {
  GenesisDraft draft;
  for (std::uint8_t n = 1; n <= 4; ++n) draft.validators.push_back(member(n, 1));
  const auto four = create_genesis(draft);
  REQUIRE(four.has_value());
  CHECK(four->warnings.empty());
  CHECK(four->genesis.params.epoch_length == 10);
  CHECK(four->genesis.params.view_timeout == milliseconds(1000));
  CHECK(four->genesis.chain_id != ChainId{0});
  CHECK(four->genesis.chain_id != create_genesis(draft)->genesis.chain_id);
  for (std::uint8_t n = 5; n <= 7; ++n) draft.validators.push_back(member(n, 1));
  CHECK(create_genesis(draft)->genesis.params.epoch_length == 14);
}

TEST_CASE("creation warns of sets that stall when one member is lost", "[genesis][S47]") {
  const auto warnings_for = [](std::vector<std::uint64_t> powers) {
    GenesisDraft draft;
    std::uint8_t n = 1;
    for (const std::uint64_t power : powers) draft.validators.push_back(member(n++, power));
    const auto created = create_genesis(draft);
    REQUIRE(created.has_value());
    return created->warnings.size();
  };
  CHECK(warnings_for({1}) == 1);
  CHECK(warnings_for({1, 1, 1}) == 1);
  CHECK(warnings_for({1, 1, 1, 1}) == 0);
  CHECK(warnings_for({1, 1, 1, 4}) == 1);
  CHECK(warnings_for({10, 10, 10, 1}) == 1);
}

TEST_CASE("creation refuses what could not be read back", "[genesis]") {
  GenesisDraft draft;
  CHECK_FALSE(create_genesis(draft).has_value());
  draft.validators = {member(1, 0)};
  CHECK_FALSE(create_genesis(draft).has_value());
  draft.validators = {member(1, 1), member(1, 1)};
  CHECK(create_genesis(draft).error().code == Errc::duplicate);
}

TEST_CASE("a written document is not overwritten unless asked to", "[genesis]") {
  const test::TempDir folder;
  const Genesis genesis = *parse_genesis(document(), "g.yaml");
  REQUIRE(write_genesis_file(folder / "genesis.yaml", genesis, false).has_value());
  CHECK(*read_genesis_file(folder / "genesis.yaml") == genesis);
  CHECK(write_genesis_file(folder / "genesis.yaml", genesis, false).error().code == Errc::exists);
  CHECK(write_genesis_file(folder / "genesis.yaml", genesis, true).has_value());
}

TEST_CASE("a checked document holds its validators in the order of their keys", "[genesis]") {
  Genesis genesis = *parse_genesis(document(), "g.yaml");
  REQUIRE(check_genesis(genesis).has_value());
  std::swap(genesis.validators[0], genesis.validators[1]);
  CHECK_FALSE(check_genesis(genesis).has_value());
}

}  // namespace hs
