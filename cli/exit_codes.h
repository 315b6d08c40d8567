// What `hs` answers to its shell. Scripts rely on these numbers: they never change their meaning.
#pragma once

namespace hs {

enum class ExitCode : int {
  done = 0,           // also: a node stopped by a signal
  failure = 1,        // runtime failure, disk full, I/O error
  usage = 2,          // wrong arguments, bad configuration or input file
  not_found = 3,      // height, key, node, transaction
  unreachable = 4,    // node or RPC not reachable
  timed_out = 5,      // --timeout or --wait ran out
  in_use = 6,         // exists already; port, lock or file in use
  secret = 7,         // wrong passphrase, unsafe permissions of a key file
  corrupt = 8,        // data corrupt, or genesis or version mismatch
  violation = 9,      // safety violation found: two histories
  unhealthy = 10,     // a check, assertion or threshold failed
  interrupted = 130,  // ended by Ctrl-C before the work was done
  terminated = 143    // the same by SIGTERM
};
// 134 (SIGABRT) is a bug of ours: an internal check failed.

[[nodiscard]] constexpr int to_int(ExitCode code) { return static_cast<int>(code); }

}  // namespace hs
