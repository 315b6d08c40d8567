// A node that is shown a fork: it ends, for a reason, and does not start again until its data are
// reset. [S57]
#include "lib/codec/borsh.h"
#include "lib/node/home/fork_mark.h"
#include "lib/node/home/init.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"
#include "tests/unit/node/cluster/hostile_peer.h"

namespace hs {
namespace {

using test::Cluster;
using test::HostilePeer;

// Signed by the keys of the first three of four validators, all of whom lie.
PhaseCertificate certificate(const Cluster& cluster, ChainId chain, View view) {
  std::vector<Validator> members;
  for (std::size_t node = 0; node < 4; ++node) {
    members.push_back({cluster.key(node).public_key(), Power{1}});
  }
  const auto set = ValidatorSet::from_members(members);
  REQUIRE(set);
  PhaseCertificate pc{chain, view, test::test_hash("another"), Phase::generic, {}};
  pc.signatures.resize(set->size());
  const Bytes statement = phase_statement(chain, view, pc.block, pc.phase);
  for (std::size_t node = 0; node < 3; ++node) {
    const auto slot = set->position(cluster.key(node).public_key());
    REQUIRE(slot);
    pc.signatures[*slot] = cluster.key(node).sign(statement);
  }
  return pc;
}

std::expected<std::unique_ptr<Node>, NodeFailure> try_start(const HomeLayout& home) {
  auto settings = load_settings(home, {});
  if (!settings) return std::unexpected(settings.error());
  return Node::start(std::move(*settings), {});
}

}  // namespace

TEST_CASE("a node that has seen a fork ends and is refused until its data are reset",
          "[node][S57][S57e][S57f]") {
  Cluster cluster(4);
  for (std::size_t node = 0; node < 3; ++node) cluster.start(node);
  REQUIRE(cluster.commits(0, 2));
  const HomeLayout& home = cluster.home(0);
  CHECK(*fork_mark(home) == std::nullopt);
  {
    HostilePeer hostile(cluster, 0, cluster.key(3));
    REQUIRE(hostile.runs_until([&] { return hostile.is_up(); }));
    const auto status = cluster.get(0, "/v1/status");
    REQUIRE(status);
    const ChainId chain{std::stoull((*status)["chain_id"].get<std::string>())};
    const View view{(*status)["highest_pc_view"].get<std::uint64_t>()};
    hostile.send(Channel::message,
                 to_borsh(Message(AdvertisePC{certificate(cluster, chain, view)})));
    REQUIRE(hostile.runs_until([&] {
      const auto mark = fork_mark(home);
      return mark && *mark;
    }));
  }
  const auto failure = cluster.ends(0);
  REQUIRE(failure);
  CHECK(failure->kind == NodeFailure::Kind::forked);
  CHECK(failure->message.find("two statements in one view") != std::string::npos);
  CHECK(failure->message.find("at height ") != std::string::npos);
  CHECK(failure->fix.find("hs node reset --data") != std::string::npos);
  // Its last words have shown the fork to the others.
  CHECK(cluster.ends(1));
  CHECK(cluster.ends(2));

  cluster.stop_all();
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto refused = try_start(home);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == NodeFailure::Kind::forked);
    CHECK(refused.error().message == failure->message);
    // The database decides, whatever became of the mark.
    REQUIRE(clear_fork_mark(home));
  }
  REQUIRE(reset_data(home));
  CHECK(*fork_mark(home) == std::nullopt);
  CHECK(try_start(home).has_value());
}

}  // namespace hs
