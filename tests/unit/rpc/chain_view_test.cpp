#include "lib/rpc/chain_view.h"
#include "lib/base/hex.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"
#include "tests/unit/rpc/fake_node.h"

namespace hs {
namespace {

std::vector<std::string> fields_of(const Json& object) {
  std::vector<std::string> fields;
  for (const auto& [name, value] : object.items()) fields.push_back(name);
  return fields;
}

// Heights 0 to 5; committed up to 3. Height h is certified in view h + 1.
struct Grown {
  Grown() {
    node.put("hello", "world");
    for (int i = 0; i < 6; ++i) node.grow();
    look();
  }
  void look() {
    store = node.snapshot();
    chain = node.chain();
    view.emplace(*store, node.names());
  }
  Json block(std::size_t height) const { return view->block(chain[height]); }

  test::FakeNode node;
  std::unique_ptr<KvReader> store;
  std::vector<Hash> chain;
  std::optional<ChainView> view;
};

}  // namespace

TEST_CASE_METHOD(Grown, "a block has the fields that scripts rely on, schema first", "[rpc]") {
  const std::vector<std::string> fields = fields_of(block(2));
  CHECK(fields.front() == "schema");
  for (const char* field : {"height", "hash", "parent", "data_hash", "view", "proposer", "status",
                            "confirmations", "justify", "transactions", "validator_set_updates"}) {
    INFO(field);
    CHECK(std::find(fields.begin(), fields.end(), field) != fields.end());
  }
  const Json block_2 = block(2);
  CHECK(block_2["schema"] == "hs.block/v1");
  CHECK(block_2["height"] == 2);
  CHECK(block_2["hash"] == to_hex(chain[2].view()));
  CHECK(block_2["parent"] == to_hex(chain[1].view()));
  CHECK(block_2["view"] == 3);
  CHECK(block_2["justify"]["view"] == 2);
  CHECK(block_2["justify"]["phase"] == "generic");
  CHECK(block_2["justify"]["block"] == to_hex(chain[1].view()));
  CHECK(block_2["justify"]["signers"].size() == 3);
  CHECK(block_2["justify"]["power"] == 3);
  CHECK(block_2["validator_set_updates"].is_null());
}

TEST_CASE_METHOD(Grown, "the proposer is the leader of the view that certified the block",
                 "[rpc]") {
  const ValidatorSet set = test::test_set({{1}, {2}, {3}, {4}});
  CHECK(block(2)["proposer"] == to_hex(set.leader(View{3}).view()));
  CHECK(block(2)["proposer_name"] == node.names().at(set.leader(View{3})));
  const Hash fork = node.fork();
  look();
  CHECK(view->block(fork)["proposer"].is_null());
  CHECK(view->block(fork)["view"].is_null());
}

TEST_CASE_METHOD(Grown, "confirmations count the certificates that stand on a block", "[rpc]") {
  CHECK(block(2)["confirmations"] == 3);
  CHECK(block(3)["confirmations"] == 3);
  CHECK(block(4)["confirmations"] == 2);
  CHECK(block(5)["confirmations"] == 1);
  const Hash fork = node.fork();
  look();
  CHECK(view->block(fork)["confirmations"] == 0);
}

TEST_CASE_METHOD(Grown, "a block is committed up to the committed height", "[rpc]") {
  CHECK(block(0)["status"] == "committed");
  CHECK(block(3)["status"] == "committed");
  CHECK(block(4)["status"] == "uncommitted");
}

TEST_CASE_METHOD(Grown, "the first block has no parent and the genesis certificate", "[rpc]") {
  CHECK(block(0)["parent"].is_null());
  CHECK(block(0)["justify"]["signers"].empty());
  CHECK(block(0)["justify"]["power"] == 0);
}

TEST_CASE_METHOD(Grown, "signer bits stand in the order of the validators", "[rpc]") {
  const ValidatorSet set = test::test_set({{1}, {2}, {3}, {4}});
  std::string expected(4, '1');
  expected[*set.position(test::test_key(4).public_key())] = '0';
  CHECK(block(2)["signer_bits"] == expected);
  const Json validators = *view->validators(std::nullopt);
  REQUIRE(validators["validators"].size() == 4);
  CHECK(validators["validators"][0]["public_key"] == to_hex(set.members()[0].key.view()));
}

TEST_CASE_METHOD(Grown, "a committed block tells its transactions and their outcomes", "[rpc]") {
  const Json transactions = block(0)["transactions"];
  REQUIRE(transactions.size() == 1);
  CHECK(transactions[0]["kind"] == "put");
  CHECK(transactions[0]["key"] == "hello");
  CHECK(transactions[0]["value"] == "world");
  CHECK(transactions[0]["outcome"] == "applied");
  CHECK(transactions[0]["id"].get<std::string>().size() == 64);
  CHECK(block(1)["transactions"].empty());
}

TEST_CASE_METHOD(Grown, "a list of blocks goes down from the newest in pages that join", "[rpc]") {
  const auto heights = [](const Json& answer) {
    std::vector<int> list;
    for (const Json& block : answer["blocks"]) list.push_back(block["height"].get<int>());
    return list;
  };
  const Json first = view->blocks(Height{0}, std::nullopt, 4);
  CHECK(first["schema"] == "hs.blocks/v1");
  CHECK(heights(first) == std::vector<int>{5, 4, 3, 2});
  CHECK(first["next"] == 1);
  const Json second = view->blocks(Height{0}, Height{1}, 4);
  CHECK(heights(second) == std::vector<int>{1, 0});
  CHECK(second["next"].is_null());
  CHECK(heights(view->blocks(Height{2}, Height{3}, 10)) == std::vector<int>{3, 2});
  CHECK(heights(view->blocks(Height{4}, Height{3}, 10)).empty());
  CHECK(heights(view->blocks(Height{0}, Height{999}, 1)) == std::vector<int>{5});
}

TEST_CASE_METHOD(Grown, "the tree has every branch of its topmost heights", "[rpc]") {
  const Hash fork = node.fork();
  look();
  const Json tree = view->tree(3);
  CHECK(tree["schema"] == "hs.tree/v1");
  CHECK(tree["committed_height"] == 3);
  CHECK(tree["highest"] == to_hex(chain[5].view()));
  CHECK(tree["locked"] == to_hex(chain[4].view()));
  std::vector<std::string> hashes;
  for (const Json& block : tree["blocks"]) hashes.push_back(block["hash"]);
  CHECK(hashes.size() == 4);
  CHECK(hashes.front() == to_hex(chain[3].view()));
  CHECK(std::find(hashes.begin(), hashes.end(), to_hex(fork.view())) != hashes.end());
  CHECK(view->tree(200)["blocks"].size() == 7);
}

TEST_CASE_METHOD(Grown, "validators are told with their total and the quorum", "[rpc]") {
  const Json now = *view->validators(std::nullopt);
  CHECK(now["schema"] == "hs.validators/v1");
  CHECK(now["height"] == 3);
  CHECK(now["total_power"] == 4);
  CHECK(now["quorum"] == 3);
  CHECK(now["update_decided"] == true);
  CHECK((*view->validators(Height{1}))["height"] == 1);
  CHECK(view->validators(Height{4}).error().code == Errc::not_found);
}

}  // namespace hs
