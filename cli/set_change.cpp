#include "cli/set_change.h"

#include <thread>

#include "cli/change_notice.h"
#include "cli/error.h"
#include "cli/key_options.h"
#include "cli/new_transaction.h"
#include "cli/views.h"
#include "keys/key_file.h"
#include "lib/base/hex.h"
#include "lib/kvapp/set_changes.h"

namespace hs {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;

constexpr auto poll_interval = milliseconds(20);
// One node is asked for this long before another one is.
constexpr milliseconds patience_of_one_node{5'000};

milliseconds left(Clock::time_point deadline) {
  return std::max(milliseconds(1), std::chrono::ceil<milliseconds>(deadline - Clock::now()));
}

bool may_pass(const CliError& error) {
  return error.exit == ExitCode::timed_out || error.exit == ExitCode::unreachable;
}

// Asks until there is an answer, at one node after the other.
template <class Ask>
Json insist(Source& source, Clock::time_point deadline, const Ask& ask) {
  while (true) {
    try {
      return ask();
    } catch (const CliError& error) {
      if (!may_pass(error) || Clock::now() >= deadline) throw;
      source.ask_another();
      std::this_thread::sleep_for(poll_interval);
    }
  }
}

Json submit(Source& source, const Bytes& transaction, const SetChangeRequest& request) {
  const Json body = {{"transaction", to_hex(transaction)}};
  if (request.wait == ChangeWait::none || request.wait == ChangeWait::accepted) {
    const std::string level = request.wait == ChangeWait::none ? "none" : "accepted";
    return source.post("/v1/transactions?wait=" + level, body);
  }
  return insist(source, request.deadline, [&] {
    const milliseconds wait = std::min(left(request.deadline), patience_of_one_node);
    return source.post("/v1/transactions?wait=committed&timeout_ms=" + std::to_string(wait.count()),
                       body, wait);
  });
}

// Until the change at `height` is decided, or was followed by another, which it must have been
// before.
void await_decision(Source& source, std::uint64_t height, const SetChangeRequest& request,
                    const std::string& id) {
  while (true) {
    const Json set =
        insist(source, request.deadline, [&] { return source.get_live("/v1/validators"); });
    const auto newest = set.find("update_height");
    const bool known = newest != set.end() && newest->is_number_unsigned() &&
                       newest->get<std::uint64_t>() >= height;
    const bool decided = set.value("update_decided", false);
    if (known && (decided || newest->get<std::uint64_t>() > height)) return;
    if (Clock::now() >= request.deadline) {
      throw CliError(
          "timed_out", ExitCode::timed_out,
          "the change is committed in block " + std::to_string(height) + " and not decided yet",
          "it is decided by a quorum of the new set, whose members must be up",
          "`hs validators list` shows when it is")
          .with("id", id);
    }
    std::this_thread::sleep_for(poll_interval);
  }
}

Json result_of(const Json& answer, const kv::Operation& operation) {
  Json result = {{"schema", "hs.set_change/v1"},
                 {"id", answer.value("id", Json(nullptr))},
                 {"kind", kv::name_of(operation)}};
  if (const auto* set = std::get_if<kv::SetValidator>(&operation)) {
    result["public_key"] = to_hex(set->validator.view());
    result["power"] = set->power.value;
  } else if (const auto* remove = std::get_if<kv::RemoveValidator>(&operation)) {
    result["public_key"] = to_hex(remove->validator.view());
    result["power"] = 0;
  }
  result["status"] = answer.value("status", Json(nullptr));
  for (const char* field : {"height", "view", "signers", "validators", "latency_ms"}) {
    result[field] = answer.value(field, Json(nullptr));
  }
  result["decided_ms"] = nullptr;
  return result;
}

}  // namespace

Json change_set(Source& source, const SetChangeRequest& request) {
  const KeyFile authority = key_or_throw(read_key_file(request.authority_key));
  const Json status =
      insist(source, request.deadline, [&] { return source.get_live("/v1/status"); });
  const Bytes transaction =
      to_borsh(kv::signed_set_change(new_transaction(status, request.operation), authority.key));
  const ChangeNotice notice(to_hex(transaction_id(transaction).view()), request.json_errors);
  const Clock::time_point sent = Clock::now();
  try {
    const Json answer = submit(source, transaction, request);
    Json result = result_of(answer, request.operation);
    if (text_of(answer, "outcome") == "failed") {
      throw CliError("change_failed", ExitCode::unhealthy,
                     "the change is committed and changed nothing",
                     "when it was applied, the validator set did not allow it any more",
                     "look at `hs validators list` and try again")
          .with("id", text_of(answer, "id"));
    }
    if (request.wait == ChangeWait::decided) {
      await_decision(source, answer.at("height").get<std::uint64_t>(), request,
                     text_of(answer, "id"));
      result["status"] = "decided";
      result["decided_ms"] = std::chrono::duration<double, std::milli>(Clock::now() - sent).count();
    }
    return result;
  } catch (CliError& error) {
    if (error.code == "transaction_no_authority") {
      error.why =
          "so its validator set never changes; the authority is named when a genesis is made";
      error.fix = "a new chain: hs genesis create --authority PUBKEY";
    }
    throw_with_id(std::move(error));
  }
}

std::string set_change_text(const Json& result) {
  const std::string status = text_of(result, "status");
  if (status != "committed" && status != "decided") return status + " " + text_of(result, "id");
  std::string text = "committed " + commit_text(result);
  if (result.at("decided_ms").is_number()) {
    text += ", decided after " + latency_text(result.at("decided_ms").get<double>());
  }
  return text;
}

}  // namespace hs
