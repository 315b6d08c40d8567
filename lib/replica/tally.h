// How often a replica has turned something down, or met one of its limits, without an event: what
// nobody is told of, so that tests can show that each rule and limit had something to do.
// [RELIABILITY 3, coverage]
#pragma once
#include <cstdint>

namespace hs {

struct Tally {
  // Why what the leader of the view showed was not voted for. [PROTOCOL 3.6]
  std::uint64_t off_lock = 0;       // its branch leaves the lock, and its certificate is no newer
  std::uint64_t decided = 0;        // its update is decided, and its leader has missed that
  std::uint64_t already_voted = 0;  // in this view or a later one
  std::uint64_t not_a_voter = 0;    // of the set that judges it
  std::uint64_t record_binds = 0;   // data were reset, and the voting record forbids it
  std::uint64_t leader_served = 0;  // the leader has had its turn in this view
  // Messages for views to come.
  std::uint64_t beyond_window = 0;  // too far ahead to be kept
  std::uint64_t kept_enough = 0;    // its sender has one of its kind there, or no room for it left
  std::uint64_t evicted_own = 0;    // a farther one of the same sender made room
  std::uint64_t evicted_any = 0;    // the farthest of all did
  // Votes and work.
  std::uint64_t vote_again = 0;           // one that is counted already
  std::uint64_t unchecked_signature = 0;  // its sender has shown too many that do not verify
  std::uint64_t unserved_sync = 0;        // whoever asks has had its bytes for this second
  // Block sync and the tree.
  std::uint64_t sync_late = 0;    // a server did not answer in time
  std::uint64_t ban_over = 0;     // a server is asked again
  std::uint64_t deep_prunes = 0;  // branches of at least deep_branch blocks, one on the other

  static constexpr std::size_t deep_branch = 3;
};

}  // namespace hs
