#include "lib/base/hex.h"
#include "lib/codec/borsh.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"
#include "tests/support/keys.h"
#include "tests/unit/node/cluster/hostile_peer.h"

namespace hs {
namespace {

using test::Cluster;
using test::HostilePeer;

// The key of the fourth validator, which votes twice.
const SecretKey& equivocator() {
  static const SecretKey key = test::test_key(4);
  return key;
}

Bytes vote(ChainId chain, View view, std::string_view block) {
  const Hash hash = test::test_hash(block);
  const Bytes statement = phase_statement(chain, view, hash, Phase::generic);
  return to_borsh(
      Message(PhaseVote{chain, view, hash, Phase::generic, equivocator().sign(statement)}));
}

std::size_t pairs_of(const std::optional<nlohmann::json>& answer) {
  return answer ? (*answer)["evidence"].size() : 0;
}

}  // namespace

TEST_CASE("a validator that votes twice is proved to have, over a restart too", "[node][S23]") {
  Cluster cluster(4);
  for (std::size_t node = 0; node < 3; ++node) cluster.start(node);
  REQUIRE(cluster.commits(0, 1));
  {
    HostilePeer hostile(cluster, 0, equivocator());
    REQUIRE(hostile.runs_until([&] { return hostile.is_up(); }));
    const auto status = cluster.get(0, "/v1/status");
    REQUIRE(status);
    const ChainId chain{std::stoull((*status)["chain_id"].get<std::string>())};
    const std::uint64_t view = (*status)["view"].get<std::uint64_t>();
    for (std::uint64_t ahead = 5; ahead < 40; ++ahead) {  // more than are kept of one signer
      hostile.send(Channel::message, vote(chain, View{view + ahead}, "one"));
      hostile.send(Channel::message, vote(chain, View{view + ahead}, "two"));
    }
    REQUIRE(hostile.runs_until([&] { return pairs_of(cluster.get(0, "/v1/evidence")) >= 2; }));
  }
  const auto told = cluster.get(0, "/v1/events/recent?type=Equivocation");
  REQUIRE(told);
  REQUIRE_FALSE((*told)["events"].empty());
  CHECK((*told)["events"][0]["signer"] == to_hex(equivocator().public_key().view()));

  cluster.stop(0);
  cluster.start(0);
  const auto evidence = cluster.get(0, "/v1/evidence");
  REQUIRE(pairs_of(evidence) >= 2);
  CHECK(pairs_of(evidence) <= 8);
  const nlohmann::json& pair = (*evidence)["evidence"][0];
  CHECK(pair["signer"] == to_hex(equivocator().public_key().view()));
  CHECK(pair["first"]["view"] == pair["second"]["view"]);
  CHECK(pair["first"]["block"] != pair["second"]["block"]);
  for (const char* which : {"first", "second"}) {
    const auto block = fixed_from_hex<Hash>(pair[which]["block"].get<std::string>());
    const auto signature = fixed_from_hex<Signature>(pair[which]["signature"].get<std::string>());
    REQUIRE(block);
    REQUIRE(signature);
    const View view{pair[which]["view"].get<std::uint64_t>()};
    const Bytes statement = phase_statement(ChainId{4242}, view, *block, Phase::generic);
    CHECK(verify_ed25519(equivocator().public_key(), statement, *signature));
  }
}

}  // namespace hs
