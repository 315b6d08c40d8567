// A change of the validator set from its signature to its decision.
#pragma once
#include <chrono>
#include <filesystem>
#include <string>

#include "cli/source.h"
#include "lib/crypto/signatures.h"
#include "lib/kvapp/transaction.h"

namespace hs {

// How far to wait: until the node has the change, its pool took it, it is in a committed block, or
// the new set has decided it.
enum class ChangeWait { none, accepted, committed, decided };

struct SetChangeRequest {
  kv::Operation operation;  // SetValidator or RemoveValidator; its signature is filled in
  std::filesystem::path authority_key;
  ChangeWait wait = ChangeWait::decided;
  std::chrono::steady_clock::time_point deadline;
  bool json_errors = false;  // of an interrupted wait, which ends the process (change_notice.h)
};

// Signs and submits, and waits. Where `source` has several nodes and the one asked falls silent,
// the others are asked: the same bytes take effect once. Returns hs.set_change/v1: {"id","kind",
// "public_key","power","status":"submitted|accepted|committed|decided","height","view","signers",
// "validators","latency_ms","decided_ms"}; latency_ms as in hs.tx_result/v1, decided_ms since the
// change was sent, null where it was not waited for. Throws CliError: the refusal of the node,
// timed_out, change_failed (it is committed and changed nothing), those of the key file.
[[nodiscard]] nlohmann::ordered_json change_set(Source& source, const SetChangeRequest& request);

// "committed in block 9 (view 11, 3 of 4 signers) after 7.1 ms, decided after 25 ms"
[[nodiscard]] std::string set_change_text(const nlohmann::ordered_json& result);

}  // namespace hs
