#include "testnet/selector.h"

#include "tests/support/catch.h"

namespace hs {
namespace {

SelectorContext seven() {
  SelectorContext context;
  for (int i = 0; i < 7; ++i) context.nodes.push_back("n" + std::to_string(i));
  context.faults_tolerated = 2;
  context.leader = [] { return std::optional<std::string>("n5"); };
  return context;
}

std::vector<std::string> chosen(const std::string& selector) {
  const auto nodes = select_nodes(selector, seven());
  REQUIRE(nodes.has_value());
  return *nodes;
}

TEST_CASE("selectors name nodes, each once and in their order", "[testnet]") {
  using Names = std::vector<std::string>;
  CHECK(chosen("n3") == Names{"n3"});
  CHECK(chosen("n2,n0") == Names{"n0", "n2"});
  CHECK(chosen("n1..n3") == Names{"n1", "n2", "n3"});
  CHECK(chosen("n1..n3,n2,n6") == Names{"n1", "n2", "n3", "n6"});
  CHECK(chosen("leader") == Names{"n5"});
  CHECK(chosen("f") == Names{"n5", "n6"});
  CHECK(chosen("all").size() == 7);
  CHECK(chosen("random:7").size() == 7);
  CHECK(chosen("random:0").empty());
}

TEST_CASE("the same seed draws the same nodes, another one others", "[testnet]") {
  CHECK(chosen("random:3@7").size() == 3);
  CHECK(chosen("random:3@7") == chosen("random:3@7"));
  bool differs = false;
  for (int seed = 0; seed < 10; ++seed) {
    differs = differs || chosen("random:3@" + std::to_string(seed)) != chosen("random:3@7");
  }
  CHECK(differs);
}

TEST_CASE("what names no node is refused", "[testnet]") {
  for (const std::string text :
       {"", "n7", "n", "N1", "n1,", ",n1", "n1..", "..n1", "n1..n9", "n01"}) {
    INFO(text);
    REQUIRE_FALSE(select_nodes(text, seven()).has_value());
    CHECK(select_nodes(text, seven()).error().code == Errc::not_found);
  }
  for (const std::string text :
       {"n3..n1", "random:8", "random:", "random:x", "random:1@", "random:1@x", "random:-1"}) {
    INFO(text);
    REQUIRE_FALSE(select_nodes(text, seven()).has_value());
    CHECK(select_nodes(text, seven()).error().code == Errc::bad_value);
  }
}

TEST_CASE("an unknown node is answered with those there are, gaps and all", "[testnet]") {
  SelectorContext context = seven();
  context.nodes = {"n0", "n2", "n7"};
  const auto missing = select_nodes("n1", context);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().what.find("only n0, n2, n7") != std::string::npos);
}

TEST_CASE("f are nodes whose loss costs votes", "[testnet]") {
  SelectorContext context = seven();
  context.listeners = {"n4", "n6"};
  CHECK(*select_nodes("f", context) == std::vector<std::string>{"n3", "n5"});
  context.faults_tolerated = 9;
  CHECK(select_nodes("f", context)->size() == 5);
}

TEST_CASE("without a known leader none is chosen", "[testnet]") {
  SelectorContext context = seven();
  context.leader = [] { return std::optional<std::string>(); };
  CHECK(select_nodes("leader", context).error().code == Errc::unavailable);
}

}  // namespace
}  // namespace hs
