// The node's log: logs/node.log with rotation, and standard error when a person looks at it.
#pragma once
#include <memory>
#include <string>

#include "lib/node/home/layout.h"
#include "lib/node/home/node_config.h"

namespace spdlog {
class logger;
}

namespace hs {

using LoggerPtr = std::shared_ptr<spdlog::logger>;

// One line per entry; in JSON {"time","level","node","message"}. Thread-safe. Throws
// StoreFailure(io) if the file cannot be opened. `to_stderr` adds standard error.
[[nodiscard]] LoggerPtr open_log(const HomeLayout& home, const NodeConfig& config, bool to_stderr);

}  // namespace hs
