// POST /v1/transactions and GET /v1/transactions/ID: requests whose answer comes later.
#pragma once
#include <memory>

#include "lib/rpc/http.h"
#include "lib/rpc/submit_backlog.h"
#include "lib/rpc/transaction_waits.h"

namespace hs {

// How much must have happened before a submission is answered.
enum class WaitLevel {
  none,      // nothing: it was handed to the node
  accepted,  // the node's pool took it
  committed
};

constexpr std::chrono::milliseconds wait_timeout_default{30'000};
constexpr std::chrono::milliseconds wait_timeout_max{600'000};

// What a request asks for, from its body and its query `wait=none|accepted|committed&timeout_ms=N`.
// Bodies: {"transaction": HEX}, {"transactions": [HEX, ...]} (encoded by the client), or
// {"operation": {"kind": "put"|"delete"|"cas", "key": ..., "value": ..., "expected": ...}}, which
// the node encodes under a client id of its own; "key_b64" and so on for bytes that are no text.
struct SubmitRequest {
  std::vector<Bytes> transactions;  // at least one
  bool is_batch = false;
  WaitLevel wait = WaitLevel::accepted;
  std::chrono::milliseconds timeout = wait_timeout_default;
};
// `node` gives chain and height to an operation. Errors: bad_value, unknown_field, missing and the
// like, naming the field; bad_value for two changes of the validator set in one batch, of which the
// node would have to verify every signature.
[[nodiscard]] Result<SubmitRequest> parse_submit(const HttpRequest& request,
                                                 const NodeSnapshot& node);

// Hands the transactions to the node and answers once, from whatever thread: one transaction with
// its hs.tx_result/v1 (or the hs.error/v1 of its refusal), a batch with hs.tx_results/v1. A
// transaction that waits or is committed already counts as accepted, so that sending it again is
// safe. 429 while the backlog is full.
void submit(const std::shared_ptr<TransactionWaits>& waits, const RpcService& service,
            SubmitBacklog& backlog, SubmitRequest request, Respond respond);

// hs.tx_result/v1 of one transaction; with WaitLevel::committed once it is, or 504 at the deadline.
// `service` outlives the waits.
void find_transaction(const std::shared_ptr<TransactionWaits>& waits, const RpcService& service,
                      const TransactionId& id, WaitLevel level, std::chrono::milliseconds timeout,
                      Respond respond);

// The parameters `wait` and `timeout_ms`. Errors: bad_value.
struct WaitOptions {
  WaitLevel level;
  std::chrono::milliseconds timeout;
};
[[nodiscard]] Result<WaitOptions> parse_wait(const Query& query, WaitLevel otherwise);

}  // namespace hs
