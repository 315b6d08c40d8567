// One node: a replica with its disk, its peers and its users. [ARCHITECTURE 5]
#pragma once
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "lib/node/failure.h"
#include "lib/node/home/runtime_file.h"
#include "lib/node/settings.h"
#include "lib/types/event_handlers.h"

namespace hs {

struct NodeOptions {
  bool log_to_stderr = false;
  std::string version;          // of this binary, for run/node.json
  EventHandlers handlers = {};  // called on the thread of run(), before logs and streams
};

class Node {
 public:
  // Locks the home, opens the disk, starts the servers and listens; run/node.json is written last,
  // so whoever sees it can connect. Takes part in nothing before run().
  [[nodiscard]] static std::expected<std::unique_ptr<Node>, NodeFailure> start(
      NodeSettings settings, const NodeOptions& options);
  // Closes everything and removes run/node.json.
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  [[nodiscard]] const NodeRuntime& runtime() const;
  // What start() found damaged and mended, for the user's eyes; empty: nothing. The log has it.
  [[nodiscard]] const std::string& warning() const;

  // On the calling thread, until stop(), POST /v1/admin/stop on the control socket, or, with
  // `stop_on_signals`, SIGINT, SIGTERM or SIGHUP, which the caller held back before start(). Throws
  // StoreFailure if the disk failed.
  void run(bool stop_on_signals);
  // After run(): why the node has ended by itself, a fork; none if it was asked to.
  [[nodiscard]] const std::optional<NodeFailure>& failure() const;
  // From any thread; before run(), too.
  void stop();

  // During run(), on its thread. Call before run().
  void show_status_line(std::chrono::milliseconds every,
                        std::function<void(const std::string&)> show);

 private:
  struct Impl;
  explicit Node(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hs
