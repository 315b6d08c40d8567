// What clients saw, and whether one copy of the data that answers one request at a time could have
// shown it to them. Knows nothing of chains: the checks hold for any store. [RELIABILITY 3, G8, G9]
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.h"

namespace hs::sim {

// What a client knows of a request when the run is over.
enum class Answer {
  applied,  // it took effect
  failed,   // it was looked at and changed nothing
  expired,  // it never will be looked at: as if it had not been made
  unknown,  // perhaps it took effect, perhaps it will
};

// When a request was first made, and when the client was told what became of it.
struct Request {
  Instant invoked;
  Instant answered;  // meaningless while unknown
  Answer answer = Answer::unknown;
};

// ---- registers ----

// A value of a register; none before the first write.
using RegisterValue = std::optional<std::uint64_t>;

struct RegisterRequest {
  Request request;
  bool is_conditional = false;  // a compare-and-set; otherwise a write, which never fails
  RegisterValue expected;       // of a compare-and-set
  std::uint64_t value = 0;
};

enum class Verdict { linearizable, violated, undecided };

// Is there an order of the requests, each at some moment between its call and its answer, in which
// every answer is right? The search of Wing and Gong (1993), which remembers what it has tried
// (Lowe 2017). Undecided after `configurations_max` of them.
[[nodiscard]] Verdict check_register(std::vector<RegisterRequest> history,
                                     std::size_t configurations_max = 200'000);

// ---- lists ----

struct Append {
  Request request;
  std::uint64_t element = 0;  // of no other append
};
struct ListHistory {
  std::vector<Append> appends;
  std::vector<std::vector<std::uint64_t>> reads;  // stale ones, too
  std::vector<std::uint64_t> last;                // read when everything was answered
};
// What is wrong with it; empty if nothing. An applied append is in the list, once, behind those
// that were answered before it was called; one that failed or expired is not; every read is the
// beginning of the last one.
[[nodiscard]] std::string fault_in(const ListHistory& history);

// ---- a bank ----

struct BankHistory {
  std::uint64_t opened_with = 0;      // all accounts together
  std::uint64_t under_way_max = 0;    // no more can have left one account and not reached another
  std::vector<std::uint64_t> totals;  // of all accounts, as read at one height; stale ones, too
  std::uint64_t last = 0;             // when no transfer was under way
};
// Money is under way or in an account, and never made.
[[nodiscard]] std::string fault_in(const BankHistory& history);

}  // namespace hs::sim
