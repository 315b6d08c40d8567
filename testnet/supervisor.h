// The process above a testnet's nodes: starts them, watches them through their pidfds, does what
// the control socket asks, and takes everything down when it is told to. One poll loop, one thread,
// which must be the main thread: the nodes die with the thread that started them.
#pragma once
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/node/home/home_lock.h"
#include "testnet/line_socket.h"
#include "testnet/protocol.h"
#include "testnet/record.h"
#include "testnet/report.h"
#include "testnet/supervised_node.h"

namespace hs {

struct SupervisorOptions {
  TestnetLayout layout;
  std::vector<std::string> nodes;  // all of the testnet, in order; more may be added later
  std::function<NodeCommand(const std::string& node)> command;
  std::chrono::nanoseconds stop_grace = std::chrono::seconds(5);
  // Where reports go (report.h); may be empty. Until all nodes of the start are ready, its reader
  // going away takes the net down: who started it is gone.
  FileDescriptor report;
};

class Supervisor {
 public:
  // Locks the testnet, becomes the reaper of its descendants, takes SIGINT, SIGTERM and SIGHUP
  // over, and listens on the control socket. Call before any thread is started. Errors: exists
  // (another supervisor holds the testnet), not_found, io.
  [[nodiscard]] static Result<std::unique_ptr<Supervisor>> open(SupervisorOptions options);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Starts `first` and supervises until a signal, a `down` or request_stop(), then stops every node
  // and returns. False if a node of `first` ended before it was ready, and everything was taken
  // down again.
  [[nodiscard]] bool run(const std::vector<std::string>& first);

  // From any thread: takes everything down.
  void request_stop();
  // After run(): did a signal or a `down` end it?
  [[nodiscard]] bool was_asked_to_stop() const { return asked_to_stop_; }

 private:
  // A connection of the control socket, from its first byte to our answer.
  struct Client {
    LineConnection connection;
    std::optional<SupervisorRequest> request;  // none until its line is here
    SteadyTime answer_by;                      // at the latest, if only to say that it is not done
    std::optional<SupervisorFailure> failure;  // known at once, or when a node it waits for dies
  };

  Supervisor(SupervisorOptions options, HomeLock lock, FileDescriptor signals,
             FileDescriptor listener, FileDescriptor wake);

  void poll_once();
  [[nodiscard]] int poll_timeout_ms() const;
  void on_signal();
  void on_listener();
  void on_client(Client& client);
  void on_node_ready(SupervisedNode& node);
  void on_node_end(SupervisedNode& node, const SupervisedNode::End& end);
  void start_node(SupervisedNode& node);
  void carry_out(Client& client, const SupervisorRequest& request);
  void apply(Client& client, SupervisedNode& node, SupervisorOp op);
  void learn_of(Client& client, const std::vector<std::string>& names);
  void forget(const std::vector<std::string>& names);
  void answer_finished();
  [[nodiscard]] bool is_finished(Client& client);
  void begin_down();
  void check_start();
  void fail_start(const SupervisedNode& node, const std::string& end);
  void tell(const Report& report);
  void save();
  [[nodiscard]] SupervisedNode* find(const std::string& name);
  [[nodiscard]] bool any_process() const;

  SupervisorOptions options_;
  HomeLock lock_;
  FileDescriptor signals_;
  FileDescriptor listener_;
  FileDescriptor wake_;
  std::vector<SupervisedNode> nodes_;
  std::list<Client> clients_;
  std::vector<std::string> first_;  // nodes of the start that are not ready yet
  bool starting_ = false;           // until all nodes of run() are ready
  bool start_failed_ = false;
  bool asked_to_stop_ = false;
  bool ending_ = false;
  bool changed_ = true;  // supervisor.json is older than what we know
};

}  // namespace hs
