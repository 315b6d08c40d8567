// What a node holds open while it runs: the lock of its home, the voting record and the database,
// opened in that order and found to belong together.
#pragma once
#include <expected>
#include <memory>
#include <string>

#include "lib/node/failure.h"
#include "lib/node/home/home_lock.h"
#include "lib/node/home/safety_file.h"
#include "lib/node/settings.h"
#include "lib/store/store.h"

namespace hs {

struct NodeVault {
  HomeLock lock;
  std::unique_ptr<SafetyFile> safety;  // raised to what the database holds
  std::unique_ptr<KvStore> store;
  std::string warning = {};  // what was found and mended at the opening; empty: nothing
};

// Failures: home_locked, no_record, genesis_mismatch, corrupt, foreign_data, rolled_back, forked,
// io. Whatever fails,
// this node has not voted. [PROTOCOL 3A.10]
[[nodiscard]] std::expected<NodeVault, NodeFailure> open_vault(const NodeSettings& settings);

}  // namespace hs
