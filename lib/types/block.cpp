#include "lib/types/block.h"

#include "lib/base/limits.h"

namespace hs {

Hash block_hash(Height height, const PhaseCertificate& justify, const Hash& data_hash) {
  BorshWriter writer;
  encode(writer, height);
  encode(writer, justify);
  encode(writer, data_hash);
  return sha256(writer.bytes());
}

Block make_block(Height height, PhaseCertificate justify, const Hash& data_hash, Data data) {
  const Hash hash = block_hash(height, justify, data_hash);
  return {.height = height,
          .hash = hash,
          .justify = std::move(justify),
          .data_hash = data_hash,
          .data = std::move(data)};
}

void encode(BorshWriter& writer, const Data& data) {
  writer.count(data.size());
  for (const Datum& datum : data) writer.byte_string(datum);
}

void encode(BorshWriter& writer, const Block& block) {
  encode(writer, block.height);
  encode(writer, block.hash);
  encode(writer, block.justify);
  encode(writer, block.data_hash);
  encode(writer, block.data);
}

Status decode(BorshReader& reader, Data& data) {
  constexpr std::size_t datum_bytes_min = 4;  // its own count
  HS_TRY(count, reader.count(datum_bytes_min));
  if (count > datums_max) return fail(Errc::too_long, "more datums than a block may have");
  data.clear();
  data.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    HS_TRY(datum, reader.byte_string());
    data.push_back(std::move(datum));
  }
  return {};
}

Status decode(BorshReader& reader, Block& block) {
  HS_TRY_STATUS(decode(reader, block.height));
  HS_TRY_STATUS(decode(reader, block.hash));
  HS_TRY_STATUS(decode(reader, block.justify));
  HS_TRY_STATUS(decode(reader, block.data_hash));
  return decode(reader, block.data);
}

}  // namespace hs
