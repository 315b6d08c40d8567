// Files that are whole and on disk once the call returns: keys and genesis documents.
#pragma once
#include <filesystem>
#include <string_view>

#include "lib/base/result.h"

namespace hs {

enum class FileAccess {
  owner_only,  // mode 0600, from the first moment
  readable,    // mode 0644
};

// Writes the file and syncs it together with its folder; a missing folder is made with mode 0700.
// Without `replace` the file must not exist, and what exists is not touched. Errors: exists, io.
[[nodiscard]] Status write_durable_file(const std::filesystem::path& path, std::string_view content,
                                        FileAccess access, bool replace);

}  // namespace hs
