// May a node vote on what it finds in its home? [PROTOCOL 3A.10, ARCHITECTURE 5]
#pragma once
#include <optional>

#include "lib/base/result.h"
#include "lib/blocktree/tree_reader.h"
#include "lib/node/home/safety_file.h"

namespace hs {

// Is this the record of this key and this chain? Errors: mismatch, with both values.
[[nodiscard]] Status check_stamp(const SafetyStamp& found, const SafetyStamp& expected);

// The mark in a database of whose data it holds, so that a data folder of another node is told from
// the own one. Written once, right after the database is made. Throws StoreFailure.
void write_owner(KvStore& database, const SafetyStamp& owner);
// Errors: mismatch, with both values, or where there is no mark.
[[nodiscard]] Status check_owner(const KvReader& database, const SafetyStamp& expected);

// What the record must hold before the replica starts: the recorded promises and those of the
// database, whichever are higher; the reset mark is dropped once the database has caught up.
// Errors: mismatch if the record is ahead of a database that was not reset on purpose: its data
// were rolled back, and a vote could be the second one in its view.
[[nodiscard]] Result<SafetyContent> reconcile(const SafetyContent& found,
                                              const TreeReader& database);

}  // namespace hs
