#include "cli/sim_repro.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "cli/sim_jobs.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;
using sim::ChurnEvent;
using sim::CrashPoint;
using sim::FaultEvent;
using sim::LinkEvent;
using sim::LinkFate;
using sim::NodeIndex;
using sim::PlanRequest;
using sim::Repro;
using sim::Survival;

constexpr std::string_view schema = "hs.sim_repro/v1";
constexpr std::int64_t time_max = 1'000'000'000'000'000;  // ns: eleven days
constexpr std::size_t word_max = 64;

constexpr std::array<std::pair<CrashPoint, std::string_view>, 6> points{{
    {CrashPoint::at_once, "at_once"},
    {CrashPoint::before_write, "before_write"},
    {CrashPoint::before_record, "before_record"},
    {CrashPoint::before_send, "before_send"},
    {CrashPoint::after_send, "after_send"},
    {CrashPoint::failed_write, "failed_write"},
}};
constexpr std::array<std::pair<Survival, std::string_view>, 4> survivals{{
    {Survival::all, "all"},
    {Survival::none, "none"},
    {Survival::prefix, "prefix"},
    {Survival::hole, "hole"},
}};
constexpr std::array<std::pair<FaultEvent::Kind, std::string_view>, 5> kinds{{
    {FaultEvent::Kind::nothing, "nothing"},
    {FaultEvent::Kind::crash, "crash"},
    {FaultEvent::Kind::pause, "pause"},
    {FaultEvent::Kind::split, "split"},
    {FaultEvent::Kind::disk, "disk"},
}};
constexpr std::array<std::pair<sim::DiskFault, std::string_view>, 3> disk_faults{{
    {sim::DiskFault::write_error, "write_error"},
    {sim::DiskFault::sync_error, "sync_error"},
    {sim::DiskFault::full, "full"},
}};

template <class T, std::size_t N>
std::string word_of(const std::array<std::pair<T, std::string_view>, N>& words, T value) {
  const auto found = std::ranges::find(words, value, &std::pair<T, std::string_view>::first);
  return std::string(found->second);
}

// ---- writing ----

Json to_json(const FaultEvent::Fate& fate) {
  Json json{{"node", fate.node},
            {"point", word_of(points, fate.how.point)},
            {"survival", word_of(survivals, fate.how.survival)}};
  if (fate.how.away) json["away_ns"] = fate.how.away->count();
  return json;
}

Json to_json(const std::vector<FaultEvent::Fate>& fates) {
  Json json = Json::array();
  for (const FaultEvent::Fate& fate : fates) json.push_back(to_json(fate));
  return json;
}

Json to_json(const FaultEvent& event) {
  Json json{{"kind", word_of(kinds, event.kind)}, {"at_ns", event.at.time_since_epoch().count()}};
  if (!event.name.empty()) json["name"] = event.name;
  if (!event.nodes.empty()) json["nodes"] = to_json(event.nodes);
  if (event.kind == FaultEvent::Kind::disk) json["disk"] = word_of(disk_faults, event.disk);
  if (event.kind == FaultEvent::Kind::split) {
    json["cuts"] = event.cuts;
    json["length_ns"] = event.length.count();
  }
  return json;
}

Json to_json(const ChurnEvent& event) {
  Json json{{"at_ns", event.at.time_since_epoch().count()}};
  if (!event.name.empty()) {
    json["name"] = event.name;
    Json members = Json::array();
    for (const auto& [node, power] : event.members) members.push_back({node, power.value});
    json["members"] = std::move(members);
  }
  if (!event.down.empty()) json["down"] = to_json(event.down);
  if (event.all_die_after) json["all_die_after_ns"] = event.all_die_after->count();
  return json;
}

Json to_json(const LinkEvent& event, const LinkFate& fate) {
  Json json{{"from", event.from}, {"to", event.to}, {"kind", event.kind}, {"number", event.number}};
  if (fate.is_lost) {
    json["lost"] = true;
    return json;
  }
  json["delay_ns"] = fate.delay.count();
  if (fate.copy_after) json["copy_after_ns"] = fate.copy_after->count();
  return json;
}

// ---- reading ----

// Thrown and caught in this file alone.
struct Refused {
  std::string what;
};

class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  [[nodiscard]] Repro read() {
    if (text(json_, "schema") != schema) throw Refused{"schema is not " + std::string(schema)};
    Repro repro{.request = request(), .cuts = {}, .tape = {}, .violation = {}};
    nodes_ = sim::make_plan(repro.request).nodes();
    read_cuts(repro.cuts);
    read_tape(repro.tape);
    const Json& violation = json_.at("violation");
    repro.violation = {.rule = text(violation, "rule"),
                       .what = violation.at("what").get<std::string>(),
                       .node = node(violation.at("node")),
                       .at = instant(violation, "at_ns")};
    if (json_.contains("stop_at_ns")) repro.stop_at = instant(json_, "stop_at_ns");
    return repro;
  }

 private:
  [[nodiscard]] static std::string text(const Json& json, const char* name) {
    auto word = json.at(name).get<std::string>();
    if (word.size() > word_max) throw Refused{std::string(name) + " is too long"};
    return word;
  }
  [[nodiscard]] static std::uint64_t number(const Json& json, std::uint64_t most) {
    if (!json.is_number_unsigned()) throw Refused{"a number is negative, broken or none"};
    const auto value = json.get<std::uint64_t>();
    if (value > most) throw Refused{std::to_string(value) + " is above " + std::to_string(most)};
    return value;
  }
  [[nodiscard]] NodeIndex node(const Json& json) const { return number(json, nodes_ - 1); }
  [[nodiscard]] static Duration duration(const Json& json, const char* name) {
    return Duration(static_cast<Duration::rep>(number(json.at(name), time_max)));
  }
  [[nodiscard]] static Instant instant(const Json& json, const char* name) {
    return Instant(duration(json, name));
  }
  template <class T, std::size_t N>
  [[nodiscard]] static T from_word(const std::array<std::pair<T, std::string_view>, N>& words,
                                   const std::string& word) {
    for (const auto& [value, name] : words) {
      if (name == word) return value;
    }
    throw Refused{"unknown word " + word};
  }

  [[nodiscard]] PlanRequest request() const {
    PlanRequest request;
    const std::string seed = text(json_, "seed");
    const bool is_number = !seed.empty() && seed.size() < 20 &&
                           std::ranges::all_of(seed, [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number && seed != std::to_string(~std::uint64_t{0})) throw Refused{"seed is no number"};
    request.seed = std::stoull(seed);
    const auto profile = sim::profile_from(text(json_, "profile"));
    if (!profile) throw Refused{"unknown profile " + text(json_, "profile")};
    request.profile = *profile;
    if (json_.contains("nodes")) request.nodes = at_least_1(json_.at("nodes"), sim_nodes_max);
    if (json_.contains("views")) request.views = at_least_1(json_.at("views"), sim_views_max);
    return request;
  }
  [[nodiscard]] static std::uint64_t at_least_1(const Json& json, std::uint64_t most) {
    const std::uint64_t value = number(json, most);
    if (value == 0) throw Refused{"nodes and views are at least 1"};
    return value;
  }

  void read_cuts(sim::PlanCuts& cuts) const {
    const Json& json = json_.at("without");
    for (const Json& each : json.at("misbehaviour_of")) cuts.honest.insert(node(each));
    for (const Json& each : json.at("partition_of_view")) {
      cuts.whole_views.insert(at_least_1(each, sim_views_max) - 1);
    }
    cuts.without_amnesia = json.at("amnesia").get<bool>();
    cuts.without_rot = json.at("rot").get<bool>();
    cuts.without_crash = json.value("crash", false);
    cuts.without_drift = json.at("drift").get<bool>();
    if (json.contains("operations_above")) {
      cuts.operations_max =
          static_cast<std::uint32_t>(number(json.at("operations_above"), 1'000'000'000));
    }
  }

  void read_tape(sim::Tape& tape) const {
    Instant last;
    const auto in_order = [&](Instant at) {
      if (at < last) throw Refused{"faults are not in order of time"};
      last = at;
    };
    for (const Json& each : json_.at("faults")) {
      tape.faults.push_back(fault(each));
      in_order(tape.faults.back().at);
    }
    last = {};
    for (const Json& each : json_.at("set_changes")) {
      tape.churn.push_back(change(each));
      in_order(tape.churn.back().at);
    }
    for (const Json& each : json_.at("messages")) {
      const LinkEvent event{
          .from = node(each.at("from")),
          .to = node(each.at("to")),
          .kind = text(each, "kind"),
          .number = static_cast<std::uint32_t>(number(each.at("number"), ~std::uint32_t{0}))};
      LinkFate fate{.is_lost = each.value("lost", false)};
      if (!fate.is_lost) fate.delay = duration(each, "delay_ns");
      if (each.contains("copy_after_ns")) fate.copy_after = duration(each, "copy_after_ns");
      tape.links[event] = fate;
    }
    if (!json_.contains("healed")) return;
    const Json& healed = json_.at("healed");
    tape.healed = {.at = instant(healed, "at_ns"),
                   .happenings = number(healed.at("happenings"), ~std::uint64_t{0})};
  }

  // In some events a node must come back.
  [[nodiscard]] FaultEvent::Fate fate(const Json& json) const {
    return {.node = node(json.at("node")),
            .how = {.point = from_word(points, text(json, "point")),
                    .survival = from_word(survivals, text(json, "survival")),
                    .away = duration(json, "away_ns")}};
  }
  [[nodiscard]] FaultEvent fault(const Json& json) const {
    FaultEvent event{.kind = from_word(kinds, text(json, "kind")), .at = instant(json, "at_ns")};
    if (json.contains("name")) event.name = text(json, "name");
    if (json.contains("nodes")) {
      for (const Json& each : json.at("nodes")) event.nodes.push_back(fate(each));
    }
    const bool is_disk = event.kind == FaultEvent::Kind::disk;
    if ((is_disk || event.kind == FaultEvent::Kind::pause) && event.nodes.empty()) {
      throw Refused{"a fault of no node"};
    }
    if (is_disk) event.disk = from_word(disk_faults, text(json, "disk"));
    if (event.kind != FaultEvent::Kind::split) return event;
    for (const Json& each : json.at("cuts")) {
      event.cuts.emplace_back(node(each.at(0)), node(each.at(1)));
    }
    event.length = duration(json, "length_ns");
    return event;
  }
  [[nodiscard]] ChurnEvent change(const Json& json) const {
    ChurnEvent event{.at = instant(json, "at_ns")};
    if (json.contains("name")) {
      event.name = text(json, "name");
      for (const Json& each : json.at("members")) {
        event.members[node(each.at(0))] = Power{at_least_1(each.at(1), 1'000'000)};
      }
      if (event.members.empty()) throw Refused{"a set without members"};
    }
    if (json.contains("down")) {
      for (const Json& each : json.at("down")) event.down.push_back(fate(each));
    }
    if (json.contains("all_die_after_ns")) event.all_die_after = duration(json, "all_die_after_ns");
    return event;
  }

  const Json& json_;
  std::size_t nodes_ = 1;
};

}  // namespace

Json repro_to_json(const Repro& repro) {
  Json json{{"schema", schema},
            {"profile", sim::name_of(repro.request.profile)},
            {"seed", std::to_string(repro.request.seed)}};
  if (repro.request.nodes) json["nodes"] = *repro.request.nodes;
  if (repro.request.views) json["views"] = *repro.request.views;
  json["violation"] = {{"rule", repro.violation.rule},
                       {"what", repro.violation.what},
                       {"node", repro.violation.node},
                       {"at_ns", repro.violation.at.time_since_epoch().count()}};
  json["events"] = sim::fault_events(repro);
  Json views = Json::array();
  for (const std::size_t view : repro.cuts.whole_views) views.push_back(view + 1);
  json["without"] = {{"misbehaviour_of", repro.cuts.honest},
                     {"partition_of_view", std::move(views)},
                     {"amnesia", repro.cuts.without_amnesia},
                     {"rot", repro.cuts.without_rot},
                     {"crash", repro.cuts.without_crash},
                     {"drift", repro.cuts.without_drift}};
  if (repro.cuts.operations_max) json["without"]["operations_above"] = *repro.cuts.operations_max;
  Json faults = Json::array();
  for (const FaultEvent& event : repro.tape.faults) faults.push_back(to_json(event));
  Json changes = Json::array();
  for (const ChurnEvent& event : repro.tape.churn) changes.push_back(to_json(event));
  Json messages = Json::array();
  for (const auto& [event, fate] : repro.tape.links) messages.push_back(to_json(event, fate));
  json["faults"] = std::move(faults);
  json["set_changes"] = std::move(changes);
  json["messages"] = std::move(messages);
  if (repro.tape.healed) {
    json["healed"] = {{"at_ns", repro.tape.healed->at.time_since_epoch().count()},
                      {"happenings", repro.tape.healed->happenings}};
  }
  if (repro.stop_at) json["stop_at_ns"] = repro.stop_at->time_since_epoch().count();
  return json;
}

Result<Repro> repro_from_json(const std::string& text) {
  try {
    return Reader(Json::parse(text)).read();
  } catch (const Refused& refused) {
    return fail(Errc::bad_value, refused.what);
  } catch (const Json::exception& broken) {
    return fail(Errc::bad_value, broken.what());
  }
}

}  // namespace hs
