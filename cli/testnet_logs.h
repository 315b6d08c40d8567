// The logs of a testnet's nodes as one stream.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "testnet/layout.h"

namespace hs {

struct LogRequest {
  TestnetLayout layout;
  std::vector<std::string> nodes;
  std::uint64_t lines = 100;        // of each node, from the end
  std::optional<std::string> grep;  // lines that hold it
  std::optional<Duration> since;    // lines that are not older
  bool follow = false;              // until interrupted, or
  std::optional<Duration> timeout;  // until this has passed
};

// "n0 | <line>", by the time that stands at the start of each line; with JSON one hs.log/v1 a line.
// Throws CliError timed_out where `timeout` ends a follower.
void print_logs(Context& context, const LogRequest& request);

}  // namespace hs
