// run/node.json: who runs in this home and where it listens. Written by the node when it is ready,
// removed when it stops; a file left by a crash names a process that is gone.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>

#include "lib/base/result.h"
#include "lib/node/home/layout.h"

namespace hs {

struct NodeRuntime {
  pid_t pid = 0;
  std::uint64_t start_time = 0;  // clock ticks since boot; tells a pid from its later reuse
  std::string name;
  std::string p2p;         // HOST:PORT as bound
  std::string rpc;         // HOST:PORT as bound
  std::string public_key;  // hex
  std::string ready_at;    // RFC 3339, UTC
  std::string version;
};

// Start time of a process from /proc; none if there is no such process.
[[nodiscard]] std::optional<std::uint64_t> process_start_time(pid_t pid);
// Does the process that wrote it still run? A zombie does not.
[[nodiscard]] bool is_alive(const NodeRuntime& runtime);

// Replaces the file atomically. Errors: io.
[[nodiscard]] Status write_runtime(const HomeLayout& home, const NodeRuntime& runtime);
// Errors: not_found, corrupt.
[[nodiscard]] Result<NodeRuntime> read_runtime(const HomeLayout& home);

}  // namespace hs
