// The links between nodes: when a message arrives, if ever. Knows nothing of what messages mean,
// but that proposals may be singled out: an adversary who lets an honest proposal reach only some
// replicas is the one that found S01.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/base/rng.h"
#include "lib/sim/plan.h"
#include "lib/sim/tape.h"

namespace hs::sim {

class Network {
 public:
  // `rng` is the network's own stream.
  Network(const NetworkPlan& plan, std::size_t nodes, Rng rng, TapeUse tape = {});

  // ---- which links work ----
  // A cut link swallows what is sent; both directions of it are cut one by one.
  void cut(NodeIndex from, NodeIndex to, bool is_cut) { link(from, to).is_cut = is_cut; }
  void isolate(NodeIndex node);
  // Nodes reach those of their own group only. A node may be in several groups (a bridge), and one
  // in none reaches nobody.
  void partition(const std::vector<std::vector<NodeIndex>>& groups);
  void reconnect_all();
  [[nodiscard]] bool is_cut(NodeIndex from, NodeIndex to) const { return link(from, to).is_cut; }
  // Could a connection live between the two: neither direction cut?
  [[nodiscard]] bool is_whole(NodeIndex a, NodeIndex b) const {
    return !is_cut(a, b) && !is_cut(b, a);
  }
  // Messages of one kind ("Proposal", as name_of(Message) has it) are swallowed on one link.
  void mute(NodeIndex from, NodeIndex to, std::string kind);
  void unmute_all() { muted_.clear(); }

  // From now on nothing is lost, doubled, reordered or late beyond the plan's `after`.
  void calm_down();
  [[nodiscard]] bool is_calm() const { return is_calm_; }

  // ---- sending ----
  // A broadcast of a proposal asks this once: are some of its receivers to be left out? Never where
  // a tape says what is lost.
  [[nodiscard]] bool picks_on_proposal();
  // And then for each receiver; the answer is for send().
  [[nodiscard]] bool leaves_out() { return rng_.chance(1, 2); }

  // When a message sent now arrives: never (none), once, or twice.
  struct Arrivals {
    std::optional<Instant> first;
    std::optional<Instant> copy;
  };
  [[nodiscard]] Arrivals send(NodeIndex from, NodeIndex to, std::string_view kind, Instant now,
                              bool is_left_out = false);
  // How long it takes until the two see that they can be connected, or that the other has died.
  [[nodiscard]] Duration connect_delay(NodeIndex a, NodeIndex b);
  [[nodiscard]] Duration close_delay(NodeIndex a, NodeIndex b);

  struct Counts {
    std::uint64_t lost = 0, doubled = 0, swallowed = 0, left_out = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  struct Link {
    bool is_cut = false;
    Instant last_arrival;
  };
  struct Mute {
    NodeIndex from, to;
    std::string kind;
  };
  [[nodiscard]] Link& link(NodeIndex from, NodeIndex to) { return links_[from * nodes_ + to]; }
  [[nodiscard]] const Link& link(NodeIndex from, NodeIndex to) const {
    return links_[from * nodes_ + to];
  }
  [[nodiscard]] bool is_muted(NodeIndex from, NodeIndex to, std::string_view kind) const;
  [[nodiscard]] const DelayModel& model() const { return is_calm_ ? plan_.after : plan_.before; }
  [[nodiscard]] Duration draw(const DelayModel& model);
  [[nodiscard]] LinkFate draw_fate(bool is_left_out);
  // By the tape where there is one, otherwise drawn.
  [[nodiscard]] LinkFate fate_of(NodeIndex from, NodeIndex to, std::string_view kind,
                                 bool is_left_out);
  [[nodiscard]] Duration delay_of(NodeIndex a, NodeIndex b, std::string_view kind, Duration drawn);
  [[nodiscard]] LinkEvent next_event(NodeIndex from, NodeIndex to, std::string_view kind);

  NetworkPlan plan_;
  std::size_t nodes_;
  Rng rng_;
  std::vector<Link> links_;
  std::vector<Mute> muted_;
  bool is_calm_ = false;
  Counts counts_;
  TapeUse tape_;
  std::map<LinkEvent, std::uint32_t> numbers_;  // with a tape: how many of each there were
};

}  // namespace hs::sim
