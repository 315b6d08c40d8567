#include "lib/rpc/reads.h"

#include "lib/base/hex.h"
#include "tests/support/catch.h"
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
