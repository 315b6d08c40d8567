#include "lib/store/leveldb_footer.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace hs {
namespace {

using leveldb::Slice;
using leveldb::Status;

// From LevelDB's doc/table_format.md: two handles of two varints each, filled up to 40 bytes, then
// a magic number; behind each block its kind and a checksum.
constexpr std::size_t footer_bytes = 48;
constexpr std::size_t block_trailer_bytes = 5;

std::optional<std::uint64_t> take_varint(Slice& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes[0]);
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

// Takes a handle; does its block end within the first `bytes_max` bytes of the file?
bool lies_within(Slice& footer, std::uint64_t bytes_max) {
  const auto offset = take_varint(footer);
  const auto size = take_varint(footer);
  if (!offset || !size || bytes_max < block_trailer_bytes) return false;
  const std::uint64_t room = bytes_max - block_trailer_bytes;
  return *offset <= room && *size <= room - *offset;
}

}  // namespace

Status check_table_footer(leveldb::Env& env, const std::string& name) {
  std::uint64_t size = 0;
  if (const Status status = env.GetFileSize(name, &size); !status.ok()) return status;
  if (size < footer_bytes) return Status::OK();
  leveldb::RandomAccessFile* opened = nullptr;
  if (const Status status = env.NewRandomAccessFile(name, &opened); !status.ok()) return status;
  const std::unique_ptr<leveldb::RandomAccessFile> file(opened);
  char scratch[footer_bytes];
  Slice footer;
  const std::uint64_t blocks = size - footer_bytes;
  if (const Status status = file->Read(blocks, footer_bytes, &footer, scratch); !status.ok()) {
    return status;
  }
  if (footer.size() < footer_bytes) return Status::Corruption(name, "the footer is cut short");
  for (int handle = 0; handle < 2; ++handle) {
    if (!lies_within(footer, blocks)) {
      return Status::Corruption(name, "the footer points outside the file");
    }
  }
  return Status::OK();
}

}  // namespace hs
