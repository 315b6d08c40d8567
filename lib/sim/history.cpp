#include "lib/sim/history.h"

#include <algorithm>
#include <map>
#include <set>

namespace hs::sim {
namespace {

// A configuration of the search: which requests have had their moment, and what the register holds.
struct Configuration {
  std::vector<bool> done;
  RegisterValue value;
  friend auto operator<=>(const Configuration&, const Configuration&) = default;
};

bool is_complete(const RegisterRequest& each) { return each.request.answer != Answer::unknown; }

// The register after the request; none if its answer cannot be had now.
std::optional<RegisterValue> after(const RegisterRequest& each, const RegisterValue& value) {
  const bool matches = !each.is_conditional || value == each.expected;
  switch (each.request.answer) {
    case Answer::applied:
      if (!matches) return std::nullopt;
      return RegisterValue(each.value);
    case Answer::failed:
      if (matches) return std::nullopt;
      return value;
    case Answer::expired:
    case Answer::unknown:
      break;
  }
  return matches ? RegisterValue(each.value) : value;
}

bool is_finished(const std::vector<RegisterRequest>& history, const Configuration& at) {
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (!at.done[i] && is_complete(history[i])) return false;
  }
  return true;
}

// Requests that may be next: those that were called before any of the rest was answered.
std::vector<std::size_t> candidates(const std::vector<RegisterRequest>& history,
                                    const Configuration& at) {
  std::optional<Instant> first_answer;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (at.done[i] || !is_complete(history[i])) continue;
    const Instant answered = history[i].request.answered;
    if (!first_answer || answered < *first_answer) first_answer = answered;
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (at.done[i]) continue;
    if (first_answer && history[i].request.invoked > *first_answer) break;  // in order of calls
    found.push_back(i);
  }
  return found;
}

}  // namespace

Verdict check_register(std::vector<RegisterRequest> history, std::size_t configurations_max) {
  std::erase_if(history,
                [](const RegisterRequest& each) { return each.request.answer == Answer::expired; });
  std::ranges::stable_sort(history, {}, [](const auto& each) { return each.request.invoked; });
  std::set<Configuration> tried;
  std::vector<Configuration> open{
      {.done = std::vector<bool>(history.size(), false), .value = std::nullopt}};
  while (!open.empty()) {
    const Configuration at = std::move(open.back());
    open.pop_back();
    if (is_finished(history, at)) return Verdict::linearizable;
    if (tried.size() >= configurations_max) return Verdict::undecided;
    if (!tried.insert(at).second) continue;
    for (const std::size_t next : candidates(history, at)) {
      const std::optional<RegisterValue> value = after(history[next], at.value);
      if (!value) continue;
      open.push_back(at);
      open.back().done[next] = true;
      open.back().value = *value;
    }
  }
  return Verdict::violated;
}

std::string fault_in(const ListHistory& history) {
  std::map<std::uint64_t, std::size_t> places;
  for (std::size_t i = 0; i < history.last.size(); ++i) {
    if (!places.emplace(history.last[i], i).second) {
      return "element " + std::to_string(history.last[i]) + " is in the list twice";
    }
  }
  std::size_t known = 0;
  for (const Append& append : history.appends) {
    const std::string name = "element " + std::to_string(append.element);
    const bool is_there = places.contains(append.element);
    known += is_there ? 1 : 0;
    if (append.request.answer == Answer::applied && !is_there) {
      return name + " was acknowledged and is not in the list";
    }
    if (append.request.answer != Answer::applied && append.request.answer != Answer::unknown &&
        is_there) {
      return name + " is in the list though its client was told that it will not be";
    }
    for (const Append& later : history.appends) {
      if (!is_there || append.request.answer != Answer::applied) break;
      if (later.request.invoked <= append.request.answered) continue;
      const auto place = places.find(later.element);
      if (place != places.end() && place->second < places[append.element]) {
        return name + " was acknowledged before element " + std::to_string(later.element) +
               " was appended, and stands behind it";
      }
    }
  }
  if (known != places.size()) return "the list holds an element that nobody appended";
  for (const std::vector<std::uint64_t>& read : history.reads) {
    const bool is_beginning = read.size() <= history.last.size() &&
                              std::equal(read.begin(), read.end(), history.last.begin());
    if (!is_beginning) {
      return "a list of " + std::to_string(read.size()) +
             " elements was read that is not the beginning of the last one";
    }
  }
  return "";
}

std::string fault_in(const BankHistory& history) {
  const std::string opened = " of " + std::to_string(history.opened_with);
  for (const std::uint64_t total : history.totals) {
    if (total > history.opened_with) return std::to_string(total) + opened + ": money was made";
    if (history.opened_with - total > history.under_way_max) {
      return std::to_string(total) + opened + ": more is gone than can be under way";
    }
  }
  if (history.last != history.opened_with) {
    return std::to_string(history.last) + opened + " are left when nothing is under way";
  }
  return "";
}

}  // namespace hs::sim
