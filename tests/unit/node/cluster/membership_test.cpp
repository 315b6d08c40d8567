// Nodes that become validators and listeners while they run.
#include <map>

#include "lib/base/hex.h"
#include "lib/kvapp/set_changes.h"
#include "tests/support/catch.h"
#include "tests/unit/node/cluster/cluster.h"

namespace hs {
namespace {

using test::Cluster;
using test::eventually;

std::string key_text(std::size_t node) { return to_hex(Cluster::key(node).public_key().view()); }

// Signs the change, gives it to node `at` and returns the answer.
RpcReply submit(const Cluster& cluster, std::size_t at, std::uint64_t sequence,
                kv::Operation operation) {
  Transaction transaction;
  transaction.chain_id = ChainId{4242};
  transaction.sequence = sequence;
  transaction.valid_until = Height{cluster.committed_height(at).value_or(0) + 500};
  transaction.operation = std::move(operation);
  const Bytes bytes = to_borsh(kv::signed_set_change(transaction, Cluster::authority()));
  const auto reply = cluster.post(at, "/v1/transactions?wait=committed&timeout_ms=4000",
                                  {{"transaction", to_hex(bytes)}});
  REQUIRE(reply);
  return *reply;
}

kv::Operation sets(std::size_t node, std::uint64_t power = 1) {
  return kv::SetValidator{Cluster::key(node).public_key(), Power{power}, {}};
}
kv::Operation removes(std::size_t node) {
  return kv::RemoveValidator{Cluster::key(node).public_key(), {}};
}

// Is there no update under way, and does the set of every node have `size` members?
bool settled(const Cluster& cluster, std::size_t size) {
  for (std::size_t node = 0; node < cluster.size(); ++node) {
    const auto set = cluster.get(node, "/v1/validators");
    if (!set || !(*set)["update_decided"].get<bool>()) return false;
    if ((*set)["validators"].size() != size) return false;
  }
  return true;
}

std::string role(const Cluster& cluster, std::size_t node) {
  const auto status = cluster.get(node, "/v1/status");
  return status ? (*status)["role"].get<std::string>() : "";
}

// Does a certificate among the newest blocks hold a signature of the node?
bool has_voted(const Cluster& cluster, std::size_t node) {
  const auto blocks = cluster.get(0, "/v1/blocks?limit=10");
  if (!blocks) return false;
  for (const auto& block : (*blocks)["blocks"]) {
    const auto& signers = block["justify"]["signers"];
    if (std::find(signers.begin(), signers.end(), key_text(node)) != signers.end()) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a listener follows, becomes a validator and a listener again without a restart",
          "[node][S25]") {
  Cluster cluster(5, 4);
  cluster.start_all();
  // Follows and serves reads.
  REQUIRE(cluster.commits(4, 3));
  CHECK(role(cluster, 4) == "listener");
  CHECK(cluster.get(4, "/v1/blocks/1").has_value());
  CHECK_FALSE(has_voted(cluster, 4));

  CHECK(submit(cluster, 0, 1, sets(4)).ok());
  REQUIRE(eventually([&] { return settled(cluster, 5); }));
  CHECK(role(cluster, 4) == "validator");
  CHECK(eventually([&] { return has_voted(cluster, 4); }));

  // Through the new member itself, which goes on following as a listener.
  CHECK(submit(cluster, 4, 2, removes(4)).ok());
  REQUIRE(eventually([&] { return settled(cluster, 4); }));
  CHECK(role(cluster, 4) == "listener");
  const std::uint64_t height = cluster.committed_height(0).value();
  CHECK(cluster.commits(4, height + 3));

  // The sets of before are known by height, also to the one that came later.
  const auto before = cluster.get(4, "/v1/validators?height=0");
  REQUIRE(before);
  CHECK((*before)["validators"].size() == 4);
  const auto changes = cluster.get(4, "/v1/validators/changes");
  REQUIRE(changes);
  REQUIRE((*changes)["changes"].size() == 2);
  const auto added = (*changes)["changes"][0]["height"].get<std::uint64_t>();
  const auto between = cluster.get(4, "/v1/validators?height=" + std::to_string(added));
  REQUIRE(between);
  CHECK((*between)["validators"].size() == 5);
}

TEST_CASE("changes that cannot be are refused with their reason, each with a status of its own",
          "[node]") {
  Cluster cluster(4);
  cluster.start_all();
  REQUIRE(cluster.commits(0, 1));
  const auto code = [&](const RpcReply& reply) {
    return std::to_string(reply.status) + " " +
           nlohmann::json::parse(reply.body)["code"].get<std::string>();
  };
  CHECK(code(submit(cluster, 0, 1, removes(8))) == "404 transaction_unknown_validator");
  CHECK(code(submit(cluster, 0, 2, sets(0))) == "400 transaction_unchanged");
  CHECK(code(submit(cluster, 0, 3, sets(8, 0))) == "400 transaction_unusable_set");
  // Not even a quorum could decide: the key that joins belongs to nobody and has the most power.
  CHECK(submit(cluster, 0, 4, sets(8, 1000)).ok());
  CHECK(code(submit(cluster, 0, 5, sets(9))) == "409 transaction_update_undecided");
}

}  // namespace hs
