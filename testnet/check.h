// Is a running testnet sound? Agreement of all live nodes on every committed height, certificates
// verified anew from their bytes, double votes that were seen, lag, and progress.
#pragma once
#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "testnet/inspect.h"

namespace hs {

struct CheckProblem {
  std::string code;  // two_histories, bad_chain, bad_certificate, bad_set_change, double_vote;
                     // no_quorum, node_silent, no_progress, nothing_runs, bad_home
  std::string message;
  bool violation = false;  // of safety, against mere ill health
};

struct CheckReport {
  TestnetView view;
  std::vector<CheckProblem> problems;             // none: all is well
  std::vector<std::string> notes;                 // what is no problem but worth knowing
  std::optional<std::uint64_t> agreed_height;     // up to here all live nodes have the same blocks
  std::optional<std::uint64_t> first_difference;  // lowest height at which two differ
  std::size_t certificates = 0;                   // verified
  // More than f validators were told to misbehave at some time: two histories prove no bug.
  bool beyond_promise = false;

  [[nodiscard]] bool ok() const { return problems.empty(); }
  [[nodiscard]] bool violated() const;
};

struct CheckRequest {
  std::chrono::nanoseconds within = std::chrono::seconds(10);  // for every live node to go on
  std::size_t certificates_per_node = 100;                     // the newest ones; 1 ..= 1000
};

// Errors: those of the testnet's files.
[[nodiscard]] Result<CheckReport> check_testnet(const TestnetLayout& layout,
                                                const CheckRequest& request);

// hs.check/v1
[[nodiscard]] nlohmann::ordered_json to_json(const CheckReport& report);

}  // namespace hs
