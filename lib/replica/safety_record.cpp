#include "lib/replica/safety_record.h"

#include "lib/hotstuff/rules.h"

namespace hs {
namespace {

// A lock on a decided update protects nothing any more, and may have gone back since. [S58]
bool is_decided_in(const TreeReader& database, const Hash& block) {
  const std::optional<Height> height = database.height(block);
  return height && is_decided(database.updates_status(block), *height, database.validators());
}

}  // namespace

bool is_ahead(const SafetyRecord& record, const TreeReader& database) {
  // std::optional orders "none" below every view, as it should be here. A TimeoutVote is cast for
  // the view the replica is in, which the database holds before anything of that view is sent.
  if (record.voted_view > database.highest_view_phase_voted()) return true;
  if (record.timeout_view && *record.timeout_view > database.highest_view_entered()) return true;
  return record.locked_view > database.locked_pc().view &&
         !is_decided_in(database, record.locked_block);
}

void encode(BorshWriter& writer, const SafetyRecord& record) {
  encode(writer, record.voted_view);
  encode(writer, record.voted_phase);
  encode(writer, record.voted_block);
  encode(writer, record.timeout_view);
  encode(writer, record.locked_view);
  encode(writer, record.locked_block);
}

Status decode(BorshReader& reader, SafetyRecord& record) {
  HS_TRY_STATUS(decode(reader, record.voted_view));
  HS_TRY_STATUS(decode(reader, record.voted_phase));
  HS_TRY_STATUS(decode(reader, record.voted_block));
  HS_TRY_STATUS(decode(reader, record.timeout_view));
  HS_TRY_STATUS(decode(reader, record.locked_view));
  return decode(reader, record.locked_block);
}

}  // namespace hs
