// The one part of a LevelDB table that has no checksum: its footer, which says where its indexes
// lie. LevelDB reserves as many bytes as it says before it looks further, so that a damaged one
// would end the process for want of memory instead of being called damage.
#pragma once
#include <leveldb/env.h>

#include <string>

namespace hs {

// Corruption if the footer of the table `name` points outside the file. OK where there is no whole
// footer, as LevelDB notices that itself; otherwise what reading the file says.
[[nodiscard]] leveldb::Status check_table_footer(leveldb::Env& env, const std::string& name);

}  // namespace hs
