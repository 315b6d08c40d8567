#include "lib/node/home/safety_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/node/home/files.h"
#include "lib/store/store.h"

namespace hs {
namespace {

constexpr std::size_t slot_bytes = 512;
constexpr std::array<off_t, 2> slot_offsets = {0,
                                               4096};  // pages apart: a torn page spoils one only
constexpr std::string_view magic = "HSVOTED1";

struct Slot {
  std::uint64_t generation = 0;
  SafetyStamp stamp;
  SafetyContent content;
};

[[noreturn]] void fail_io(const std::string& doing, const std::filesystem::path& file) {
  const auto kind = errno == ENOENT ? StoreFailure::Kind::missing : StoreFailure::Kind::io;
  throw StoreFailure(kind, "cannot " + doing + " the voting record " + file.string() + ": " +
                               std::generic_category().message(errno));
}

Bytes encode_slot(const Slot& slot) {
  BorshWriter writer;
  writer.raw(as_bytes(magic));
  writer.u64(slot.generation);
  writer.boolean(slot.content.data_was_reset);
  writer.raw(slot.stamp.node.view());
  writer.raw(slot.stamp.genesis.view());
  writer.byte_string(to_borsh(slot.content.record));
  writer.raw(sha256(writer.bytes()).view());
  Bytes bytes = std::move(writer).take();
  HS_CHECK(bytes.size() <= slot_bytes);
  bytes.resize(slot_bytes);
  return bytes;
}

Result<Slot> decode_slot(BytesView bytes) {
  BorshReader reader(bytes);
  HS_TRY(found_magic, reader.raw(magic.size()));
  if (to_string(found_magic) != magic) return fail(Errc::bad_value, "not a voting record");
  Slot slot;
  HS_TRY(generation, reader.u64());
  HS_TRY(data_was_reset, reader.boolean());
  HS_TRY_STATUS(decode(reader, slot.stamp.node));
  HS_TRY_STATUS(decode(reader, slot.stamp.genesis));
  HS_TRY(record, reader.byte_string());
  const std::size_t covered = bytes.size() - reader.remaining();
  HS_TRY(checksum, reader.raw(Hash::size));
  const bool fits = std::ranges::equal(sha256(bytes.first(covered)).bytes, checksum);
  if (!fits && !HS_MUTATE(M50)) {
    return fail(Errc::corrupt, "checksum does not fit");
  }
  HS_TRY(decoded, from_borsh<SafetyRecord>(record));
  slot.generation = generation;
  slot.content = {.record = decoded, .data_was_reset = data_was_reset};
  return slot;
}

struct FoundSlot {
  std::optional<Slot> slot;
  bool is_damaged = false;  // there are bytes, and they are none that we wrote
};

FoundSlot read_slot(int descriptor, std::size_t index, const std::filesystem::path& file) {
  std::array<std::uint8_t, slot_bytes> bytes{};
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::pread(descriptor, bytes.data() + filled, bytes.size() - filled,
                                slot_offsets[index] + static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_io("read", file);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled == 0) return {};  // a file made just now: only its first slot was ever written
  auto slot = decode_slot(BytesView(bytes).first(filled));
  if (!slot) return {.slot = {}, .is_damaged = true};
  return {.slot = std::move(*slot), .is_damaged = false};
}

void write_slot(int descriptor, const Slot& slot, const std::filesystem::path& file) {
  const Bytes bytes = encode_slot(slot);
  const off_t offset = slot_offsets[slot.generation % 2];
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::pwrite(descriptor, bytes.data() + done, bytes.size() - done,
                                     offset + static_cast<off_t>(done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_io("write", file);
    done += static_cast<std::size_t>(written);
  }
}

}  // namespace

void SafetyFile::create(const std::filesystem::path& file, const SafetyStamp& stamp) {
  const std::filesystem::path folder = file.parent_path();
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) fail_io("make the folder of", file);
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) fail_io("create", file);
  try {
    write_slot(descriptor, Slot{.generation = 0, .stamp = stamp, .content = {}}, file);
    if (::fsync(descriptor) != 0) fail_io("sync", file);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  ::close(descriptor);
  for (const auto& named : {folder, folder.parent_path()}) {
    if (const auto synced = sync_folder(named); !synced) {
      throw StoreFailure(StoreFailure::Kind::io, synced.error().what);
    }
  }
}

SafetyFile::SafetyFile(const std::filesystem::path& file) : file_(file) {
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor_ < 0) fail_io("open", file);
  std::optional<Slot> newest;
  try {
    for (std::size_t index = 0; index < slot_offsets.size(); ++index) {
      const auto [slot, is_damaged] = read_slot(descriptor_, index, file);
      found_damage_ = found_damage_ || is_damaged;
      if (slot && (!newest || slot->generation > newest->generation)) newest = slot;
    }
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
  if (!newest) {
    ::close(descriptor_);
    throw StoreFailure(StoreFailure::Kind::corrupt,
                       "both copies in the voting record " + file.string() + " are damaged");
  }
  stamp_ = newest->stamp;
  generation_ = newest->generation;
  content_ = newest->content;
}

SafetyFile::~SafetyFile() { ::close(descriptor_); }

void SafetyFile::write(const SafetyContent& content) {
  // The newest valid slot is never the one overwritten: its generation has the other parity.
  write_slot(descriptor_, Slot{.generation = generation_ + 1, .stamp = stamp_, .content = content},
             file_);
  ++generation_;
  content_ = content;
  dirty_ = true;
}

void SafetyFile::sync() {
  if (!dirty_) return;
  if (::fdatasync(descriptor_) != 0) fail_io("sync", file_);
  dirty_ = false;
}

}  // namespace hs
