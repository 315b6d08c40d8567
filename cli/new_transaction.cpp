#include "cli/new_transaction.h"

#include <sys/random.h>

#include "cli/values.h"
#include "cli/views.h"
#include "lib/kvapp/limits.h"

namespace hs {

using Json = nlohmann::ordered_json;

Transaction new_transaction(const Json& status, kv::Operation operation) {
  Transaction transaction;
  transaction.chain_id = ChainId{or_throw(parse_number(text_of(status, "chain_id")), "chain_id")};
  const std::size_t size = transaction.client.bytes.size();
  if (::getrandom(transaction.client.bytes.data(), size, 0) != static_cast<ssize_t>(size)) {
    throw CliError("io", ExitCode::failure, "the system gives no random bytes");
  }
  const auto height = status.find("committed_height");
  const std::uint64_t committed =
      height != status.end() && height->is_number_unsigned() ? height->get<std::uint64_t>() : 0;
  transaction.valid_until = Height{committed + kv::valid_heights_default};
  transaction.operation = std::move(operation);
  return transaction;
}

std::string latency_text(double latency_ms) {
  char text[32];
  std::snprintf(text, sizeof text, latency_ms < 10 ? "%.1f" : "%.0f", latency_ms);
  return std::string(text) + " ms";
}

std::string commit_text(const Json& result) {
  const Json latency = result.value("latency_ms", Json(nullptr));
  return "in block " + text_of(result, "height") + " (view " + text_of(result, "view") + ", " +
         text_of(result, "signers") + " of " + text_of(result, "validators") + " signers)" +
         (latency.is_number() ? " after " + latency_text(latency.get<double>()) : "");
}

void throw_with_id(CliError error) {
  const auto id = error.details.find("id");
  if (error.exit == ExitCode::timed_out && id != error.details.end()) {
    error.why = "fewer validators than a quorum may be up, or the node is cut off";
    error.fix = "hs tx wait " + text_of(*id) + ", or hs testnet status";
  }
  throw error;
}

}  // namespace hs
