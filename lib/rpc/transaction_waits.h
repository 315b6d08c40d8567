// Requests that wait until a transaction is committed. The node's loop only says that a block was
// committed; which transactions it held is read here, on a thread of our own, from a store
// snapshot.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>

#include "lib/kvapp/queries.h"
#include "lib/rpc/chain_view.h"
#include "lib/rpc/hub.h"

namespace hs {

// Waits of all requests of one server together; a request that would need more is refused.
constexpr std::size_t transaction_waits_max = 65'536;

struct WaitedCommit {
  Json result;                               // hs.tx_result/v1 with latency_ms null
  std::chrono::steady_clock::time_point at;  // when the commit was told
};

// Why a wait ended without a commit.
enum class Unmet {
  deadline,  // its time is over; the transaction may still be committed
  expired    // the blocks it was valid for are committed without it: it never will be
};

// Thread-safe. The thread starts with the first wait.
class TransactionWaits {
 public:
  using Clock = std::chrono::steady_clock;
  using Ticket = std::uint64_t;
  using End = std::expected<WaitedCommit, Unmet>;
  // Called once, on the thread of this object. Must not throw; may call back into this object.
  using Done = std::function<void(End)>;

  TransactionWaits(const RpcService& service, RpcHub& hub);
  ~TransactionWaits();
  // Joins the thread; waits and tasks that are left are dropped without a call. Called by the owner
  // before it lets go, as the last reference may then be held by a task of this very thread.
  void stop();
  TransactionWaits(const TransactionWaits&) = delete;
  TransactionWaits& operator=(const TransactionWaits&) = delete;

  // Begins to watch for a commit that comes from now on. `valid_until`, if it is known, ends the
  // wait as soon as that height is committed. None: transaction_waits_max are open.
  [[nodiscard]] std::optional<Ticket> add(const TransactionId& id, Clock::time_point deadline,
                                          Done done,
                                          std::optional<Height> valid_until = std::nullopt);
  // Also looks through what is committed already. On this object's thread, or from anywhere else by
  // post().
  void look_up(Ticket ticket);
  // Runs `task` on this object's thread, after all commits told and all tasks posted before.
  void post(std::function<void()> task);
  // Afterwards `done` is not called unless its call has begun. Unknown tickets are ignored.
  void cancel(Ticket ticket);

 private:
  struct Wait {
    TransactionId id;
    Done done;
    Clock::time_point deadline;
    std::optional<Height> valid_until;
  };
  void run();
  void push(std::function<void()> task);  // mutex_ is held
  void expire(Clock::time_point now);
  void on_commit(const CommitNotice& notice);
  // Ends the waits for transactions that no block above `committed` may hold.
  void expire(Height committed, const ChainView& chain);
  // Takes the wait out of the tables; none if it is gone.
  [[nodiscard]] std::optional<Wait> remove(Ticket ticket);

  const RpcService* service_;
  RpcHub* hub_;
  std::uint64_t listener_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  Ticket next_ticket_ = 1;
  std::unordered_map<Ticket, Wait> waits_;
  std::multimap<TransactionId, Ticket> by_id_;
  std::set<std::pair<Clock::time_point, Ticket>> by_deadline_;
  std::set<std::pair<Height, Ticket>> by_valid_until_;
  std::deque<std::function<void()>> tasks_;
  std::thread thread_;
};

// hs.tx_result/v1 of a transaction that `chain` has committed; latency_ms is null.
[[nodiscard]] Json committed_result(const ChainView& chain, const TransactionId& id,
                                    const kv::Committed& where);
// The same while it is not: status "accepted", "submitted" or "rejected".
[[nodiscard]] Json uncommitted_result(const TransactionId& id, const std::string& status);

}  // namespace hs
