#include "lib/rpc/transaction_waits.h"

#include <algorithm>

#include "lib/base/hex.h"

namespace hs {
namespace {

std::optional<kv::Committed> find_committed(const ChainView& chain, const TransactionId& id) {
  const auto status = kv::find_transaction(
      [&](BytesView prefix, const kv::Visitor& visit) {
        chain.tree_reader().scan_app(prefix, visit);
      },
      id);
  if (!status) return std::nullopt;
  const auto* where = std::get_if<kv::Committed>(&*status);
  return where == nullptr ? std::nullopt : std::optional(*where);
}

}  // namespace

TransactionWaits::TransactionWaits(const RpcService& service, RpcHub& hub)
    : service_(&service), hub_(&hub) {
  listener_ = hub_->add_commit_listener([this](const CommitNotice& notice) {
    const std::lock_guard lock(mutex_);
    if (waits_.empty()) return;
    push([this, notice] { on_commit(notice); });
  });
}

TransactionWaits::~TransactionWaits() { stop(); }

void TransactionWaits::stop() {
  if (listener_ != 0) hub_->remove_commit_listener(listener_);
  listener_ = 0;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  // What waits may hold references to this object; it must not keep itself alive.
  waits_.clear();
  by_id_.clear();
  by_deadline_.clear();
  by_valid_until_.clear();
  tasks_.clear();
}

std::optional<TransactionWaits::Ticket> TransactionWaits::add(const TransactionId& id,
                                                              Clock::time_point deadline, Done done,
                                                              std::optional<Height> valid_until) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || waits_.size() >= transaction_waits_max) return std::nullopt;
  const Ticket ticket = next_ticket_++;
  waits_.emplace(
      ticket,
      Wait{.id = id, .done = std::move(done), .deadline = deadline, .valid_until = valid_until});
  by_id_.emplace(id, ticket);
  if (valid_until) by_valid_until_.emplace(*valid_until, ticket);
  by_deadline_.emplace(deadline, ticket);
  // Only a deadline that is now the first shortens the sleep.
  if (by_deadline_.begin()->second == ticket) push([] {});
  return ticket;
}

void TransactionWaits::push(std::function<void()> task) {
  tasks_.push_back(std::move(task));
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
}

void TransactionWaits::post(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  if (!stopping_) push(std::move(task));
}

void TransactionWaits::cancel(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  (void)remove(ticket);
}

std::optional<TransactionWaits::Wait> TransactionWaits::remove(Ticket ticket) {
  const auto found = waits_.find(ticket);
  if (found == waits_.end()) return std::nullopt;
  Wait wait = std::move(found->second);
  waits_.erase(found);
  by_deadline_.erase({wait.deadline, ticket});
  if (wait.valid_until) by_valid_until_.erase({*wait.valid_until, ticket});
  const auto [first, last] = by_id_.equal_range(wait.id);
  by_id_.erase(
      std::find_if(first, last, [&](const auto& entry) { return entry.second == ticket; }));
  return wait;
}

void TransactionWaits::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (tasks_.empty()) {
      if (by_deadline_.empty()) {
        changed_.wait(lock);
      } else {
        // A copy: the wait it belongs to may be cancelled while we sleep.
        const Clock::time_point first = by_deadline_.begin()->first;
        changed_.wait_until(lock, first);
      }
    }
    const std::deque<std::function<void()>> tasks = std::exchange(tasks_, {});
    lock.unlock();
    for (const auto& task : tasks) task();
    expire(Clock::now());
    lock.lock();
  }
}

void TransactionWaits::expire(Clock::time_point now) {
  std::vector<Wait> expired;
  {
    const std::lock_guard lock(mutex_);
    while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
      expired.push_back(*remove(by_deadline_.begin()->second));
    }
  }
  for (const Wait& wait : expired) wait.done(std::unexpected(Unmet::deadline));
}

// A store that cannot be read answers nobody here: the waits run into their deadlines, and the
// node's loop, which reads the same store, stops the process and names the cause.
void TransactionWaits::on_commit(const CommitNotice& notice) {
  try {
    const auto store = service_->store_snapshot();
    const ReplicaNames no_names;
    const ChainView chain(*store, no_names);
    const auto record = kv::record_of(
        [&](BytesView key) { return chain.tree_reader().app_value(key); }, notice.height);
    if (!record) return;
    for (std::uint32_t index = 0; index < record->size(); ++index) {
      const auto& [id, outcome] = (*record)[index];
      std::vector<Wait> waits;
      {
        const std::lock_guard lock(mutex_);
        for (auto at = by_id_.find(id); at != by_id_.end(); at = by_id_.find(id)) {
          waits.push_back(*remove(at->second));
        }
      }
      if (waits.empty()) continue;
      const kv::Committed where{.height = notice.height, .index = index, .outcome = outcome};
      const Json result = committed_result(chain, id, where);
      for (const Wait& wait : waits) wait.done(WaitedCommit{.result = result, .at = notice.at});
    }
    expire(notice.height, chain);
  } catch (const StoreFailure&) {
    return;
  }
}

void TransactionWaits::expire(Height committed, const ChainView& chain) {
  std::vector<Wait> over;
  {
    const std::lock_guard lock(mutex_);
    while (!by_valid_until_.empty() && by_valid_until_.begin()->first <= committed) {
      over.push_back(*remove(by_valid_until_.begin()->second));
    }
  }
  for (const Wait& wait : over) {
    // It may have been committed before the wait for it began.
    if (const auto where = find_committed(chain, wait.id)) {
      wait.done(WaitedCommit{committed_result(chain, wait.id, *where), Clock::now()});
    } else {
      wait.done(std::unexpected(Unmet::expired));
    }
  }
}

void TransactionWaits::look_up(Ticket ticket) {
  TransactionId id;
  {
    const std::lock_guard lock(mutex_);
    const auto found = waits_.find(ticket);
    if (found == waits_.end()) return;
    id = found->second.id;
  }
  try {
    const auto store = service_->store_snapshot();
    const ReplicaNames no_names;
    const ChainView chain(*store, no_names);
    const auto where = find_committed(chain, id);
    if (!where) return;
    std::optional<Wait> wait;
    {
      const std::lock_guard lock(mutex_);
      wait = remove(ticket);
    }
    if (wait) wait->done(WaitedCommit{committed_result(chain, id, *where), Clock::now()});
  } catch (const StoreFailure&) {
    return;
  }
}

Json committed_result(const ChainView& chain, const TransactionId& id, const kv::Committed& where) {
  Json object = uncommitted_result(id, "committed");
  object["height"] = where.height.value;
  object["outcome"] = kv::name_of(where.outcome);
  object["index"] = where.index;
  const std::optional<Hash> block = chain.tree_reader().block_at(where.height);
  if (!block) return object;
  object["block"] = to_hex(block->view());
  if (const auto certificate = chain.certificate_of(*block)) {
    object["view"] = certificate->view.value;
    object["signers"] =
        std::count_if(certificate->signatures.begin(), certificate->signatures.end(),
                      [](const auto& signature) { return signature.has_value(); });
    object["validators"] = certificate->signatures.size();
  }
  return object;
}

Json uncommitted_result(const TransactionId& id, const std::string& status) {
  Json object;
  object["schema"] = "hs.tx_result/v1";
  object["id"] = to_hex(id.view());
  object["status"] = status;
  for (const char* unknown :
       {"height", "view", "latency_ms", "outcome", "block", "index", "signers", "validators"}) {
    object[unknown] = nullptr;
  }
  return object;
}

}  // namespace hs
