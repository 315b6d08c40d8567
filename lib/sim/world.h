// A whole network in virtual time, on one thread, without chance: the same plan gives the same run
// to the last byte. Who makes a world decides what happens in it (faults.h at random, scenario.h by
// script); the world carries it out and has everything checked.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/sim/event_queue.h"
#include "lib/sim/monitor.h"
#include "lib/sim/network.h"
#include "lib/sim/node.h"
#include "lib/sim/story.h"

namespace hs::sim {

// Told of every event as it happens, if anyone wants to read along.
using TraceSink = std::function<void(Instant at, NodeIndex node, const std::string& line)>;

class World {
 public:
  // `plan`, the sink's captures and the tape outlive the world. No node runs yet. `real_disk` makes
  // the disks of a plan that wants the real tier; no other plan needs it.
  explicit World(const Plan& plan, TraceSink trace = nullptr, TapeUse tape = {},
                 const DiskFactory& real_disk = nullptr);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // A line of the trace that is about a node and not of it; nothing where nobody reads along.
  [[nodiscard]] bool is_traced() const { return trace_ != nullptr; }
  void trace(NodeIndex node, const std::string& what) {
    if (trace_) trace_(now(), node, what);
  }
  // Has the story of the run written down from now on; `story` outlives the world.
  void write_story(Story* story) { story_ = story; }

  // ---- time ----
  [[nodiscard]] Instant now() const { return judge_.now(); }
  // Lets the next thing happen if it is due by `until`; otherwise moves the time there. False once
  // nothing is left to do until then, or a rule is broken.
  bool advance(Instant until);
  // Runs until then, or until a rule is broken.
  void run_until(Instant until) {
    while (advance(until)) continue;
  }
  void at(Instant when, Chore chore) { queue_.push(when, std::move(chore)); }
  void after(Duration delay, Chore chore) { at(now() + delay, std::move(chore)); }

  // ---- nodes ----
  // Starts a process over the node's disk; nothing if one runs.
  void start(NodeIndex node);
  // Ends the process now; nothing if none runs.
  void crash(NodeIndex node, Survival survival);
  // The process will die at that point of one of its next steps, and come back after `away`.
  void arm(NodeIndex node, const ArmedCrash& crash);
  void disarm(NodeIndex node) { nodes_[node].armed.reset(); }
  // Writes, records and sends that the nodes have carried out so far, all together.
  [[nodiscard]] std::uint64_t effects() const { return effects_; }
  // Whoever is about to carry out the effect with this number, counted as above from 1, dies
  // instead, as `how` says but for its point. Crash points are enumerated so. [RELIABILITY 3]
  void crash_at_effect(std::uint64_t number, const ArmedCrash& how);
  void pause(NodeIndex node);
  void resume(NodeIndex node);
  [[nodiscard]] bool is_running(NodeIndex node) const { return nodes_[node].is_running(); }
  [[nodiscard]] bool is_awake(NodeIndex node) const { return nodes_[node].is_awake(); }
  [[nodiscard]] std::optional<ReplicaStatus> status(NodeIndex node) const;

  // Reads the node's committed app state by app keys, until the node's next step; none if it does
  // not run.
  using AppState = std::function<std::optional<Bytes>(BytesView key)>;
  [[nodiscard]] AppState app_state(NodeIndex node) const;
  // The counter app's number in the node's committed state; 0 before the first operation.
  [[nodiscard]] std::uint64_t app_number(NodeIndex node) const;

  // Keeps a copy of the node's disk; and, later, puts it back under a new process.
  void copy_disk(NodeIndex node);
  void restore_disk(NodeIndex node);

  // The disk refuses the writes of the process, which dies of it as `how` says but for its point.
  void fail_disk(NodeIndex node, DiskFault fault, const ArmedCrash& how);
  // Ends the process, flips a bit of what it has stored, if its disk has bits, and starts it again.
  // Whenever it finds the damage it stops, and starts over with no data but the voting record.
  void damage_disk(NodeIndex node);

  // ---- links ----
  // Beside all else: does a message get from one node to the other? Unset: yes.
  using Filter = std::function<bool(NodeIndex from, NodeIndex to, const Wire& wire)>;
  void set_filter(Filter filter) { filter_ = std::move(filter); }
  // Call links_changed() after changing what is cut: connections follow in their own time.
  [[nodiscard]] Network& network() { return network_; }
  void links_changed();

  // ---- clients ----
  // Hands a transaction to a node; its app decides. False if the node does not run.
  bool submit(NodeIndex node, BytesView transaction);

  // A long run keeps no more than it needs: blocks below this height, which every node has
  // committed, vanish from all disks and from the checks, as if nobody would ever ask for them.
  void forget_below(Height height);

  // Reads every store from end to end; for the end of a run, as it takes its time.
  void audit();
  // Adds what the running replicas have counted to the marks; for the end of a run.
  void count_tallies();

  // Faults are over: the network is whole and quiet, every node that is not dead runs.
  void heal();
  // The same for the links alone, and nothing is promised from then on.
  void heal_links();

  [[nodiscard]] Judge& judge() { return judge_; }
  // The node that took the last step, or started.
  [[nodiscard]] NodeIndex acting() const { return acting_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const Cast& cast() const { return cast_; }
  [[nodiscard]] const AppKit& app() const { return *app_; }
  [[nodiscard]] const Monitor& monitor() const { return monitor_; }
  [[nodiscard]] Marks& marks() { return monitor_.marks(); }
  [[nodiscard]] const std::optional<Violation>& violation() const { return judge_.violation(); }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

 private:
  class StepDriver;  // what drive.h asks for
  // Both ends of a pair of nodes, and which of their processes the connection joins.
  struct Connection {
    bool is_up = false;
    std::uint64_t low_incarnation = 0;
    std::uint64_t high_incarnation = 0;
  };
  struct Due;  // the next thing to happen

  [[nodiscard]] std::optional<Due> next_due() const;
  void step(NodeIndex node, const Input& input);
  void give(NodeIndex node, const Input& input);
  void deliver(const Delivery& delivery);
  void send(NodeIndex from, NodeIndex to, const WirePtr& wire, bool is_left_out = false);
  void plan_next(NodeIndex node);
  void die(NodeIndex node);
  // Something that happens to a node, for whoever reads along.
  void note(NodeIndex node, const std::string& what);
  void note(NodeIndex node, const Event& event);
  // A node's own disk fails it: expected where the plan has damaged it, a broken rule otherwise.
  void on_store_failure(NodeIndex node, const char* what, const StoreFailure& failure);
  [[nodiscard]] Connection& connection(NodeIndex a, NodeIndex b);
  [[nodiscard]] bool is_connected(NodeIndex a, NodeIndex b);
  void schedule_link_check(NodeIndex a, NodeIndex b, Duration delay);
  void check_link(NodeIndex a, NodeIndex b);
  void close(NodeIndex a, NodeIndex b);
  [[nodiscard]] bool has_same_key(NodeIndex a, NodeIndex b) const;
  // Is the node connected to anybody of that key?
  [[nodiscard]] bool reaches_key_of(NodeIndex node, NodeIndex other);

  const Plan& plan_;
  TraceSink trace_;
  Story* story_ = nullptr;
  Judge judge_;
  Cast cast_;
  std::unique_ptr<AppKit> app_;
  Monitor monitor_;
  Rng disk_rng_;
  Rng tick_rng_;
  EventQueue queue_;
  Network network_;
  std::vector<Node> nodes_;
  std::vector<bool> live_;  // running, by node
  std::vector<Connection> connections_;
  NodeIndex acting_ = 0;
  std::uint64_t ticks_at_this_instant_ = 0;
  std::uint64_t effects_ = 0;
  std::uint64_t fatal_effect_ = 0;  // 0: none
  ArmedCrash fatal_crash_;
  Height forgotten_below_;
  Filter filter_;
};

}  // namespace hs::sim
