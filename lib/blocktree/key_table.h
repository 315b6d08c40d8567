// Every key that a replica stores, in one place. Prefixes 00 to 10 are the reference's layout, byte
// for byte; 11 and above are ours. [PROTOCOL 6.1, 6.2, 3A.1]
//
//   00 ++ hash ++ 00          height, u64            00 ++ hash ++ 01   justify, PC
//   00 ++ hash ++ 02          data hash              00 ++ hash ++ 03   number of datums, u32
//   00 ++ hash ++ 04 ++ index(u32)                   one datum, raw
//   01 ++ height(u64)         hash of the committed block at that height
//   02 ++ hash                children, Vec<hash>; under the zero hash: blocks of height 0
//   03 ++ app key             committed app state, raw
//   04 ++ hash                app state updates of an uncommitted block
//   05  committed set    06 ++ hash  validator set updates status (missing = none)
//   07  locked PC        08  highest view entered, u64     09  highest PC
//   0a  highest committed block, hash (missing = none)     0b  newest block, hash
//   0c  highest TC       0d  previous set                  0e  update height, u64 (missing = never)
//   0f  update decided, bool                               10  highest view phase-voted, u64
//   11 ++ hash                Commit PC of a block with validator set updates [S07]
//   12                        certificate by which an epoch-change view was last left [S48]
//   13                        whose data these are: node key, genesis hash (written by the node)
//   1f ++ number(u64, big-endian)   a pair of conflicting votes: signer, vote, vote [S23]
#pragma once
#include <optional>

#include "lib/base/bytes.h"
#include "lib/crypto/sha256.h"
#include "lib/types/scalars.h"

namespace hs::key {

[[nodiscard]] Bytes block_height(const Hash& block);
[[nodiscard]] Bytes block_justify(const Hash& block);
[[nodiscard]] Bytes block_data_hash(const Hash& block);
[[nodiscard]] Bytes block_data_length(const Hash& block);
[[nodiscard]] Bytes block_datum(const Hash& block, std::uint32_t index);
[[nodiscard]] Bytes block_at_height(Height height);
[[nodiscard]] Bytes children(const Hash& block);
[[nodiscard]] Bytes app_state(BytesView app_key);
[[nodiscard]] Bytes pending_app_updates(const Hash& block);
[[nodiscard]] Bytes committed_set();
[[nodiscard]] Bytes updates_status(const Hash& block);
[[nodiscard]] Bytes all_updates_statuses();  // what every key of updates_status() starts with
[[nodiscard]] Bytes locked_pc();
[[nodiscard]] Bytes highest_view_entered();
[[nodiscard]] Bytes highest_pc();
[[nodiscard]] Bytes highest_committed_block();
[[nodiscard]] Bytes newest_block();
[[nodiscard]] Bytes highest_tc();
[[nodiscard]] Bytes previous_set();
[[nodiscard]] Bytes update_height();
[[nodiscard]] Bytes update_decided();
[[nodiscard]] Bytes highest_view_phase_voted();
[[nodiscard]] Bytes commit_pc(const Hash& block);
[[nodiscard]] Bytes epoch_change_certificate();
[[nodiscard]] Bytes owner();
[[nodiscard]] Bytes fork();
[[nodiscard]] Bytes evidence(std::uint64_t number);
[[nodiscard]] Bytes all_evidence();  // what every key of evidence() starts with
// None if it is no key of evidence().
[[nodiscard]] std::optional<std::uint64_t> number_of_evidence(BytesView key);

}  // namespace hs::key
