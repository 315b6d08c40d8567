// Each strategy does what its name says, and one such replica of four stops nobody.
#include <map>
#include <set>

#include "tests/unit/byzantine/fixture.h"

namespace hs::byzantine {
namespace {

using std::chrono::seconds;

std::map<View, std::set<Hash>> voted_blocks(const std::vector<PhaseVote>& votes) {
  std::map<View, std::set<Hash>> blocks;
  for (const PhaseVote& vote : votes) blocks[vote.view].insert(vote.block);
  return blocks;
}
bool any_view_with_two(const std::map<View, std::set<Hash>>& blocks) {
  return std::ranges::any_of(blocks, [](const auto& entry) { return entry.second.size() > 1; });
}

TEST_CASE("names of strategies are read as they are written", "[byzantine]") {
  for (const Kind kind : kinds) CHECK(kind_from(name_of(kind)) == kind);
  CHECK_FALSE(kind_from("friendly").has_value());
}

TEST_CASE("several strategies are read as they are written", "[byzantine]") {
  const Kinds both{Kind::double_vote, Kind::garbage};
  CHECK(to_text(both) == "double-vote,garbage");
  CHECK(kinds_from("double-vote,garbage") == both);
  CHECK(to_text({}) == "none");
  CHECK(kinds_from("none") == Kinds{});
  for (const char* text : {"", "honest", "garbage,", ",garbage", "garbage,none", "garbage,garbage",
                           "Garbage", " garbage"}) {
    CAPTURE(text);
    CHECK_FALSE(kinds_from(text));
  }
  CHECK(kinds_from("garbagge").error().what.find("future-spam") != std::string::npos);
}

TEST_CASE("three honest replicas commit one chain beside one of any strategy", "[byzantine]") {
  for (const Kind kind : kinds) {
    Net net(kind);
    net.run_for(seconds(30));
    INFO(name_of(kind));
    CHECK(net.common_blocks() > 8);
  }
}

TEST_CASE("an honest wrapper is the replica it wraps", "[byzantine]") {
  Net net(Kind::honest);
  net.run_for(seconds(10));
  CHECK(std::ranges::none_of(net.sent, [](const Sent& each) { return each.message == nullptr; }));
  CHECK_FALSE(any_view_with_two(voted_blocks(net.sent_as<PhaseVote>())));
  for (std::size_t i = 1; i < Net::size; ++i) CHECK(net.told<event::InvalidMessage>(i) == 0);
}

TEST_CASE("a silent one sends nothing", "[byzantine]") {
  Net net(Kind::silent);
  net.run_for(seconds(30));
  CHECK(net.sent.empty());
}

TEST_CASE("one that crashes late is heard, and then no more", "[byzantine]") {
  Net net(Kind::crash_late);
  net.run_for(seconds(60));
  const std::size_t sent = net.sent.size();
  CHECK(sent > 0);
  net.run_for(seconds(60));
  CHECK(net.sent.size() == sent);
}

TEST_CASE("an equivocating leader proposes several blocks in a view and votes for them",
          "[byzantine]") {
  Net net(Kind::equivocate);
  net.run_for(seconds(60));
  std::map<View, std::set<Hash>> proposed;
  for (const Proposal& each : net.sent_as<Proposal>()) proposed[each.view].insert(each.block.hash);
  CHECK(any_view_with_two(proposed));
  CHECK(any_view_with_two(voted_blocks(net.sent_as<PhaseVote>())));
  std::size_t seen = 0;
  for (std::size_t i = 1; i < Net::size; ++i) seen += net.told<event::Equivocation>(i);
  CHECK(seen > 0);
}

TEST_CASE("a double voter votes for two blocks in one view, and is seen", "[byzantine]") {
  Net net(Kind::double_vote);
  net.run_for(seconds(30));
  CHECK(any_view_with_two(voted_blocks(net.sent_as<PhaseVote>())));
  std::size_t seen = 0;
  for (std::size_t i = 1; i < Net::size; ++i) seen += net.told<event::Equivocation>(i);
  CHECK(seen > 0);
}

TEST_CASE("a vote withholder casts votes that never leave", "[byzantine]") {
  Net net(Kind::withhold_vote);
  net.run_for(seconds(30));
  const std::size_t left = voted_blocks(net.sent_as<PhaseVote>()).size();
  CHECK(left > 0);
  CHECK(left < net.told<event::PhaseVote>(0) - 3);
}

TEST_CASE("a selective sender's proposals reach some and not others", "[byzantine]") {
  Net net(Kind::selective);
  net.run_for(seconds(30));
  std::map<View, std::size_t> receivers;
  for (const Proposal& each : net.sent_as<Proposal>()) ++receivers[each.view];
  CHECK(std::ranges::any_of(receivers, [](const auto& entry) { return entry.second < 3; }));
  CHECK(std::ranges::any_of(receivers, [](const auto& entry) { return entry.second > 0; }));
}

TEST_CASE("a certificate hider shows the certificate of a view to one peer", "[byzantine]") {
  Net net(Kind::hide_pc);
  net.run_for(seconds(60));
  std::map<View, std::set<PublicKey>> receivers;
  for (const Sent& each : net.sent) {
    if (const auto* proposal = std::get_if<Proposal>(each.message.get())) {
      receivers[proposal->view].insert(each.to);
    }
  }
  REQUIRE_FALSE(receivers.empty());
  for (const auto& [view, peers] : receivers) CHECK(peers.size() == 1);
}

TEST_CASE("a replayer shows certificates older than what it holds", "[byzantine]") {
  Net net(Kind::stale);
  net.run_for(seconds(60));
  std::size_t old = 0;
  for (const Proposal& each : net.sent_as<Proposal>()) {
    if (each.block.justify.view.value + 3 < each.view.value) ++old;
  }
  for (const AdvertisePC& each : net.sent_as<AdvertisePC>()) {
    const View newest = net.nodes[0]->wrapper->honest().status().highest_pc_view;
    if (each.highest_pc.view.value + 3 < newest.value) ++old;
  }
  CHECK(old > 0);
}

TEST_CASE("a future spammer floods views that nobody is in, within the buffers", "[byzantine]") {
  Net net(Kind::future_spam);
  net.run_for(seconds(30));
  const View now = net.nodes[1]->wrapper->honest().status().view;
  std::size_t ahead = 0;
  for (const Sent& each : net.sent) {
    const auto view = view_of(*each.message);
    if (view && view->value > now.value + 500) ++ahead;
  }
  CHECK(ahead > 500);
  for (std::size_t i = 1; i < Net::size; ++i) {
    CHECK(net.nodes[i]->wrapper->honest().status().buffered_bytes <=
          net.config.message_buffer_bytes);
  }
}

TEST_CASE("a key spammer votes for blocks that nobody knows", "[byzantine]") {
  Net net(Kind::key_spam);
  net.run_for(seconds(10));
  std::set<Hash> blocks;
  for (const PhaseVote& each : net.sent_as<PhaseVote>()) blocks.insert(each.block);
  CHECK(blocks.size() > 1'000);
}

TEST_CASE("garbage does not decode, or is not what was meant", "[byzantine]") {
  Net net(Kind::garbage);
  net.run_for(seconds(30));
  std::size_t undecodable = 0;
  for (const Sent& each : net.sent) {
    if (each.message == nullptr && !from_borsh<Message>(*each.bytes)) ++undecodable;
  }
  CHECK(undecodable > 20);
}

TEST_CASE("a mutator sends signed votes that it never cast", "[byzantine]") {
  Net net(Kind::mutate);
  net.run_for(seconds(60));
  std::set<std::pair<View, Hash>> cast;
  for (const Event& said : net.nodes[0]->events) {
    if (const auto* vote = std::get_if<event::PhaseVote>(&said)) {
      cast.insert({vote->vote.view, vote->vote.block});
    }
  }
  std::size_t strange = 0;
  for (const PhaseVote& each : net.sent_as<PhaseVote>()) {
    CHECK(verify_ed25519(net.key(0),
                         phase_statement(each.chain_id, each.view, each.block, each.phase),
                         each.signature));
    if (!cast.contains({each.view, each.block})) ++strange;
  }
  CHECK(strange > 0);
}

TEST_CASE("a lying server boasts of heights, and lies in every way it knows", "[byzantine]") {
  Net net(Kind::lying_sync);
  net.run_for(seconds(10));
  const auto ads = net.sent_as<AdvertiseBlock>();
  REQUIRE_FALSE(ads.empty());
  CHECK(ads.back().highest_committed_block_height.value >= 1'000);
  net.sent.clear();
  constexpr std::size_t requests = 64;
  for (std::size_t i = 0; i < requests; ++i) {
    net.give(1, BlockSyncRequest{ChainId{7}, Height{0}, 4});
  }
  const auto answers = net.sent_as<BlockSyncResponse>();
  CHECK(answers.size() < requests);  // some get none
  std::set<std::size_t> sizes;
  bool foreign = false;
  bool huge = false;
  for (const BlockSyncResponse& each : answers) {
    sizes.insert(each.blocks.size());
    foreign = foreign || each.highest_pc.chain_id == ChainId{8};
    for (const Block& block : each.blocks) {
      for (const Datum& datum : block.data) huge = huge || datum.size() > 100'000;
    }
  }
  CHECK(sizes.contains(0));
  CHECK(foreign);
  CHECK(huge);
}

TEST_CASE("a stranger's messages are of another chain", "[byzantine]") {
  Net net(Kind::wrong_chain);
  net.run_for(seconds(30));
  const auto votes = net.sent_as<PhaseVote>();
  REQUIRE_FALSE(votes.empty());
  for (const PhaseVote& each : votes) CHECK(each.chain_id == ChainId{8});
  CHECK(net.told<event::InvalidMessage>(1) > 0);
}

TEST_CASE("one that is no member votes all the same, and counts for nothing", "[byzantine]") {
  Net net(Kind::old_set, 2);  // three validators, which need all of each other
  net.run_for(seconds(30));
  CHECK(net.sent_as<PhaseVote>().size() > 10);
  CHECK(net.sent_as<TimeoutVote>().size() > 10);
  CHECK(net.common_blocks() > 10);
}

TEST_CASE("a strategy can be put on and taken off while the replica runs", "[byzantine]") {
  Net net(Kind::honest);
  net.run_for(seconds(5));
  net.nodes[0]->wrapper->set_kinds({Kind::silent}, net.now);
  net.sent.clear();
  net.run_for(seconds(20));
  CHECK(net.sent.empty());
  net.nodes[0]->wrapper->set_kinds({}, net.now);
  net.run_for(seconds(20));
  CHECK_FALSE(net.sent_as<PhaseVote>().empty());
}

TEST_CASE("strategies act together, each on what the others leave", "[byzantine]") {
  const Kinds noisy{Kind::garbage, Kind::key_spam};
  Net net(Kind::honest);
  net.nodes[0]->wrapper->set_kinds(noisy, net.now);
  net.run_for(seconds(10));
  CHECK(net.sent_as<PhaseVote>().size() > 1'000);  // the spam
  CHECK(std::ranges::any_of(net.sent, [](const Sent& each) { return each.message == nullptr; }));
  net.sent.clear();
  net.nodes[0]->wrapper->set_kinds({Kind::garbage, Kind::key_spam, Kind::silent}, net.now);
  net.run_for(seconds(10));
  CHECK(net.sent.empty());
}

TEST_CASE("three honest replicas commit one chain beside one of all strategies", "[byzantine]") {
  Kinds all(kinds.begin(), kinds.end());
  std::erase_if(all, [](Kind kind) { return kind == Kind::silent || kind == Kind::crash_late; });
  Net net(Kind::honest);
  net.nodes[0]->wrapper->set_kinds(all, net.now);
  net.run_for(seconds(60));
  CHECK(net.common_blocks() > 10);
}

TEST_CASE("the same seed misbehaves in the same way", "[byzantine]") {
  for (const Kind kind : kinds) {
    Net once(kind);
    Net again(kind);
    once.run_for(seconds(5));
    again.run_for(seconds(5));
    REQUIRE(once.sent.size() == again.sent.size());
    for (std::size_t i = 0; i < once.sent.size(); ++i) {
      REQUIRE(*once.sent[i].bytes == *again.sent[i].bytes);
    }
  }
}

}  // namespace
}  // namespace hs::byzantine
