#include "lib/base/hex.h"
#include "lib/rpc/chain_view.h"
#include "tests/support/catch.h"
#include "tests/unit/rpc/fake_node.h"

namespace hs {
namespace {

// Heights 0 to 9; committed up to 7, locked at 8, certified up to 9. Height h is certified in view
// h + 1.
struct Grown {
  Grown() {
    for (int i = 0; i < 10; ++i) node.grow();
    store = node.snapshot();
    chain = node.chain();
  }
  Result<Hash> find(const std::string& selector) const {
    return ChainView(*store, node.names()).find(selector);
  }
  test::FakeNode node;
  std::unique_ptr<KvReader> store;
  std::vector<Hash> chain;
};

}  // namespace

TEST_CASE_METHOD(Grown, "a selector names the block that its word says", "[rpc]") {
  CHECK(find("head") == chain[9]);
  CHECK(find("highest") == chain[9]);
  CHECK(find("locked") == chain[8]);
  CHECK(find("committed") == chain[7]);
  CHECK(find("genesis") == chain[0]);
}

TEST_CASE_METHOD(Grown, "a selector is a height, below and above the committed one", "[rpc]") {
  CHECK(find("0") == chain[0]);
  CHECK(find("7") == chain[7]);
  CHECK(find("9") == chain[9]);
  CHECK(find("10").error().code == Errc::not_found);
  CHECK(find("99999999999999999999").error().code == Errc::bad_value);
}

TEST_CASE_METHOD(Grown, "a selector is the view of a block's certificate", "[rpc]") {
  CHECK(find("v:1") == chain[0]);
  CHECK(find("v:10") == chain[9]);
  CHECK(find("v:6") == chain[5]);
  CHECK(find("v:11").error().code == Errc::not_found);
  CHECK(find("v:0").error().code == Errc::not_found);
  CHECK(find("v:").error().code == Errc::bad_value);
}

TEST_CASE_METHOD(Grown, "a tilde goes back as many generations as it says", "[rpc]") {
  CHECK(find("head~0") == chain[9]);
  CHECK(find("head~1") == chain[8]);
  CHECK(find("head~9") == chain[0]);
  CHECK(find("7~3") == chain[4]);
  CHECK(find("head~10").error().code == Errc::not_found);
  CHECK(find("head~").error().code == Errc::bad_value);
  CHECK(find("head~x").error().code == Errc::bad_value);
  CHECK(find("head~1~1").error().code == Errc::bad_value);
}

TEST_CASE_METHOD(Grown, "a selector is a hash or the beginning of one", "[rpc]") {
  const std::string hash = to_hex(chain[4].view());
  CHECK(find(hash) == chain[4]);
  // An all-decimal beginning would be a height, and two blocks might share a short one.
  for (const std::size_t digits : {63U, 20U, 11U}) {
    INFO(hash.substr(0, digits));
    CHECK(find(hash.substr(0, digits)) == chain[4]);
  }
  CHECK(find(std::string(64, 'f')).error().code == Errc::not_found);
  CHECK(find("abc").error().code == Errc::bad_value);
  CHECK(find("xyzw").error().code == Errc::bad_value);
  CHECK(find("").error().code == Errc::bad_value);
  CHECK(find(hash + "00").error().code == Errc::bad_value);
}

TEST_CASE_METHOD(Grown, "a block off the chain is found by its hash alone", "[rpc]") {
  const Hash fork = node.fork();
  store = node.snapshot();
  CHECK(find(to_hex(fork.view())) == fork);
  CHECK(find("head") == chain[9]);
  CHECK(find(to_hex(fork.view()) + "~1") == chain[8]);
}

TEST_CASE("on a chain without blocks every selector says that there is none", "[rpc]") {
  const test::FakeNode node;
  const auto store = node.snapshot();
  const ChainView chain(*store, node.names());
  for (const char* selector : {"head", "committed", "locked", "highest", "genesis", "0", "v:1"}) {
    INFO(selector);
    REQUIRE_FALSE(chain.find(selector).has_value());
    CHECK(chain.find(selector).error().code == Errc::not_found);
  }
}

}  // namespace hs
