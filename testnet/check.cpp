#include "testnet/check.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "genesis/genesis.h"
#include "keys/key_file.h"
#include "lib/base/hex.h"
#include "lib/node/home/misbehaviour_mark.h"
#include "lib/validators/verify.h"
#include "testnet/chain_reader.h"

namespace hs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto progress_poll_interval = std::chrono::milliseconds(20);

// One live node and how far it has committed.
struct Live {
  std::string name;
  ChainReader reader;
  Height committed;
  std::optional<SetHistory> sets;  // none until it was asked
};

class Checker {
 public:
  Checker(const TestnetLayout& layout, const CheckRequest& request)
      : layout_(layout), request_(request) {}

  Result<CheckReport> run() {
    HS_TRY(view, inspect_testnet(layout_));
    report_.view = view;
    HS_TRY(record, read_testnet_record(layout_));
    HS_TRY(genesis, read_genesis_file(layout_.genesis_yaml()));
    know_the_misled(record);
    count_the_misled(record.faults_tolerated());
    collect_live();
    read_sets(genesis);
    count_down_nodes(record.faults_tolerated());
    compare_chains();
    verify_certificates(genesis);
    look_for_double_votes();
    if (!too_few_ && !report_.violated()) wait_for_progress();
    return std::move(report_);
  }

 private:
  void problem(const std::string& code, const std::string& message, bool violation = false) {
    report_.problems.push_back({code, message, violation});
  }
  void silent(const Live& node, const Error& error) {
    problem("node_silent", node.name + ": " + error.what);
  }

  // What each live node tells of the changes of the validator set, as far as it is true.
  void read_sets(const Genesis& genesis) {
    for (Live& node : live_) {
      node.sets.emplace(genesis);
      const auto told = node.reader.set_changes();
      if (!told) {
        silent(node, told.error());
        continue;
      }
      for (const ToldChange& change : *told) {
        // A node may have committed more since it was asked for its height; that does no harm.
        const Status added = node.sets->add(change);
        if (added) continue;
        problem("bad_set_change", node.name + ": " + added.error().what, /*violation=*/true);
        break;
      }
    }
  }

  // Does what runs have a quorum of the newest set? None where that cannot be told.
  std::optional<bool> has_quorum() const {
    if (live_.empty()) return std::nullopt;
    const ValidatorSet& set = live_.back().sets->newest();
    TotalPower power = 0;
    for (const NodeView& node : report_.view.nodes) {
      const auto key = read_key_info(HomeLayout{node.node.home}.key_yaml());
      if (!key) return std::nullopt;
      if (node.state == NodeState::running && !node.byzantine)
        power += set.power_of(key->public_key).value;
    }
    return power >= set.quorum();
  }

  void count_down_nodes(std::size_t f) {
    const std::size_t all = report_.view.validators();
    const std::size_t down = all - report_.view.running_validators();
    const std::size_t byzantine = report_.view.byzantine_validators();
    too_few_ = !has_quorum().value_or(down + byzantine <= f);
    if (report_.view.running() == 0) {
      problem("nothing_runs", "no node of " + report_.view.name + " runs");
    } else if (too_few_) {
      const std::string misbehaving =
          byzantine == 0 ? "" : " and " + std::to_string(byzantine) + " misbehave";
      problem("no_quorum", std::to_string(down) + " of " + std::to_string(all) + " are down" +
                               misbehaving + ", f = " + std::to_string(f) +
                               ": no progress is to be expected");
    } else {
      for (const NodeView& node : report_.view.nodes) {
        if (node.state != NodeState::running) {
          report_.notes.push_back(node.node.name + " is " + to_text(node.state));
        }
      }
    }
  }

  void collect_live() {
    for (const NodeView& node : report_.view.nodes) {
      if (node.home_error) bad_homes_.try_emplace(node.node.name, *node.home_error);
      if (node.fork && !node.byzantine && node.misbehaved.empty()) {
        problem("fork", node.node.name + " has stopped for good: " + *node.fork,
                /*violation=*/true);
      }
      if (node.state != NodeState::running) continue;
      if (node.byzantine) {
        report_.notes.push_back(node.node.name +
                                " is told to misbehave and is not asked: " + *node.byzantine);
      } else if (!node.answered) {
        problem("node_silent", node.node.name + " runs and does not answer");
      } else if (node.committed_height) {
        live_.push_back(
            {node.node.name, ChainReader(node.node), Height{*node.committed_height}, std::nullopt});
      } else {
        problem("no_progress", node.node.name + " has committed nothing yet");
      }
    }
    for (const auto& [name, why] : bad_homes_) problem("bad_home", name + ": " + why);
    std::sort(live_.begin(), live_.end(),
              [](const Live& a, const Live& b) { return a.committed < b.committed; });
  }

  // A block names its parent by hash, so two nodes with the same block at a height have the same
  // blocks below it. In order of height, neighbours are compared at the height of the lower one.
  void compare_chains() {
    for (std::size_t i = 0; i + 1 < live_.size(); ++i) {
      const auto same = same_block(live_[i], live_[i + 1], live_[i].committed);
      if (!same) continue;  // said already
      if (!*same) find_first_difference(live_[i], live_[i + 1], live_[i].committed);
    }
    if (!live_.empty() && !report_.first_difference) {
      report_.agreed_height = live_.front().committed.value;
    }
  }

  std::optional<Hash> hash_at(Live& node, Height height) {
    const auto headers = node.reader.headers(height, 1);
    if (headers) return headers->front().hash;
    silent(node, headers.error());
    return std::nullopt;
  }

  // None: one of them could not say, which is a problem of its own.
  std::optional<bool> same_block(Live& a, Live& b, Height height) {
    const auto hash_a = hash_at(a, height);
    const auto hash_b = hash_at(b, height);
    if (!hash_a || !hash_b) return std::nullopt;
    return *hash_a == *hash_b;
  }

  // Bisection: once different, two chains stay different.
  void find_first_difference(Live& a, Live& b, Height differs) {
    std::uint64_t low = 0;
    std::uint64_t high = differs.value;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      const auto same = same_block(a, b, Height{middle});
      if (!same) return;
      if (*same) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    report_.first_difference = std::min(report_.first_difference.value_or(high), high);
    problem("two_histories",
            a.name + " and " + b.name + " have committed different blocks at height " +
                std::to_string(high),
            /*violation=*/true);
  }

  void verify_certificates(const Genesis& genesis) {
    CertificateVerifier verifier(ed25519_scheme());
    for (Live& node : live_) {
      const auto headers = node.reader.headers(node.committed, request_.certificates_per_node);
      if (!headers && headers.error().code == Errc::corrupt) {
        problem("bad_chain", node.name + ": " + headers.error().what, /*violation=*/true);
        continue;
      }
      if (!headers) {
        silent(node, headers.error());
        continue;
      }
      for (const CheckedHeader& header : *headers) {
        if (header.justify.is_genesis()) continue;
        const Height certified{header.height.value == 0 ? 0 : header.height.value - 1};
        const ValidatorSet& set = node.sets->judge(header.justify, certified);
        if (header.justify.chain_id == genesis.chain_id &&
            verifier.correctly_signed(header.justify, set)) {
          ++report_.certificates;
        } else {
          problem("bad_certificate",
                  node.name + ": the certificate under height " +
                      std::to_string(header.height.value) + " is not signed by a quorum",
                  /*violation=*/true);
        }
      }
    }
  }

  // Whose double votes prove nothing: nodes that were told to misbehave, those that were removed
  // since among them. A node of which that cannot be read counts as honest.
  void know_the_misled(const TestnetRecord& record) {
    for (std::size_t number = 0; number < record.numbers(); ++number) {
      const TestnetNode node = record.node(layout_, number);
      const HomeLayout home{node.home};
      const auto marks = misbehaviour_marks(home);
      if (!marks) bad_homes_.try_emplace(node.name, marks.error().what);
      if (!marks || marks->empty()) continue;
      if (const auto key = read_key_info(home.key_yaml())) {
        told_to_[to_hex(key->public_key.view())] = node.name;
      } else {
        bad_homes_.try_emplace(node.name, key.error().what);
      }
    }
  }

  void count_the_misled(std::size_t f) {
    const auto misled = std::ranges::count_if(report_.view.nodes, [](const NodeView& node) {
      return !node.node.listener && !node.misbehaved.empty();
    });
    report_.beyond_promise = static_cast<std::size_t>(misled) > f;
    if (!report_.beyond_promise) return;
    report_.notes.push_back(std::to_string(misled) + " nodes were told to misbehave, f = " +
                            std::to_string(f) + ": agreement is no longer promised");
  }

  void look_for_double_votes() {
    std::set<std::string> excused;
    for (Live& node : live_) {
      const auto seen = node.reader.double_votes();
      if (!seen) {
        silent(node, seen.error());
        continue;
      }
      for (const SeenDoubleVote& pair : *seen) {
        const auto told = told_to_.find(pair.signer);
        if (told == told_to_.end()) {
          problem("double_vote", "seen by " + node.name + ": " + pair.sentence, /*violation=*/true);
        } else {
          excused.insert(told->second);
        }
      }
    }
    for (const std::string& name : excused) {
      report_.notes.push_back(name + " voted twice, as it was told to");
    }
  }

  // Every live node has to get beyond the highest block that any of them had.
  void wait_for_progress() {
    if (live_.empty()) return;
    const Height reference = live_.back().committed;
    const auto deadline = Clock::now() + request_.within;
    for (Live& node : live_) {
      while (true) {
        const auto height = node.reader.committed_height();
        if (height && *height && **height > reference) break;
        if (Clock::now() >= deadline) {
          problem("no_progress", node.name + " has not committed more than height " +
                                     std::to_string(reference.value) + " for a while");
          break;
        }
        std::this_thread::sleep_for(progress_poll_interval);
      }
    }
  }

  const TestnetLayout& layout_;
  const CheckRequest& request_;
  CheckReport report_;
  std::vector<Live> live_;
  std::map<std::string, std::string> told_to_;    // hex digits of the key, name
  std::map<std::string, std::string> bad_homes_;  // name of the node, why
  bool too_few_ = false;
};

}  // namespace

bool CheckReport::violated() const {
  return std::any_of(problems.begin(), problems.end(),
                     [](const CheckProblem& problem) { return problem.violation; });
}

Result<CheckReport> check_testnet(const TestnetLayout& layout, const CheckRequest& request) {
  return Checker(layout, request).run();
}

nlohmann::ordered_json to_json(const CheckReport& report) {
  using Json = nlohmann::ordered_json;
  Json json = {
      {"schema", "hs.check/v1"},
      {"name", report.view.name},
      {"ok", report.ok()},
      {"agreed_height", report.agreed_height ? Json(*report.agreed_height) : Json(nullptr)},
      {"first_difference",
       report.first_difference ? Json(*report.first_difference) : Json(nullptr)},
      {"certificates", report.certificates}};
  json["nodes"] = Json::array();
  for (const NodeView& node : report.view.nodes) {
    json["nodes"].push_back(
        {{"name", node.node.name},
         {"state", to_text(node.state)},
         {"byzantine", node.byzantine ? Json(*node.byzantine) : Json(nullptr)},
         {"committed_height", node.committed_height ? Json(*node.committed_height) : Json(nullptr)},
         {"lag", node.lag ? Json(*node.lag) : Json(nullptr)}});
  }
  json["problems"] = Json::array();
  for (const CheckProblem& problem : report.problems) {
    json["problems"].push_back(
        {{"code", problem.code}, {"message", problem.message}, {"violation", problem.violation}});
  }
  json["notes"] = report.notes;
  return json;
}

}  // namespace hs
