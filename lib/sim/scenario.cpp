#include "lib/sim/scenario.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>

#include "lib/blocktree/tree_reader.h"
#include "lib/sim/progress_oracle.h"
#include "lib/sim/scenario_words.h"

namespace hs::sim {
namespace {

constexpr auto until_view_max = std::chrono::seconds(120);

std::unexpected<Error> nonsense(const std::string& what) { return fail(Errc::bad_value, what); }

class Runner {
 public:
  explicit Runner(const TraceSink& trace) : trace_(trace) {
    plan_.profile = Profile::calm;
    plan_.config = ReplicaConfig::with(ChainId{1}, 10, milliseconds(1000), milliseconds(50));
    plan_.network.after.low = plan_.network.after.high = milliseconds(5);
    plan_.network.close_after = milliseconds(500);
    plan_.network.reconnect_max = milliseconds(20);
    plan_.turn = std::chrono::microseconds(20);
  }

  Status on_line(const Words& words) {
    const std::string& verb = words.front();
    const auto setting = settings_.find(verb);
    if (setting != settings_.end()) {
      if (world_) return nonsense("`" + verb + "` comes after something has happened");
      return (this->*setting->second)(words);
    }
    const auto action = actions_.find(verb);
    if (action == actions_.end()) return nonsense("unknown word: " + verb);
    if (plan_.powers.empty()) return nonsense("`replicas N` comes first");
    begin();
    return (this->*action->second)(words);
  }

  [[nodiscard]] std::optional<Violation> violation() const {
    return world_ ? world_->violation() : std::nullopt;
  }

  // Everybody runs, nothing fails any more: everyone must reach a newly committed block.
  void finish() {
    begin();
    world_->network().reconnect_all();
    world_->network().unmute_all();
    world_->heal();
    const Instant end = world_->now() + 3 * commit_bound(plan_, world_->cast());
    while (!world_->monitor().progress().is_satisfied() && world_->advance(end)) continue;
  }

 private:
  using Handler = Status (Runner::*)(const Words&);

  void begin() {
    if (world_) return;
    plan_.drift_ppm.assign(plan_.nodes(), 0);
    plan_.network.before = plan_.network.after;
    world_ = std::make_unique<World>(plan_, trace_);
    for (NodeIndex node = 0; node < plan_.nodes(); ++node) {
      if (std::find(absent_.begin(), absent_.end(), node) == absent_.end()) world_->start(node);
    }
  }

  // ---- values ----
  [[nodiscard]] Result<std::vector<NodeIndex>> nodes_from(const std::string& word) const {
    if (word == "all") {
      std::vector<NodeIndex> all(plan_.nodes());
      std::iota(all.begin(), all.end(), NodeIndex{0});
      return all;
    }
    HS_TRY(numbers, numbers_from(word));
    for (const std::uint64_t node : numbers) {
      if (node >= plan_.nodes()) return nonsense("there is no node " + std::to_string(node));
    }
    return std::vector<NodeIndex>(numbers.begin(), numbers.end());
  }
  [[nodiscard]] std::uint64_t commits_of(NodeIndex node) const {
    const auto height = world_->monitor().chain().committed(node);
    return height ? height->value + 1 : 0;
  }
  [[nodiscard]] Result<std::uint64_t> measure(const std::string& what, NodeIndex node) const {
    const auto status = world_->status(node);
    if (what == "commits") return commits_of(node);
    if (what == "number") return world_->app_number(node);
    if (!status) return nonsense("node " + std::to_string(node) + " does not run");
    if (what == "view") return status->view.value;
    if (what == "locked") return status->locked_view.value;
    if (what == "pc") return status->highest_pc_view.value;
    if (what == "voted") return status->voted_view.value_or(View{}).value;
    return nonsense("unknown measure: " + what);
  }
  [[nodiscard]] Result<std::uint64_t> target_from(const std::string& word) const {
    if (!word.starts_with("mark")) return number_from(word);
    if (word == "mark") return mark_;
    if (word[4] != '+') return nonsense("not a number: " + word);
    HS_TRY(more, number_from(std::string_view(word).substr(5)));
    return mark_ + more;
  }

  // ---- settings ----
  Status on_replicas(const Words& words) {
    if (words.size() != 2 && !(words.size() == 4 && words[2] == "listeners")) {
      return nonsense("replicas N [listeners M]");
    }
    HS_TRY(count, number_from(words[1]));
    if (count == 0 || count > 31) return nonsense("1 to 31 replicas");
    plan_.powers.assign(count, Power{1});
    if (words.size() == 4) {
      HS_TRY(listeners, number_from(words[3]));
      plan_.powers.resize(count + listeners, Power{0});
    }
    return {};
  }
  Status on_powers(const Words& words) {
    if (words.size() != 2) return nonsense("powers P,P,...");
    HS_TRY(powers, numbers_from(words[1]));
    if (powers.size() > plan_.nodes()) return nonsense("more powers than replicas");
    for (std::size_t i = 0; i < powers.size(); ++i) plan_.powers[i] = Power{powers[i]};
    return {};
  }
  Status on_epoch(const Words& words) {
    if (words.size() != 2) return nonsense("epoch VIEWS");
    HS_TRY(length, number_from(words[1]));
    if (length == 0 || length > 1'000'000) return nonsense("an epoch of no sensible length");
    plan_.config.epoch_length = static_cast<std::uint32_t>(length);
    return {};
  }
  Status on_seed(const Words& words) {
    if (words.size() != 2) return nonsense("seed NUMBER");
    HS_TRY(seed, number_from(words[1]));
    plan_.seed = seed;
    return {};
  }
  Status on_time(const Words& words) {
    if (words.size() != 2) return nonsense(words.front() + " DURATION");
    HS_TRY(time, duration_from(words[1]));
    if (words.front() == "idle") plan_.config.idle_interval = time;
    if (words.front() == "close") plan_.network.close_after = time;
    if (words.front() == "delay") plan_.network.after.low = plan_.network.after.high = time;
    return {};
  }
  Status on_absent(const Words& words) {
    if (words.size() != 2) return nonsense("absent NODES");
    HS_TRY(nodes, nodes_from(words[1]));
    absent_ = nodes;
    return {};
  }

  // ---- nodes ----
  Status on_start(const Words& words) {
    if (words.size() != 2) return nonsense(words.front() + " NODES");
    HS_TRY(nodes, nodes_from(words[1]));
    for (const NodeIndex node : nodes) world_->start(node);
    return {};
  }
  Status on_crash(const Words& words) {
    if (words.size() != 2 && words.size() != 3) return nonsense("crash NODES [HOW]");
    HS_TRY(nodes, nodes_from(words[1]));
    const std::string how = words.size() == 3 ? words[2] : "";
    static const std::map<std::string, Survival> survivals{
        {"", Survival::all}, {"power", Survival::none}, {"prefix", Survival::prefix},
        {"hole", Survival::hole}};
    static const std::map<std::string, CrashPoint> points{
        {"before_write", CrashPoint::before_write}, {"before_record", CrashPoint::before_record},
        {"before_send", CrashPoint::before_send},   {"after_send", CrashPoint::after_send}};
    const auto survival = survivals.find(how);
    const auto point = points.find(how);
    if (survival == survivals.end() && point == points.end()) return nonsense("crash how? " + how);
    for (const NodeIndex node : nodes) {
      if (survival != survivals.end()) {
        world_->crash(node, survival->second);
      } else {
        world_->arm(node,
                    {.point = point->second, .survival = Survival::all, .away = std::nullopt});
      }
    }
    return {};
  }
  Status on_pause(const Words& words) {
    if (words.size() != 2) return nonsense(words.front() + " NODES");
    HS_TRY(nodes, nodes_from(words[1]));
    for (const NodeIndex node : nodes) {
      if (words.front() == "pause") world_->pause(node);
      if (words.front() == "resume") world_->resume(node);
    }
    return {};
  }

  // ---- links ----
  Status on_cut(const Words& words) {
    const bool one_way = words.size() == 4 && words[2] == "->";
    if (words.size() != 2 && !one_way) return nonsense("cut NODES [-> NODES]");
    HS_TRY(from, nodes_from(words[1]));
    HS_TRY(to, nodes_from(one_way ? words[3] : words[1]));
    for (const NodeIndex node : from) {
      if (!one_way) world_->network().isolate(node);
      for (const NodeIndex other : to) {
        if (one_way) world_->network().cut(node, other, true);
      }
    }
    world_->links_changed();
    return {};
  }
  Status on_partition(const Words& words) {
    std::vector<std::vector<NodeIndex>> groups;
    for (std::size_t i = 1; i < words.size(); i += 2) {
      HS_TRY(group, nodes_from(words[i]));
      groups.push_back(group);
      if (i + 1 < words.size() && words[i + 1] != "|") return nonsense("partition A | B | ...");
    }
    if (groups.size() < 2) return nonsense("partition A | B | ...");
    world_->network().partition(groups);
    world_->links_changed();
    return {};
  }
  Status on_mute(const Words& words) {
    if (words.size() != 5 || words[2] != "->") return nonsense("mute NODES -> NODES MESSAGE");
    HS_TRY(from, nodes_from(words[1]));
    HS_TRY(to, nodes_from(words[3]));
    for (const NodeIndex node : from) {
      for (const NodeIndex other : to) world_->network().mute(node, other, words[4]);
    }
    return {};
  }
  Status on_heal(const Words&) {
    world_->network().reconnect_all();
    world_->network().unmute_all();
    world_->links_changed();
    return {};
  }

  // ---- what happens, and what is expected of it ----
  void submit(const std::vector<NodeIndex>& nodes) {
    // Operations 7, 14, ... of the counter app add one each.
    const Bytes transaction = world_->app().transaction(7 * ++submitted_, Height{});
    for (const NodeIndex node : nodes) world_->submit(node, transaction);
  }
  Status on_submit(const Words& words) {
    if (words.size() != 3 || words[2] != "increment") return nonsense("submit NODES increment");
    HS_TRY(nodes, nodes_from(words[1]));
    submit(nodes);
    return {};
  }
  void submit_every(const std::vector<NodeIndex>& nodes, Duration interval) {
    submit(nodes);
    world_->after(interval, [this, nodes, interval] { submit_every(nodes, interval); });
  }
  Status on_load(const Words& words) {
    if (words.size() != 3) return nonsense("load NODES INTERVAL");
    HS_TRY(nodes, nodes_from(words[1]));
    HS_TRY(interval, duration_from(words[2]));
    if (interval <= Duration{0}) return nonsense("an interval of nothing");
    submit_every(nodes, interval);
    return {};
  }
  Status on_run(const Words& words) {
    if (words.size() == 2) {
      HS_TRY(time, duration_from(words[1]));
      world_->run_until(world_->now() + time);
      return {};
    }
    if (words.size() != 4 || words[1] != "until" || words[2] != "view") {
      return nonsense("run DURATION, or run until view NUMBER");
    }
    HS_TRY(view, number_from(words[3]));
    const Instant end = world_->now() + until_view_max;
    while (world_->monitor().highest_view().value < view && world_->advance(end)) continue;
    if (world_->monitor().highest_view().value >= view) return {};
    return nonsense("nobody entered view " + words[3]);
  }
  Status on_mark(const Words&) {
    const auto tip = world_->monitor().chain().tip();
    mark_ = tip ? tip->value + 1 : 0;
    return {};
  }
  Status on_expect(const Words& words) {
    if (words.size() != 5) return nonsense("expect MEASURE NODES OPERATOR NUMBER");
    HS_TRY(nodes, nodes_from(words[2]));
    HS_TRY(target, target_from(words[4]));
    for (const NodeIndex node : nodes) {
      if (words[2] == "all" && !world_->is_running(node)) continue;
      HS_TRY(value, measure(words[1], node));
      const std::string& sign = words[3];
      const bool holds = (sign == "=" && value == target) || (sign == ">=" && value >= target) ||
                         (sign == "<=" && value <= target) || (sign == ">" && value > target) ||
                         (sign == "<" && value < target);
      if (!holds) {
        return nonsense(words[1] + " of node " + std::to_string(node) + " is " +
                        std::to_string(value) + " (" + sign + " " + std::to_string(target) +
                        " was expected)");
      }
    }
    return {};
  }

  inline static const std::map<std::string, Handler> settings_{
      {"replicas", &Runner::on_replicas}, {"powers", &Runner::on_powers},
      {"epoch", &Runner::on_epoch},       {"seed", &Runner::on_seed},
      {"idle", &Runner::on_time},         {"close", &Runner::on_time},
      {"delay", &Runner::on_time},        {"absent", &Runner::on_absent}};
  inline static const std::map<std::string, Handler> actions_{
      {"start", &Runner::on_start},   {"restart", &Runner::on_start},
      {"crash", &Runner::on_crash},   {"pause", &Runner::on_pause},
      {"resume", &Runner::on_pause},  {"cut", &Runner::on_cut},
      {"isolate", &Runner::on_cut},   {"partition", &Runner::on_partition},
      {"mute", &Runner::on_mute},     {"heal", &Runner::on_heal},
      {"submit", &Runner::on_submit}, {"load", &Runner::on_load},
      {"run", &Runner::on_run},
      {"mark", &Runner::on_mark},     {"expect", &Runner::on_expect}};

  TraceSink trace_;
  Plan plan_;
  std::vector<NodeIndex> absent_;
  std::unique_ptr<World> world_;
  std::uint64_t submitted_ = 0;
  std::uint64_t mark_ = 0;
};

}  // namespace

std::optional<ScenarioFailure> run_scenario(std::string_view script, const TraceSink& trace) {
  Runner runner(trace);
  std::size_t number = 0;
  bool is_empty = true;
  while (!script.empty()) {
    const std::string_view line = script.substr(0, script.find('\n'));
    script.remove_prefix(std::min(line.size() + 1, script.size()));
    ++number;
    const Words words = words_of(line);
    if (words.empty()) continue;
    is_empty = false;
    const Status status = runner.on_line(words);
    if (runner.violation()) {
      return ScenarioFailure{.line = number, .what = to_string(*runner.violation())};
    }
    if (!status) return ScenarioFailure{.line = number, .what = status.error().what};
  }
  if (is_empty) return ScenarioFailure{.line = 1, .what = "nothing happens"};
  runner.finish();
  if (runner.violation()) {
    return ScenarioFailure{.line = number + 1, .what = to_string(*runner.violation())};
  }
  return std::nullopt;
}

}  // namespace hs::sim
