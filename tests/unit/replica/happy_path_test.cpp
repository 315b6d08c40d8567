// What a calm network spends: each signature is checked once, and nobody says what others know.
#include <map>

#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

namespace {

constexpr int nodes = 4;

// How often each replica computed each signature check. A scheme of its own tells them apart.
std::map<Hash, int> checks[nodes];  // NOLINT: a scheme is made of plain functions

template <int Node>
bool count_check(const PublicKey& key, BytesView message, const Signature& signature) {
  ++checks[Node][sha256({key.bytes, message, signature.bytes})];
  return verify_ed25519(key, message, signature);
}

template <int Node>
const SignatureScheme& counting_scheme() {
  static const SignatureScheme scheme{.public_key = ed25519_scheme().public_key,
                                      .sign = ed25519_scheme().sign,
                                      .verify = count_check<Node>};
  return scheme;
}

template <int Node>
void count_checks_of(Cluster& cluster) {
  checks[Node].clear();
  Cluster::Node& node = *cluster.nodes[Node];
  node.key = SecretKey(node.key.seed(), counting_scheme<Node>());
}

// A message that a replica sent, in its bytes, with the kind of it.
struct Sent {
  std::string kind;
  Bytes bytes;
};

// What one replica of four sends while nobody waits for anything, until it is in `last_view`.
std::vector<Sent> sent_in_calm(bool reference_peers, std::uint64_t last_view) {
  ReplicaConfig config = Cluster::default_config();
  config.reference_peers = reference_peers;
  Lone lone(1, Lone::four(), config);
  lone.connect({2, 3, 4});
  lone.grow_to(last_view);
  std::vector<Sent> sent;
  for (const Send& send : lone.sent) {
    sent.push_back({std::string(name_of(*send.message)), to_borsh(*send.message)});
  }
  return sent;
}

std::vector<Bytes> without(const std::vector<Sent>& sent, const std::set<std::string>& kinds) {
  std::vector<Bytes> kept;
  for (const Sent& one : sent) {
    if (!kinds.contains(one.kind)) kept.push_back(one.bytes);
  }
  return kept;
}

std::size_t count_of(const std::vector<Sent>& sent, const std::string& kind) {
  return static_cast<std::size_t>(
      std::count_if(sent.begin(), sent.end(), [&](const Sent& one) { return one.kind == kind; }));
}

}  // namespace

TEST_CASE("in a calm network every replica checks every signature at most once", "[replica][S51]") {
  Cluster cluster(nodes);
  for (const auto& node : cluster.nodes) node->app.idle = true;
  count_checks_of<0>(cluster);
  count_checks_of<1>(cluster);
  count_checks_of<2>(cluster);
  count_checks_of<3>(cluster);
  for (int i = 0; i < nodes; ++i) cluster.start(i);
  cluster.run_for(milliseconds(20'000));
  for (int i = 0; i < nodes; ++i) {
    INFO("replica " << i);
    const ReplicaStatus status = cluster.nodes[static_cast<std::size_t>(i)]->replica->status();
    CHECK(status.view > View{50});
    REQUIRE_FALSE(checks[i].empty());
    for (const auto& [digest, count] : checks[i]) CHECK(count == 1);
    CHECK(checks[i].size() == status.signatures_verified);
    // The votes of four in a view at most, and what is said once a second.
    CHECK(status.signatures_verified <= 4 * status.view.value + 4 * 21);
  }
}

TEST_CASE("in a calm network one AdvanceView a view is sent, and no NewView", "[replica][S51]") {
  Cluster cluster(nodes);
  for (const auto& node : cluster.nodes) node->app.idle = true;
  std::map<View, std::set<int>> advancers;
  std::size_t new_views = 0;
  const std::uint64_t epoch_length = cluster.config.epoch_length;
  cluster.deliver = [&](int from, int /*to*/, const Message& message) {
    if (const auto* advance = std::get_if<AdvanceView>(&message)) {
      advancers[view_of(advance->progress_certificate)].insert(from);
    }
    if (const auto* new_view = std::get_if<NewView>(&message)) {
      new_views += new_view->view > View{0} ? 1 : 0;
    }
    return true;
  };
  cluster.run_for(milliseconds(10'000));
  REQUIRE(advancers.size() > 20);
  for (const auto& [view, from] : advancers) {
    if (view.value % epoch_length == 0) continue;  // whose certificates are always echoed
    INFO("view " << view.value);
    CHECK(from.size() == 1);
  }
  CHECK(new_views == 0);
}

TEST_CASE("a proposal shows by its certificate that the view before may be left",
          "[replica][S51]") {
  Lone lone;
  lone.grow_to(6);
  lone.forget();
  const PhaseCertificate justify = lone.pc(View{6}, lone.chain.back().hash);
  const Block next_block = Lone::block(Height{6}, justify, "goes on");
  REQUIRE(lone.leader(View{7}) != 1);
  lone.propose(next_block, View{7});  // no AdvanceView came before it
  CHECK(lone.view() == View{7});
  CHECK(lone.has_voted_for(next_block.hash));
  CHECK(lone.all<NewView>().empty());  // its leader has the certificate
}

TEST_CASE("a nudge shows by its certificate that the view before may be left", "[replica][S51]") {
  Lone lone;
  lone.grow_to(2);
  const Block update = lone.grow_update(sets_power({{5}}));
  lone.forget();
  const View at = lone.view();
  const PhaseCertificate prepared = lone.pc(at, update.hash, Phase::prepare);
  REQUIRE(lone.leader(next(at)) != 1);
  lone.receive(lone.leader(next(at)), Nudge{test_chain, next(at), prepared});
  CHECK(lone.view() == next(at));
  CHECK(lone.has_voted_for(update.hash, Phase::precommit));
}

TEST_CASE("who got the certificate from another than the next leader tells that leader",
          "[replica][S51]") {
  Lone lone;
  lone.grow_to(6);
  lone.forget();
  const std::uint8_t leader = lone.leader(View{7});
  std::uint8_t other = 2;
  while (other == leader) ++other;
  lone.advance(lone.pc(View{6}, lone.chain.back().hash), other);
  CHECK(lone.view() == View{7});
  CHECK(lone.all_to<NewView>(leader).size() == 1);
  CHECK(lone.all<NewView>().size() == 1);
}

TEST_CASE("a certificate of an epoch-change view is echoed at once", "[replica][S51]") {
  Lone lone;
  lone.grow_to(10);
  lone.forget();
  lone.advance(lone.pc(View{10}, lone.chain.back().hash));
  const auto advances = lone.all<AdvanceView>();
  REQUIRE(advances.size() == 1);
  CHECK(view_of(advances[0].progress_certificate) == View{10});
}

TEST_CASE("for reference replicas nothing is suppressed, and all else is the same, byte for byte",
          "[replica][S51][S06]") {
  const std::vector<Sent> ours = sent_in_calm(false, 25);
  const std::vector<Sent> theirs = sent_in_calm(true, 25);
  // Where the happy path is quadratic for them: one AdvanceView and one NewView of everybody a
  // view.
  CHECK(count_of(theirs, "AdvanceView") > count_of(ours, "AdvanceView") + 15);
  CHECK(count_of(theirs, "NewView") >= 20);
  const std::set<std::string> suppressed{"AdvanceView", "NewView"};
  const std::vector<Bytes> rest = without(ours, suppressed);
  CHECK(rest.size() > 20);
  CHECK(rest == without(theirs, suppressed));
}

TEST_CASE("for reference replicas a TimeoutVote carries no certificate, which goes ahead of it",
          "[replica][S06]") {
  ReplicaConfig config = Cluster::default_config();
  config.reference_peers = true;
  Lone lone(1, Lone::four(), config);
  lone.connect({2, 3, 4});
  lone.grow_to(10);  // TC(0) is the highest one
  lone.forget();
  lone.wait(milliseconds(15'000));
  const auto votes = lone.all<TimeoutVote>();
  REQUIRE_FALSE(votes.empty());
  for (const TimeoutVote& vote : votes) CHECK_FALSE(vote.highest_tc.has_value());
  std::optional<View> ahead;
  for (const Send& send : lone.sent) {
    if (const auto* advance = std::get_if<AdvanceView>(send.message.get())) {
      ahead = view_of(advance->progress_certificate);
    }
    if (std::holds_alternative<TimeoutVote>(*send.message)) {
      CHECK(ahead == View{0});
      ahead.reset();
    }
  }
}

TEST_CASE("for reference replicas deadlines lie on their grid of whole seconds", "[replica][S49]") {
  ReplicaConfig config = Cluster::default_config();
  config.reference_peers = true;
  Lone lone(1, Lone::four(), config);
  lone.grow_to(8);  // within no time: the time saved is banked there
  lone.wait(milliseconds(7'500));
  CHECK(lone.view() == View{8});
  lone.wait(milliseconds(600));
  CHECK(lone.view() == View{9});
}
