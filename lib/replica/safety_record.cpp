#include "lib/replica/safety_record.h"

namespace hs {

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
