// A database whose files are not what they were: it opens and can be read to its end, or fails as a
// disk may fail. Nothing else comes of it.
#include <leveldb/env.h>

#include <memory>

#include "lib/base/check.h"
#include "lib/blocktree/block_tree.h"
#include "lib/sim/disk/memory_env.h"
#include "lib/store/leveldb_store.h"
#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/tape.h"
#include "tests/fuzz/support/target.h"
#include "tests/support/chain.h"

namespace hs {
namespace {

constexpr const char* folder = "/disk";
constexpr LevelDbOptions options{.write_buffer_bytes = 64 << 10, .block_cache_bytes = 64 << 10};

// Both buffers, what is read of 100 kB of files, and what LevelDB reserves for itself.
constexpr std::size_t store_bytes_max = std::size_t{1} << 20;

// A database as a node leaves it: with a table, and with a log that is not in a table yet.
const sim::MemoryEnv& pristine() {
  static const std::unique_ptr<sim::MemoryEnv> env = [] {
    auto made = std::make_unique<sim::MemoryEnv>();
    create_leveldb(folder, *made);
    for (int opening = 0; opening < 2; ++opening) {
      const auto store = open_leveldb(folder, options, *made);
      if (opening == 0) {
        HS_CHECK(initialise(*store, {{}, test::test_set({{1}, {2}, {3}, {4}})}).has_value());
      }
      for (std::uint8_t i = 0; i < 40; ++i) {
        WriteBatch batch;
        batch.put(Bytes{0xf0, i}, Bytes(std::size_t{i} * 7, i));
        store->write(batch, /*sync=*/true);
      }
      made->wait_until_idle();
    }
    return made;
  }();
  return *env;
}

std::string content_of(sim::MemoryEnv& env, const std::string& name) {
  std::string content;
  HS_CHECK(leveldb::ReadFileToString(&env, name, &content).ok());
  return content;
}

// What happens to one file.
void damage(sim::MemoryEnv& env, const std::string& name, fuzz::InputTape& tape) {
  std::string content = content_of(env, name);
  switch (tape.below(5)) {
    case 0:
      HS_CHECK(env.RemoveFile(name).ok());
      return;
    case 1:
      content.resize(tape.number() % (content.size() + 1));
      break;
    case 2:
      content = to_string(tape.bytes(tape.byte()));
      break;
    case 3:
      content += to_string(tape.bytes(tape.byte()));
      break;
    default: {
      if (content.empty()) return;
      std::size_t at = tape.number() % content.size();
      const std::size_t count = std::min<std::size_t>(tape.byte(), content.size() - at);
      for (const std::uint8_t byte : tape.bytes(count)) content[at++] = static_cast<char>(byte);
    }
  }
  HS_CHECK(leveldb::WriteStringToFile(&env, content, name).ok());
}

void use(KvStore& store) {
  std::size_t entries = 0;
  store.scan({}, [&](BytesView key, BytesView) {
    (void)store.contains(key);
    return ++entries < 100'000;
  });
  const BlockTree tree(store);
  HS_CHECK(tree.validators().committed != nullptr);
  WriteBatch batch;
  batch.put(Bytes{0xf1}, Bytes{1});
  store.write(batch, /*sync=*/true);
  HS_CHECK(store.get(Bytes{0xf1}) == Bytes{1});
}

}  // namespace

HS_FUZZ_TARGET(store) {
  sim::MemoryEnv env;
  env.copy_files_of(pristine());
  fuzz::InputTape tape(input);
  for (int i = 0; i < 8 && !tape.at_end(); ++i) {
    std::vector<std::string> names;
    HS_CHECK(env.GetChildren(folder, &names).ok());
    std::erase_if(names, [&](const auto& name) { return !env.FileExists("/disk/" + name); });
    if (names.empty()) break;
    std::ranges::sort(names);
    damage(env, "/disk/" + names[tape.below(std::min<std::size_t>(names.size(), 256))], tape);
  }
  try {
    const fuzz::AllocationMeter meter;
    const auto store = open_leveldb(folder, options, env);
    use(*store);
    env.wait_until_idle();
    HS_CHECK(meter.peak() <= store_bytes_max);
  } catch (const StoreFailure& failure) {
    HS_CHECK(std::string(failure.what()).size() > 0);
  }
}

}  // namespace hs
