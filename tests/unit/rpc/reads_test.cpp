#include "lib/rpc/reads.h"

#include "lib/base/hex.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"
#include "tests/unit/rpc/fake_node.h"

namespace hs {
namespace {

// Keys a, b/1 to b/5 and one that is no text, committed; asked offline, without a live node.
struct Stored {
  Stored() {
    node.put("a", "1");
    for (int i = 1; i <= 5; ++i) node.put("b/" + std::to_string(i), std::to_string(i));
    node.put("\xff\x01", "\xfe");
    node.commit_all();
  }
  HttpResponse get(const std::string& path, const std::string& query = "") const {
    const auto store = node.snapshot();
    const auto answer = answer_read({.store = *store,
                                     .chain_id = node.node.chain_id,
                                     .genesis_hash = node.node.genesis_hash,
                                     .names = node.names()},
                                    {.method = "GET", .path = path, .query = query});
    REQUIRE(answer.has_value());
    return *answer;
  }
  Json json(const std::string& path, const std::string& query = "") const {
    const HttpResponse answer = get(path, query);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
  test::FakeNode node;
};

// Counts the entries that scans show.
class Watched : public KvReader {
 public:
  explicit Watched(const KvReader& store) : store_(&store) {}
  [[nodiscard]] std::optional<Bytes> get(BytesView key) const override { return store_->get(key); }
  void scan(BytesView prefix, const Visitor& visit) const override {
    store_->scan(prefix, counting(visit));
  }
  void scan_from(BytesView prefix, BytesView from, const Visitor& visit) const override {
    store_->scan_from(prefix, from, counting(visit));
  }
  mutable std::size_t shown = 0;

 private:
  [[nodiscard]] Visitor counting(const Visitor& visit) const {
    return [this, &visit](BytesView key, BytesView value) {
      ++shown;
      return visit(key, value);
    };
  }
  const KvReader* store_;
};

}  // namespace

TEST_CASE_METHOD(Stored, "the status of a node at rest comes from its files", "[rpc]") {
  const Json status = json("/v1/status");
  CHECK(status.begin().key() == "schema");
  CHECK(status["schema"] == "hs.chain_status/v1");
  CHECK(status["chain_id"] == "7");
  CHECK(status["view"] == 4);
  CHECK(status["committed_height"] == 0);
  CHECK(status["committed_hash"] == to_hex(node.chain()[0].view()));
  CHECK(status["highest_pc_view"] == 3);
  CHECK(status["locked_view"] == 2);
  CHECK(status["highest_tc_view"].is_null());
  CHECK(status["validators"] == 4);
  CHECK(status["pending_transactions"].is_null());
}

TEST_CASE_METHOD(Stored, "a value is told with its key and the height it stands at", "[rpc]") {
  CHECK(json("/v1/state/a") ==
        Json{{"schema", "hs.state_value/v1"}, {"key", "a"}, {"value", "1"}, {"height", 0}});
  CHECK(json("/v1/state/b%2F3")["value"] == "3");
  CHECK(json("/v1/state/b/3")["value"] == "3");
  const Json bytes = json("/v1/state/%FF%01");
  CHECK(bytes["key_b64"] == "/wE=");
  CHECK(bytes["value_b64"] == "/g==");
  const HttpResponse missing = get("/v1/state/nothing");
  CHECK(missing.status == 404);
  CHECK(Json::parse(missing.body)["schema"] == "hs.error/v1");
}

TEST_CASE_METHOD(Stored, "state is listed in pages that join without gap or repetition", "[rpc]") {
  std::vector<std::string> keys;
  std::string query = "prefix=b%2F&limit=2";
  int pages = 0;
  for (std::string after; pages < 10;) {
    const Json page = json("/v1/state", query + (after.empty() ? "" : "&after=" + after));
    ++pages;
    for (const Json& entry : page["entries"]) keys.push_back(entry["key"]);
    if (page["next_after"].is_null()) break;
    after = page["next_after"];
  }
  CHECK(pages == 3);
  CHECK(keys == std::vector<std::string>{"b/1", "b/2", "b/3", "b/4", "b/5"});
  CHECK(json("/v1/state")["entries"].size() == 7);
  CHECK(json("/v1/state", "prefix=zzz")["entries"].empty());
}

TEST_CASE_METHOD(Stored, "a page of the state is read from where the last one ended", "[rpc]") {
  const auto store = node.snapshot();
  const Watched watched(*store);
  const auto page = [&](const std::string& query) {
    watched.shown = 0;
    const auto answer = answer_read({.store = watched,
                                     .chain_id = node.node.chain_id,
                                     .genesis_hash = node.node.genesis_hash,
                                     .names = node.names()},
                                    {.method = "GET", .path = "/v1/state", .query = query});
    REQUIRE(answer.has_value());
    return Json::parse(answer->body);
  };
  const Json first = page("limit=5");
  CHECK(watched.shown == 6);  // and one more, to know whether there is a next page
  const Json last = page("limit=5&after=" + first["next_after"].get<std::string>());
  CHECK(last["entries"].size() == 2);
  CHECK(watched.shown <= 3);
}

TEST_CASE_METHOD(Stored, "evidence is read from the store, oldest first", "[rpc][S23]") {
  MemoryStore store;
  const auto vote = [](std::uint64_t view, std::string_view block) {
    return PhaseVote{test::test_chain, View{view}, test::test_hash(block), Phase::generic, {}};
  };
  REQUIRE(initialise(store, {{}, test::test_set({{1}, {2}, {3}, {4}})}).has_value());
  BlockTree tree(store);
  const PublicKey signer = test::test_key(3).public_key();
  for (const std::uint64_t number : {300, 2, 1'000}) {
    tree.keep_evidence(number, {signer, vote(number, "one"), vote(number, "two")});
  }
  tree.drop_evidence(2);
  store.write(tree.take_batch(), false);
  const auto answer = answer_read({.store = store,
                                   .chain_id = node.node.chain_id,
                                   .genesis_hash = node.node.genesis_hash,
                                   .names = node.names()},
                                  {.method = "GET", .path = "/v1/evidence"});
  REQUIRE(answer.has_value());
  const Json evidence = Json::parse(answer->body);
  CHECK(evidence["schema"] == "hs.evidence/v1");
  REQUIRE(evidence["evidence"].size() == 2);
  CHECK(evidence["evidence"][0]["first"]["view"] == 300);
  CHECK(evidence["evidence"][1]["second"]["block"] == to_hex(test::test_hash("two").view()));
  CHECK(evidence["evidence"][0]["signer"] == to_hex(signer.view()));
  CHECK(evidence["evidence"][0]["first"]["signature"].get<std::string>().size() == 128);
}

TEST_CASE_METHOD(Stored, "a question that cannot be understood is refused by name", "[rpc]") {
  for (const char* query : {"limit=x", "limit=-1", "limit=1001", "limit=", "unknown=1",
                            "limit=1&limit=2", "prefix=%zz", "after=xyz"}) {
    INFO(query);
    const HttpResponse answer = get("/v1/state", query);
    CHECK(answer.status == 400);
    CHECK(Json::parse(answer.body)["schema"] == "hs.error/v1");
  }
  CHECK(get("/v1/status", "x=1").status == 400);
  CHECK(get("/v1/tree", "depth=201").status == 400);
  CHECK(get("/v1/blocks/head", "x=1").status == 400);
  CHECK(get("/v1/blocks/no-such-word").status == 400);
  CHECK(get("/v1/blocks/77").status == 404);
  CHECK(get("/v1/validators", "height=77").status == 404);
}

TEST_CASE_METHOD(Stored, "a path that is no read is left to others", "[rpc]") {
  const auto store = node.snapshot();
  const ReadContext context{.store = *store,
                            .chain_id = node.node.chain_id,
                            .genesis_hash = node.node.genesis_hash,
                            .names = node.names()};
  for (const char* path :
       {"/", "/v1", "/v1/peers", "/v1/statuses", "/v2/status", "/v1/transactions"}) {
    INFO(path);
    CHECK_FALSE(answer_read(context, {.method = "GET", .path = path}).has_value());
  }
}

TEST_CASE_METHOD(Stored, "a store that is corrupt is an answer, not the end of the node", "[rpc]") {
  class Broken : public KvReader {
   public:
    std::optional<Bytes> get(BytesView) const override {
      throw StoreFailure(StoreFailure::Kind::corrupt, "bad checksum");
    }
    void scan(BytesView, const Visitor&) const override {}
  };
  const Broken broken;
  const auto answer = answer_read({.store = broken,
                                   .chain_id = node.node.chain_id,
                                   .genesis_hash = node.node.genesis_hash,
                                   .names = node.names()},
                                  {.method = "GET", .path = "/v1/status"});
  REQUIRE(answer.has_value());
  CHECK(answer->status == 500);
  CHECK(Json::parse(answer->body)["code"] == "corrupt");
}

}  // namespace hs
