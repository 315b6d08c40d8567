// Making a home, and emptying its data. The only code that creates databases and voting records.
#pragma once
#include <filesystem>

#include "lib/base/result.h"
#include "lib/node/home/layout.h"
#include "lib/node/home/node_config.h"

namespace hs {

struct InitRequest {
  HomeLayout home;
  std::filesystem::path genesis;  // copied
  std::filesystem::path key;      // copied, 0600
  NodeConfig config;
};

// Creates the folder (0700) with everything a first `node run` needs. Nothing is left behind on an
// error. Errors: exists if the folder is there and not empty; those of the genesis and key readers;
// io. Throws StoreFailure if the disk fails.
[[nodiscard]] Status init_home(const InitRequest& request);

// Empties data/ to the state of genesis and keeps safety/: the record is raised to the votes that
// the data know of, synced and marked first, so that a crash in between leaves a home that is
// refused or complete, never one that could vote twice. Requires the exclusive lock. Errors:
// corrupt if one copy of the record is damaged and the data cannot be read. Throws StoreFailure.
[[nodiscard]] Status reset_data(const HomeLayout& home);

}  // namespace hs
