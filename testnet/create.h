// Making a testnet's folder: keys, genesis, and a home for every node.
#pragma once
#include <functional>
#include <string>

#include "lib/base/result.h"
#include "testnet/layout.h"
#include "testnet/record.h"

namespace hs {

// Called when a phase is done: "keys", "genesis", "homes".
using CreateProgress = std::function<void(const std::string& phase)>;

// Makes everything under another name and renames it at the end: the folder is complete or not
// there, and nothing is left behind on an error. Errors: exists (a folder of that name), bad_value
// (parameters that no genesis can have), io. Throws StoreFailure if the disk fails.
[[nodiscard]] Status create_testnet(const TestnetLayout& layout, const TestnetRecord& record,
                                    const CreateProgress& progress);

// Deletes a testnet with everything in it. Requires that it does not run. Refuses a folder that hs
// did not make. Errors: not_found, io.
[[nodiscard]] Status remove_testnet(const TestnetLayout& layout);

}  // namespace hs
