// The voting record, reopened after whatever happened to its file: it opens with one of the two
// slots as they stand, or says that both are damaged. Whatever opens can be written to and reopens
// with what was written.
#include "lib/node/home/safety_file.h"

#include <filesystem>
#include <fstream>

#include "lib/base/check.h"
#include "lib/store/store.h"
#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/tape.h"
#include "tests/fuzz/support/target.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

constexpr std::size_t slot_bytes = 512;
constexpr std::size_t second_slot = 4096;
constexpr std::size_t length_at = 8 + 8 + 1 + 32 + 32;

// Chance does not find a checksum: here it is made to fit, whatever the slot says.
void sign_off(Bytes& file, std::size_t slot) {
  if (file.size() < slot + slot_bytes) return;
  const std::size_t covered = length_at + 4 + file[slot + length_at];
  file[slot + length_at + 1] = file[slot + length_at + 2] = file[slot + length_at + 3] = 0;
  const Hash sum = sha256(BytesView(file).subspan(slot, covered));
  std::ranges::copy(sum.bytes, file.begin() + static_cast<std::ptrdiff_t>(slot + covered));
}

void write_file(const std::filesystem::path& path, const Bytes& content) {
  std::ofstream(path, std::ios::binary) << to_string(content);
}

}  // namespace

HS_FUZZ_TARGET(safety_file) {
  static const test::TempDir folder;
  const std::filesystem::path path = folder / "record";
  fuzz::InputTape tape(input);
  const std::uint8_t how = tape.byte();
  Bytes content;
  if ((how & 1) != 0) {
    content = to_bytes(tape.rest());
  } else {
    content.assign(second_slot + slot_bytes, 0);
    const BytesView first = tape.bytes(std::size_t{tape.byte()} * 2);
    std::ranges::copy(first.first(std::min(first.size(), slot_bytes)), content.begin());
    const BytesView second = tape.bytes(slot_bytes);
    std::ranges::copy(second, content.begin() + second_slot);
  }
  if ((how & 2) != 0) sign_off(content, 0);
  if ((how & 4) != 0) sign_off(content, second_slot);
  write_file(path, content);
  try {
    SafetyContent later;
    SafetyStamp stamp;
    {
      // Of a fixed size, however long the file is.
      const fuzz::AllocationMeter meter;
      SafetyFile file(path);
      HS_CHECK(meter.peak() <= fuzz::allocation_max(0));
      stamp = file.stamp();
      later = file.content();
      later.record.voted_view = View{tape.number()};
      later.record.voted_block.bytes[0] = tape.byte();
      file.write(later);
      file.sync();
    }
    const SafetyFile again(path);
    HS_CHECK(again.stamp() == stamp);
    HS_CHECK(again.content().record == later.record);
    HS_CHECK(again.content().data_was_reset == later.data_was_reset);
  } catch (const StoreFailure& failure) {
    HS_CHECK(failure.kind() == StoreFailure::Kind::corrupt);
  }
}

}  // namespace hs
