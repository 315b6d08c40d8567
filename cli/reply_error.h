// The refusal of a node as an error of the command line.
#pragma once
#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "lib/rpc/client.h"

namespace hs {

// The JSON of a reply with a status of 200 to 299. Otherwise throws what its hs.error/v1 says: 404
// is not_found, other 4xx usage, 429 a failure to be tried again, 503 unreachable, 504 timed_out,
// and 500 corrupt or a failure by its code.
[[nodiscard]] nlohmann::ordered_json json_or_throw(const RpcReply& reply);

}  // namespace hs
