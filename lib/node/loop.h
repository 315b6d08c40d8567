// The event loop's side of a node: frames, timers and submissions become inputs of the engine, and
// its effects become frames. [ARCHITECTURE 5]
//
// Threads: one runs the io_context and is the only one in here; others come in through post()
// alone. A StoreFailure inside stops the loop and comes out of run(). Nothing else may escape.
#pragma once
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "lib/net/transport.h"
#include "lib/node/counted_app.h"
#include "lib/node/engine.h"
#include "lib/node/misbehaviour.h"
#include "lib/node/penalties.h"
#include "lib/node/reporter.h"
#include "lib/node/settings.h"
#include "lib/node/vault.h"
#include "lib/rpc/service.h"

namespace hs {

class NodeLoop {
 public:
  // All outlive the loop. Throws StoreFailure.
  NodeLoop(const NodeSettings& settings, NodeVault& vault, KvApp& app, RpcHub& hub, LoggerPtr log,
           std::uint64_t seed);
  ~NodeLoop();
  NodeLoop(const NodeLoop&) = delete;
  NodeLoop& operator=(const NodeLoop&) = delete;

  // Binds the peer port. Errors: as Transport::start().
  [[nodiscard]] Status listen();
  [[nodiscard]] std::uint16_t port() const { return transport_.local_port(); }
  [[nodiscard]] Reporter& reporter() { return reporter_; }

  // SIGINT, SIGTERM and SIGHUP stop the loop. Call before run().
  void stop_on_signals();
  // Until stop(), until the replica has seen a fork and its last words are on their way, or until
  // it sees a vote of its own key that this home knows nothing of. Throws what stopped it, if it
  // was a StoreFailure.
  void run();
  // Why it has stopped, if not because it was asked to. After run().
  [[nodiscard]] const std::optional<NodeFailure>& failure() const { return end_; }

  // ---- from any thread ----
  void stop();
  // Runs `work` on the loop, or never if it has stopped.
  void post(std::function<void()> work);

  // ---- on the loop ----
  // Takes transactions of our own users.
  [[nodiscard]] std::vector<Admission> submit(const std::vector<Bytes>& transactions);
  [[nodiscard]] bool is_pending(const TransactionId& id) const { return app_.is_pending(id); }
  // Allows this peer to connect, and dials it.
  void add_peer(const PeerAddress& peer);
  // Forgets it: it may connect no longer, unless it is a member of the validator set.
  void remove_peer(const PublicKey& peer);
  // Misbehaves as ordered, once the home is marked for it. Requires a test genesis. Errors: those
  // of the mark; nothing has changed then.
  [[nodiscard]] Status misbehave(const MisbehaviourOrder& order);
  // What the home is marked for: what its node was ever told to do wrong. Before run().
  void set_misbehaved(std::vector<std::string> marks);
  // Calls `show` with a status line every so often, from run().
  void show_status_line(std::chrono::milliseconds every,
                        std::function<void(const std::string&)> show);

 private:
  TransportCallbacks transport_callbacks();
  EngineOutlets engine_outlets();
  // Runs `work`; a StoreFailure ends the loop.
  template <class Work>
  void guarded(Work&& work);

  void schedule();  // a turn, once what is ready now has been taken in
  void turn();
  void arm_timer();
  void change_behaviour();  // if it is time to
  void status_line_due();

  void on_frame(const PublicKey& peer, Channel channel, const Bytes& body);
  void on_message(const PublicKey& peer, BytesView body);
  void on_transactions(const PublicKey& peer, BytesView body);
  void on_event(const Event& event);
  void on_fork(const event::SafetyViolation& fork);
  void farewell();  // stops once the last words have left
  void end_over_unknown_vote();
  bool check_failed(const PublicKey& peer);  // true: the peer was sent away for it

  void send(const Recipient& to, const MessagePtr& message);
  void send_raw(const Recipient& to, const SharedBytes& bytes);
  void gossip();
  void send_transactions(const std::vector<Bytes>& transactions, bool may_ask_to_pass_on);
  void refresh_allowed();

  const NodeSettings& settings_;
  KvApp& app_;
  NodeVault& vault_;
  LoggerPtr log_;

  asio::io_context context_{1};
  asio::steady_timer timer_{context_};
  asio::steady_timer status_timer_{context_};
  asio::steady_timer farewell_timer_{context_};
  std::chrono::steady_clock::time_point farewell_until_;
  asio::signal_set signals_{context_};
  std::chrono::milliseconds status_every_{0};
  std::function<void(const std::string&)> show_status_;

  CountedApp counted_;
  Engine engine_;
  NodeTraffic traffic_;
  Transport transport_;
  Reporter reporter_;
  Penalties penalties_;
  Misbehaviour misbehaviour_;

  std::set<PublicKey> configured_peers_;
  std::optional<std::vector<ValidatorSetPtr>> allowed_sets_;  // those set_allowed() knows
  std::vector<Hash> allowed_pending_;
  std::vector<Bytes> own_transactions_;  // to be gossiped in this turn
  std::vector<Bytes> passed_transactions_;
  bool work_arrived_ = false;
  bool scheduled_ = false;
  // The newest message sent and its bytes, which serve all its receivers.
  MessagePtr encoded_message_;
  SharedBody encoded_;
  std::exception_ptr failure_;
  std::optional<NodeFailure> end_;
};

}  // namespace hs
