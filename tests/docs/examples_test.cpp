// The files shown in the manual are files that `hs` takes.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "genesis/genesis.h"
#include "lib/node/home/node_config.h"
#include "testnet/record.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs::test {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The literal blocks of a page that begin with the schema; every page that has one shows it so.
std::vector<std::string> examples(const std::string& page, const std::string& schema) {
  const std::string text = content_of(HS_SOURCE_DIR "/man/" + page);
  std::vector<std::string> blocks;
  std::size_t at = 0;
  while ((at = text.find("\n```\n", at)) != std::string::npos) {
    const std::size_t begin = at + 5;
    const std::size_t end = text.find("\n```\n", begin - 1);
    REQUIRE(end != std::string::npos);
    std::string block = text.substr(begin, end + 1 - begin);
    if (block.starts_with("schema: " + schema + "\n")) blocks.push_back(std::move(block));
    at = end + 4;
  }
  return blocks;
}

}  // namespace

TEST_CASE("the genesis documents of the manual are valid", "[docs]") {
  const auto shown = examples("hs-genesis.5.scd", "hs.genesis/v1");
  REQUIRE(shown.size() == 1);
  const auto genesis = parse_genesis(shown[0], "hs-genesis.5");
  INFO((genesis ? "" : genesis.error().what));
  REQUIRE(genesis);
  CHECK(genesis->validators.size() == 4);
}

TEST_CASE("the node.yaml of the manual is valid", "[docs]") {
  const auto shown = examples("hs-config.5.scd", "hs.node/v1");
  REQUIRE(shown.size() == 1);
  const auto config = parse_node_config(shown[0], "hs-config.5");
  INFO((config ? "" : config.error().what));
  REQUIRE(config);
  CHECK(config->peers.size() == 1);
}

TEST_CASE("the testnet.yaml of the manual is valid", "[docs]") {
  const auto shown = examples("hs-config.5.scd", "hs.testnet/v1");
  REQUIRE(shown.size() == 1);
  const TempDir folder;
  const TestnetLayout layout{folder.path()};
  std::ofstream(layout.testnet_yaml()) << shown[0];
  const auto record = read_testnet_record(layout);
  INFO((record ? "" : record.error().what));
  REQUIRE(record);
  CHECK(record->validators == 4);
}

}  // namespace hs::test
