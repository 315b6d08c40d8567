#include "keys/key_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "lib/base/hex.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

KeyFile some_key() { return insecure_test_key("seed", "n0"); }

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void overwrite(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::trunc) << content;
}

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

// `text` with the first occurrence of `from` replaced.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a key file is read back as it was written", "[keys]") {
  const test::TempDir folder;
  const auto generated = generate_key("alice");
  REQUIRE(generated.has_value());
  REQUIRE(write_key_file(folder / "k.yaml", *generated, false).has_value());
  const auto read = read_key_file(folder / "k.yaml");
  REQUIRE(read.has_value());
  CHECK(read->name == "alice");
  CHECK(read->key.seed() == generated->key.seed());
  CHECK(read->key.public_key() == generated->key.public_key());
  CHECK_FALSE(read->test);
}

TEST_CASE("two generated keys differ", "[keys]") {
  CHECK(generate_key("a")->key.public_key() != generate_key("a")->key.public_key());
}

TEST_CASE("an insecure test key depends on seed and name alone and is marked", "[keys]") {
  CHECK(insecure_test_key("s", "n0").key.public_key() ==
        insecure_test_key("s", "n0").key.public_key());
  CHECK(insecure_test_key("s", "n0").key.public_key() !=
        insecure_test_key("s", "n1").key.public_key());
  CHECK(insecure_test_key("s", "n0").key.public_key() !=
        insecure_test_key("t", "n0").key.public_key());
  const test::TempDir folder;
  REQUIRE(write_key_file(folder / "k.yaml", insecure_test_key("s", "n0"), false).has_value());
  CHECK(read_key_info(folder / "k.yaml")->test);
}

TEST_CASE("keys of a network are named in the order of their public keys", "[keys]") {
  for (const auto& seed : {std::optional<std::string>("s"), std::optional<std::string>()}) {
    const auto keys = generate_validator_keys(7, seed);
    REQUIRE(keys.has_value());
    REQUIRE(keys->size() == 7);
    for (std::size_t i = 0; i < 7; ++i) {
      CHECK(keys->at(i).name == "n" + std::to_string(i));
      CHECK(keys->at(i).test == seed.has_value());
      if (i > 0) CHECK(keys->at(i - 1).key.public_key() < keys->at(i).key.public_key());
    }
  }
  CHECK(generate_validator_keys(4, "s")->at(2).key.public_key() ==
        generate_validator_keys(4, "s")->at(2).key.public_key());
}

TEST_CASE("key files are private, and so are the folders made for them", "[keys]") {
  const test::TempDir folder;
  const mode_t before = ::umask(0);
  const auto written = write_key_file(folder / "a" / "b" / "k.yaml", some_key(), false);
  ::umask(before);
  REQUIRE(written.has_value());
  CHECK(mode_of(folder / "a") == 0700);
  CHECK(mode_of(folder / "a" / "b") == 0700);
  CHECK(mode_of(folder / "a" / "b" / "k.yaml") == 0600);
}

TEST_CASE("an existing key file is never overwritten unless asked to", "[keys]") {
  const test::TempDir folder;
  REQUIRE(write_key_file(folder / "k.yaml", some_key(), false).has_value());
  const std::string before = content_of(folder / "k.yaml");
  const auto again = write_key_file(folder / "k.yaml", insecure_test_key("other", "n0"), false);
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().code == Errc::exists);
  CHECK(content_of(folder / "k.yaml") == before);

  REQUIRE(write_key_file(folder / "k.yaml", insecure_test_key("other", "n0"), true).has_value());
  CHECK(content_of(folder / "k.yaml") != before);
  CHECK(mode_of(folder / "k.yaml") == 0600);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a key is not written through a symbolic link", "[keys]") {
  const test::TempDir folder;
  fs::create_symlink(folder / "elsewhere", folder / "k.yaml");
  CHECK_FALSE(write_key_file(folder / "k.yaml", some_key(), false).has_value());
  CHECK_FALSE(fs::exists(folder / "elsewhere"));
}

TEST_CASE("a key file that others can use is refused with the chmod line", "[keys]") {
  const test::TempDir folder;
  const fs::path path = folder / "k.yaml";
  REQUIRE(write_key_file(path, some_key(), false).has_value());
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const auto read = read_key_file(path);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == Errc::denied);
    CHECK(read.error().what.find("chmod 600 " + path.string()) != std::string::npos);
    CHECK(read_key_info(path).error().code == Errc::denied);
  }
  REQUIRE(::chmod(path.c_str(), 0400) == 0);
  CHECK(read_key_file(path).has_value());
}

TEST_CASE("a key file is not read through a symbolic link", "[keys]") {
  const test::TempDir folder;
  REQUIRE(write_key_file(folder / "k.yaml", some_key(), false).has_value());
  fs::create_symlink(folder / "k.yaml", folder / "link.yaml");
  CHECK(read_key_file(folder / "link.yaml").error().code == Errc::denied);
}

TEST_CASE("a pipe in place of a key file keeps nobody waiting", "[keys]") {
  const test::TempDir folder;
  REQUIRE(::mkfifo((folder / "k.yaml").c_str(), 0600) == 0);
  CHECK(read_key_file(folder / "k.yaml").error().code == Errc::denied);
}

TEST_CASE("a key file of another user is refused", "[keys]") {
  if (::geteuid() != 0) return;  // only root can give a file away
  const test::TempDir folder;
  REQUIRE(write_key_file(folder / "k.yaml", some_key(), false).has_value());
  REQUIRE(::chown((folder / "k.yaml").c_str(), 65534, 65534) == 0);
  CHECK(read_key_file(folder / "k.yaml").error().code == Errc::denied);
}

TEST_CASE("a missing key file is not found", "[keys]") {
  const test::TempDir folder;
  CHECK(read_key_file(folder / "k.yaml").error().code == Errc::not_found);
}

// Where the cut leaves another version's name, it is called that; both exit 8.
TEST_CASE("a key file cut short anywhere is refused as damaged", "[keys]") {
  const test::TempDir folder;
  const fs::path path = folder / "k.yaml";
  REQUIRE(write_key_file(path, some_key(), false).has_value());
  const std::string whole = content_of(path);
  // The last line break carries nothing.
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    INFO("length " << length);
    overwrite(path, whole.substr(0, length));
    const auto read = read_key_file(path);
    REQUIRE_FALSE(read.has_value());
    const Errc code = read.error().code;
    CHECK((code == Errc::corrupt || code == Errc::mismatch));
  }
}

TEST_CASE("an altered key file is corrupt, whichever field was touched", "[keys]") {
  const test::TempDir folder;
  const fs::path path = folder / "k.yaml";
  REQUIRE(write_key_file(path, some_key(), false).has_value());
  const std::string whole = content_of(path);
  const std::string seed = to_hex(some_key().key.seed());
  const std::string other = to_hex(insecure_test_key("x", "n0").key.seed());
  const std::string public_key = to_hex(some_key().key.public_key().bytes);
  for (const std::string& altered :
       {replaced(whole, "name: \"n0\"", "name: \"n1\""), replaced(whole, seed, other),
        replaced(whole, public_key, other), replaced(whole, "test: true\n", ""),
        replaced(whole, "test: true", "test: false"), replaced(whole, "checksum", "cheksum"),
        whole + "note: hello\n"}) {
    overwrite(path, altered);
    const auto read = read_key_file(path);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == Errc::corrupt);
    CHECK(read.error().what.find(seed) == std::string::npos);
  }
}

TEST_CASE("a file of another kind or version is a mismatch", "[keys]") {
  const test::TempDir folder;
  const fs::path path = folder / "k.yaml";
  REQUIRE(write_key_file(path, some_key(), false).has_value());
  const std::string whole = content_of(path);
  overwrite(path, replaced(whole, "hs.key/v1", "hs.key/v2"));
  CHECK(read_key_file(path).error().code == Errc::mismatch);
  overwrite(path, replaced(whole, "encryption: none", "encryption: argon2id"));
  CHECK(read_key_file(path).error().code == Errc::mismatch);
}

TEST_CASE("names that could leave the folder or confuse a reader are refused", "[keys]") {
  for (const std::string name : {"", "../x", "a/b", ".hidden", "-flag", "a b", "a\n", "ä"}) {
    INFO(name);
    CHECK_FALSE(check_key_name(name).has_value());
    CHECK_FALSE(generate_key(name).has_value());
  }
  CHECK_FALSE(check_key_name(std::string(key_name_bytes_max + 1, 'a')).has_value());
  CHECK(check_key_name(std::string(key_name_bytes_max, 'a')).has_value());
  CHECK(check_key_name("n0.validator_1-b").has_value());
}

TEST_CASE("listing a folder shows its keys by name, and what is wrong with some", "[keys]") {
  const test::TempDir folder;
  REQUIRE(write_key_file(folder / "b.yaml", insecure_test_key("s", "b"), false).has_value());
  REQUIRE(write_key_file(folder / "a.yaml", insecure_test_key("s", "a"), false).has_value());
  overwrite(folder / "genesis.yaml", "schema: hs.genesis/v1\n");
  overwrite(folder / "notes.txt", "schema: hs.key/v1\n");
  REQUIRE(::chmod((folder / "b.yaml").c_str(), 0644) == 0);
  const auto keys = list_key_files(folder.path());
  REQUIRE(keys.has_value());
  REQUIRE(keys->size() == 2);
  CHECK(keys->at(0).info->name == "a");
  CHECK(keys->at(1).info.error().code == Errc::denied);
  CHECK(list_key_files(folder / "none").error().code == Errc::not_found);
}

}  // namespace hs
