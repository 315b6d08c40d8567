// What `hs genesis create` is asked for, read from its options.
#pragma once
#include <filesystem>
#include <vector>

#include "cli/context.h"
#include "genesis/genesis.h"
#include "keys/key_file.h"

namespace hs {

struct NewKey {
  std::filesystem::path path;
  KeyFile key;
};

struct GenesisRequest {
  GenesisDraft draft;
  std::vector<NewKey> new_keys;  // to be written once the draft has proved good
};

// Throws CliError: usage; exists, for a key file that --validators would make; and what reading a
// key file can give.
[[nodiscard]] GenesisRequest genesis_request(const Context& context);

}  // namespace hs
