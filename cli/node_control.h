// What is asked of the node that runs in a home, over its control socket.
#pragma once
#include <nlohmann/json.hpp>

#include "lib/base/time.h"
#include "lib/node/home/layout.h"

namespace hs {

// Stops it and waits until its process is gone; false if none was running. Throws CliError:
// node_paused (exit 4) if it does not answer, timed_out (exit 5).
bool stop_running_node(const HomeLayout& home, Duration patience);

// hs.node_status/v1:
// {"name","home","state":"running|stopped","pid","p2p","rpc","public_key","view",
// "committed_height","committed_hash","byzantine","misbehaved","data_error"}; what a stopped node
// does not have is null. Of a stopped one the view is the highest it had entered, and "data_error"
// says why its files cannot be read. Throws CliError node_paused (exit 4).
[[nodiscard]] nlohmann::ordered_json status_of_node(const HomeLayout& home);

}  // namespace hs
