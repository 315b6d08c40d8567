// Nodes with real transports, databases and servers in one process, each on a thread of its own,
// all on ephemeral ports of the loopback.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <vector>

#include "lib/node/node.h"
#include "lib/rpc/client.h"
#include "tests/support/temp_dir.h"

namespace hs::test {

class Cluster {
 public:
  // Makes the homes; starts nothing. The first `validators` are in the genesis, none given: all.
  explicit Cluster(std::size_t nodes, std::optional<std::size_t> validators = {});
  ~Cluster();

  // Starts a node and tells it of all that run, and them of it.
  void start(std::size_t node);
  void start_all();
  void stop(std::size_t node);
  void stop_all();

  // Waits until the node has ended by itself, and says why; none if it does not end, or says
  // nothing.
  [[nodiscard]] std::optional<NodeFailure> ends(std::size_t node) const;

  // The key that may change the validator set, and that of a node.
  [[nodiscard]] static SecretKey authority();
  [[nodiscard]] static SecretKey key(std::size_t node);

  [[nodiscard]] std::size_t size() const { return homes_.size(); }
  [[nodiscard]] const HomeLayout& home(std::size_t node) const { return homes_[node]; }
  // GET on the control socket of a running node; none if it does not answer with 200.
  [[nodiscard]] std::optional<nlohmann::json> get(std::size_t node,
                                                  const std::string& target) const;
  // POST; the HTTP status is in the reply.
  [[nodiscard]] Result<RpcReply> post(std::size_t node, const std::string& target,
                                      const nlohmann::ordered_json& body) const;
  // None before the first commit.
  [[nodiscard]] std::optional<std::uint64_t> committed_height(std::size_t node) const;
  // Waits until the node has committed `height`; false after a generous deadline.
  [[nodiscard]] bool commits(std::size_t node, std::uint64_t height) const;

 private:
  struct Running {
    std::unique_ptr<Node> node;
    std::thread thread;
    std::unique_ptr<std::atomic<bool>> ended = std::make_unique<std::atomic<bool>>(false);
  };
  void introduce(std::size_t node, std::size_t peer) const;
  [[nodiscard]] RpcClient client(std::size_t node) const;

  TempDir folder_;
  std::vector<HomeLayout> homes_;
  std::vector<std::optional<Running>> running_;
};

// Asks every 5 ms, for at most 30 s.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace hs::test
