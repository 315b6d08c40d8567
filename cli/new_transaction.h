// Transactions that this program makes, and the words for what became of them.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "cli/error.h"
#include "lib/kvapp/transaction.h"

namespace hs {

// A transaction of a new random client for the chain of `status` (hs.chain_status/v1), valid for as
// long as clients should ask for. The client, not the node, makes it: it knows the id before it
// asks, so that after a cut connection it can find out what became of it. Throws CliError.
[[nodiscard]] Transaction new_transaction(const nlohmann::ordered_json& status,
                                          kv::Operation operation);

// "in block 9 (view 11, 3 of 4 signers) after 7.1 ms", of an hs.tx_result/v1.
[[nodiscard]] std::string commit_text(const nlohmann::ordered_json& result);
// "7.1 ms", "25 ms"
[[nodiscard]] std::string latency_text(double latency_ms);

// A wait that ran out says how to go on with this very transaction.
[[noreturn]] void throw_with_id(CliError error);

}  // namespace hs
