#include "lib/rpc/submission.h"

#include "lib/base/hex.h"

namespace hs {
namespace {

using Clock = TransactionWaits::Clock;

constexpr const char* expired_text =
    "all blocks that the transaction was valid for are committed without it";

int http_status_of(kv::Refusal refusal) {
  switch (refusal) {
    case kv::Refusal::too_large:
      return 413;
    case kv::Refusal::pool_full:
    case kv::Refusal::client_full:
      return 429;
    case kv::Refusal::no_authority:
    case kv::Refusal::unauthorised:
      return 403;
    case kv::Refusal::unknown_validator:
      return 404;
    case kv::Refusal::update_undecided:
      return 409;
    default:
      return 400;
  }
}

// One POST from its arrival to its answer. Everything but the constructor runs on the thread of the
// waits, so nothing here is locked, and the node's loop is never asked to write JSON.
class Submission : public std::enable_shared_from_this<Submission> {
 public:
  Submission(const std::shared_ptr<TransactionWaits>& waits, const RpcService& service,
             SubmitBacklog::Place place, SubmitRequest request, Respond respond)
      : waits_(waits),
        service_(&service),
        place_(std::move(place)),
        request_(std::move(request)),
        respond_(std::move(respond)),
        slots_(request_.transactions.size()),
        open_(slots_.size()) {}

  void begin() {
    const auto waits = waits_.lock();
    if (waits == nullptr) return;
    const auto self = shared_from_this();
    const Clock::time_point deadline = Clock::now() + request_.timeout;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      slots_[i].id = transaction_id(request_.transactions[i]);
      // What is no transaction is refused by the node, and has no last height to wait for.
      const auto decoded = from_borsh<Transaction>(request_.transactions[i]);
      const auto ticket = waits->add(
          slots_[i].id, deadline,
          [self, i](TransactionWaits::End end) { self->on_wait_ended(i, std::move(end)); },
          decoded ? std::optional(decoded->valid_until) : std::nullopt);
      if (!ticket) return refuse_overload(*waits);
      slots_[i].ticket = *ticket;
    }
    // The node may answer after the server is gone; then nobody is left to tell.
    service_->submit(request_.transactions,
                     [weak = waits_, self,
                      place = std::exchange(place_, {})](std::vector<Admission> admissions) {
                       if (const auto still = weak.lock()) {
                         still->post([self, admissions = std::move(admissions)] {
                           self->on_admissions(admissions);
                         });
                       }
                     });
  }

 private:
  struct Slot {
    TransactionId id;
    TransactionWaits::Ticket ticket = 0;
    std::optional<Clock::time_point> accepted;
    std::optional<kv::Refused> refused;
    bool has_expired = false;    // while it waited
    std::optional<Json> result;  // set once
  };

  void refuse_overload(TransactionWaits& waits) {
    for (const Slot& slot : slots_) waits.cancel(slot.ticket);
    respond_(error_response(429, "too_many_waits", "too many requests wait for commits already",
                            "try again later, or with wait=none"));
  }

  void on_admissions(const std::vector<Admission>& admissions) {
    for (std::size_t i = 0; i < slots_.size() && i < admissions.size(); ++i) {
      if (!slots_[i].result) on_admission(i, admissions[i]);
    }
  }

  void on_admission(std::size_t i, const Admission& admission) {
    Slot& slot = slots_[i];
    const auto refusal =
        admission.result ? std::nullopt : std::optional(admission.result.error().reason);
    if (refusal == kv::Refusal::committed) {
      if (const auto waits = waits_.lock()) waits->look_up(slot.ticket);
      return;
    }
    if (refusal && refusal != kv::Refusal::duplicate) {
      slot.refused = admission.result.error();
      Json result = uncommitted_result(slot.id, "rejected");
      result["reason"] = kv::name_of(*refusal);
      result["message"] = slot.refused->what;
      return resolve(i, std::move(result));
    }
    slot.accepted = admission.at;
    if (request_.wait == WaitLevel::accepted) resolve(i, uncommitted_result(slot.id, "accepted"));
  }

  void on_wait_ended(std::size_t i, TransactionWaits::End end) {
    Slot& slot = slots_[i];
    if (slot.result) return;
    if (!end && end.error() == Unmet::expired) return expire(i);
    if (!end) {
      timed_out_ = true;
      return resolve(i, uncommitted_result(slot.id, slot.accepted ? "accepted" : "submitted"));
    }
    if (slot.accepted) {
      const std::chrono::duration<double, std::milli> latency = end->at - *slot.accepted;
      end->result["latency_ms"] = latency.count() < 0 ? 0.0 : latency.count();
    }
    resolve(i, std::move(end->result));
  }

  void expire(std::size_t i) {
    Slot& slot = slots_[i];
    slot.has_expired = true;
    Json result = uncommitted_result(slot.id, "rejected");
    result["reason"] = kv::name_of(kv::Refusal::expired);
    result["message"] = expired_text;
    resolve(i, std::move(result));
  }

  void resolve(std::size_t i, Json result) {
    slots_[i].result = std::move(result);
    if (const auto waits = waits_.lock()) waits->cancel(slots_[i].ticket);
    if (--open_ == 0) answer();
  }

  void answer() {
    if (request_.is_batch) {
      Json results = Json::array();
      for (Slot& slot : slots_) results.push_back(std::move(*slot.result));
      Json object;
      object["schema"] = "hs.tx_results/v1";
      object["timed_out"] = timed_out_;
      object["results"] = std::move(results);
      return respond_(json_response(object));
    }
    const Slot& slot = slots_.front();
    if (slot.refused) {
      return respond_(
          error_response(http_status_of(slot.refused->reason),
                         "transaction_" + std::string(kv::name_of(slot.refused->reason)),
                         slot.refused->what, "", {{"id", to_hex(slot.id.view())}}));
    }
    if (slot.has_expired) {
      return respond_(error_response(410, "transaction_expired", expired_text,
                                     "send it anew, valid for more blocks",
                                     {{"id", to_hex(slot.id.view())}}));
    }
    if (timed_out_) {
      return respond_(
          error_response(504, "timed_out", "the transaction is not committed yet",
                         "it may still be: ask again with its id",
                         {{"id", to_hex(slot.id.view())}, {"status", (*slot.result)["status"]}}));
    }
    respond_(json_response(*slot.result));
  }

  const std::weak_ptr<TransactionWaits> waits_;
  const RpcService* service_;
  SubmitBacklog::Place place_;  // until the node has it
  const SubmitRequest request_;
  const Respond respond_;
  std::vector<Slot> slots_;
  std::size_t open_;  // slots without a result
  bool timed_out_ = false;
};

HttpResponse submitted(const SubmitRequest& request) {
  Json results = Json::array();
  for (const Bytes& transaction : request.transactions) {
    results.push_back(uncommitted_result(transaction_id(transaction), "submitted"));
  }
  if (!request.is_batch) return json_response(results.front(), 202);
  Json object;
  object["schema"] = "hs.tx_results/v1";
  object["timed_out"] = false;
  object["results"] = std::move(results);
  return json_response(object, 202);
}

// The committed transaction, if it is one; on the thread of the waits.
std::optional<HttpResponse> answer_if_committed(const RpcService& service,
                                                const TransactionId& id) {
  try {
    const auto store = service.store_snapshot();
    const ReplicaNames no_names;
    const ChainView chain(*store, no_names);
    const auto scan = [&](BytesView prefix, const kv::Visitor& visit) {
      chain.tree_reader().scan_app(prefix, visit);
    };
    const auto status = kv::find_transaction(scan, id);
    if (!status) return error_response(status.error());
    const auto* where = std::get_if<kv::Committed>(&*status);
    if (where == nullptr) return std::nullopt;
    return json_response(committed_result(chain, id, *where));
  } catch (const StoreFailure& failure) {
    return error_response(500, "corrupt", failure.what());
  }
}

HttpResponse unknown_transaction(const TransactionId& id) {
  return error_response(404, "transaction_not_found",
                        "no transaction " + to_hex(id.view()) + " is known",
                        "ids are remembered for " + std::to_string(kv::remembered_heights) +
                            " blocks; a transaction still on its way can be waited for");
}

}  // namespace

void submit(const std::shared_ptr<TransactionWaits>& waits, const RpcService& service,
            SubmitBacklog& backlog, SubmitRequest request, Respond respond) {
  SubmitBacklog::Place place = backlog.take(request.transactions);
  if (place == nullptr) {
    return respond(error_response(429, "too_many_transactions",
                                  "more transactions than the node looks at are on their way",
                                  "try again in a moment"));
  }
  if (request.wait == WaitLevel::none) {
    HttpResponse answer = submitted(request);
    service.submit(std::move(request.transactions),
                   [place = std::move(place)](const std::vector<Admission>&) {});
    return respond(std::move(answer));
  }
  const auto submission = std::make_shared<Submission>(waits, service, std::move(place),
                                                       std::move(request), std::move(respond));
  waits->post([submission] { submission->begin(); });
}

void find_transaction(const std::shared_ptr<TransactionWaits>& waits, const RpcService& service,
                      const TransactionId& id, WaitLevel level, std::chrono::milliseconds timeout,
                      Respond respond) {
  waits->post([weak = std::weak_ptr(waits), &service, id, level, timeout,
               respond = std::move(respond)] {
    const auto alive = weak.lock();
    if (alive == nullptr) return;
    if (level == WaitLevel::committed) {
      const auto ticket =
          alive->add(id, Clock::now() + timeout, [id, respond](TransactionWaits::End end) {
            if (end) return respond(json_response(end->result));
            respond(error_response(504, "timed_out", "the transaction is not committed yet",
                                   "wait longer, or send it again", {{"id", to_hex(id.view())}}));
          });
      if (ticket) return alive->look_up(*ticket);
      return respond(
          error_response(429, "too_many_waits", "too many requests wait for commits already"));
    }
    if (auto answer = answer_if_committed(service, id)) return respond(std::move(*answer));
    service.is_pending(id, [weak, &service, id, respond](bool is_pending) {
      const auto still = weak.lock();
      if (still == nullptr) return;
      still->post([&service, id, respond, is_pending] {
        if (is_pending) return respond(json_response(uncommitted_result(id, "accepted")));
        // It may have left the pool for a block between the two questions.
        if (auto answer = answer_if_committed(service, id)) return respond(std::move(*answer));
        respond(unknown_transaction(id));
      });
    });
  });
}

}  // namespace hs
