#include "lib/node/home/init.h"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "genesis/genesis.h"
#include "keys/key_file.h"
#include "lib/blocktree/block_tree.h"
#include "lib/config/yaml.h"
#include "lib/node/home/files.h"
#include "lib/node/home/fork_mark.h"
#include "lib/node/home/home_lock.h"
#include "lib/node/home/open_rules.h"
#include "lib/node/home/safety_file.h"
#include "lib/store/leveldb_store.h"

namespace hs {
namespace {

Status make_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0700) == 0) return {};
  return fail(errno == EEXIST ? Errc::exists : Errc::io,
              "cannot create " + folder.string() + ": " + std::generic_category().message(errno));
}

// The parents as any program would make them, the home itself for its owner alone. A folder that is
// there already serves if it is empty.
Status make_home_folder(const std::filesystem::path& root) {
  std::error_code error;
  if (root.has_parent_path()) std::filesystem::create_directories(root.parent_path(), error);
  if (error) {
    return fail(Errc::io, "cannot create " + root.parent_path().string() + ": " + error.message());
  }
  if (::mkdir(root.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) {
    return fail(Errc::io,
                "cannot create " + root.string() + ": " + std::generic_category().message(errno));
  }
  if (!std::filesystem::is_empty(root, error) || error) {
    return fail(Errc::exists, root.string() + " exists already and is not empty");
  }
  if (::chmod(root.c_str(), 0700) != 0) {
    return fail(Errc::io, "cannot restrict " + root.string() +
                              " to its owner: " + std::generic_category().message(errno));
  }
  return {};
}

Status fill_database(const std::filesystem::path& folder, const Genesis& genesis,
                     const SafetyStamp& owner) {
  create_leveldb(folder.string());
  const auto store = open_leveldb(folder.string(), {});
  HS_TRY_STATUS(
      initialise(*store, InitialState{.app_state = {}, .validators = genesis.validator_set()}));
  write_owner(*store, owner);
  return {};
}

Status fill_home(const InitRequest& request, const Genesis& genesis, const KeyFile& key,
                 std::string_view genesis_text) {
  const HomeLayout& home = request.home;
  for (const auto& folder : {home.run(), home.logs()}) HS_TRY_STATUS(make_folder(folder));
  HS_TRY_STATUS(write_key_file(home.key_yaml(), key, /*replace=*/false));
  HS_TRY_STATUS(replace_file(home.genesis_yaml(), genesis_text, 0644));
  HS_TRY_STATUS(replace_file(home.node_yaml(), node_config_yaml(request.config), 0644));
  // The voting record comes before the data: data without a record are refused, a record without
  // data is a home to be made again.
  const SafetyStamp owner{.node = key.key.public_key(), .genesis = genesis.hash()};
  SafetyFile::create(home.safety_record(), owner);
  return fill_database(home.data(), genesis, owner);
}

}  // namespace

Status init_home(const InitRequest& request) {
  // Everything that can be wrong with the input is found before anything is made.
  HS_TRY(genesis_text, read_file(request.genesis, yaml_file_bytes_max));
  HS_TRY(genesis, parse_genesis(genesis_text, request.genesis.string()));
  HS_TRY(key, read_key_file(request.key));
  if (key.test && !genesis.testnet) {
    return fail(Errc::denied,
                request.key.string() + " is a test key, which only a test genesis may use");
  }
  if (!request.config.sync_always && !genesis.testnet) {
    return fail(Errc::bad_value, "storage.sync: never is for a test genesis only");
  }
  HS_TRY_STATUS(make_home_folder(request.home.root));
  const auto remove_what_was_made = [&] {
    std::error_code ignored;  // the first error is the one to tell
    for (const auto& entry : std::filesystem::directory_iterator(request.home.root, ignored)) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
    std::filesystem::remove(request.home.root, ignored);
  };
  try {
    const Status filled = fill_home(request, genesis, key, genesis_text);
    if (!filled) remove_what_was_made();
    return filled;
  } catch (const StoreFailure&) {
    remove_what_was_made();
    throw;
  }
}

namespace {

// The record with what the database about to be emptied promises beyond it: a copy of the record
// that is damaged, or was not on disk yet when the power failed, leaves the newest vote to the
// database alone.
Result<SafetyContent> last_promises(const HomeLayout& home, const SafetyFile& record) {
  std::string why;
  try {
    const auto store = open_leveldb_read_only(home.data().string());
    const Status owned = check_owner(*store, record.stamp());
    const TreeReader database(*store);
    if (owned && database.is_initialised()) {
      SafetyContent content = record.content();
      content.data_was_reset = true;  // data that were rolled back may be dropped
      return reconcile(content, database);
    }
    why = owned ? "it holds no chain" : owned.error().what;
  } catch (const StoreFailure& failure) {
    why = failure.what();
  }
  if (!record.found_damage()) return record.content();
  return fail(Errc::corrupt,
              "one of the two copies in the voting record is damaged, and the "
              "database cannot say what it held: " +
                  why);
}

}  // namespace

Status reset_data(const HomeLayout& home) {
  HS_TRY(genesis, read_genesis_file(home.genesis_yaml()));
  SafetyFile record(home.safety_record());
  HS_TRY(content, last_promises(home, record));
  content.data_was_reset = true;
  record.write(content);
  record.sync();
  std::error_code error;
  std::filesystem::remove_all(home.data(), error);
  if (error) {
    return fail(Errc::io, "cannot remove " + home.data().string() + ": " + error.message());
  }
  HS_TRY_STATUS(fill_database(home.data(), genesis, record.stamp()));
  return clear_fork_mark(home);
}

}  // namespace hs
