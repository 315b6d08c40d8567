// What HTTP may ask of the loop: the bridge from the RPC threads.
#pragma once
#include "lib/node/loop.h"
#include "lib/rpc/service.h"

namespace hs {

// `store` and `loop` outlive the servers that use it. `testnet`: the genesis is a test genesis, so
// peers may be added and removed, and the node be told to misbehave.
[[nodiscard]] RpcService make_rpc_service(KvStore& store, NodeLoop& loop, bool testnet);

}  // namespace hs
