// What a check says when a rule is broken. The first one ends a run: what follows a broken rule
// proves nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/time.h"

namespace hs::sim {

using NodeIndex = std::size_t;  // position in the plan's list of nodes; names them n0, n1, ...

struct Violation {
  std::string rule;  // "L1", "G1", "I29", ...: man/hs-sim.1 lists them
  std::string what;  // one sentence
  NodeIndex node = 0;
  Instant at;        // world time
};

// "G1 at 3.250s on n2: ..."
[[nodiscard]] std::string to_string(const Violation& violation);
// "3.250s": world time as the trace prints it, to the microsecond.
[[nodiscard]] std::string to_string(Instant at);

// Shared by all checks of one world, which sets the time before each step.
class Judge {
 public:
  void set_time(Instant now) { now_ = now; }
  [[nodiscard]] Instant now() const { return now_; }
  void violate(std::string_view rule, NodeIndex node, std::string what);
  // While true, what is looked at comes from a faulty node: it may break any rule but I11, which
  // takes more faulty nodes than one.
  void excuse(bool excused) { is_excused_ = excused; }
  // In this run the rule will be broken, as more are faulty than any protocol bears: counted only.
  void expect(std::string rule) { expected_.emplace(std::move(rule), 0); }
  [[nodiscard]] std::uint64_t count(const std::string& rule) const {
    const auto found = expected_.find(rule);
    return found == expected_.end() ? 0 : found->second;
  }
  [[nodiscard]] const std::optional<Violation>& violation() const { return first_; }

 private:
  Instant now_;
  std::optional<Violation> first_;
  std::map<std::string, std::uint64_t> expected_;
  bool is_excused_ = false;
};

}  // namespace hs::sim
