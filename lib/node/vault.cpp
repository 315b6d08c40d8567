#include "lib/node/vault.h"

#include "lib/base/mutate.h"
#include "lib/node/fork_failure.h"
#include "lib/node/home/fork_mark.h"
#include "lib/node/home/open_rules.h"
#include "lib/node/home/runtime_file.h"
#include "lib/store/leveldb_store.h"

namespace hs {
namespace {

using Kind = NodeFailure::Kind;

NodeFailure locked(const HomeLayout& home, const Error& error) {
  if (error.code != Errc::exists) return {Kind::io, error.what, "the home cannot be locked", ""};
  const auto runtime = read_runtime(home);
  const bool known = runtime && is_alive(*runtime);
  return {Kind::home_locked,
          home.root.string() + " is in use" +
              (known ? " by pid " + std::to_string(runtime->pid) + " (" + runtime->name + ")" : ""),
          "a home runs one node at a time",
          "stop the other one: hs node stop --home " + home.root.string()};
}

NodeFailure bad_record(const StoreFailure& failure) {
  if (failure.kind() == StoreFailure::Kind::missing) {
    return {Kind::no_record, failure.what(), "a node without its voting record does not vote",
            "restore safety/ as it was last, or make a new home with a new key"};
  }
  return {failure.kind() == StoreFailure::Kind::corrupt ? Kind::corrupt : Kind::io, failure.what(),
          "a node without its voting record does not vote",
          "restore safety/ as it was last, or make a new home with a new key"};
}

NodeFailure bad_database(const HomeLayout& home, const StoreFailure& failure) {
  const std::string reset =
      "drop the data and fetch them anew from the peers, keeping the voting "
      "record: hs node reset --data --home " +
      home.root.string();
  switch (failure.kind()) {
    case StoreFailure::Kind::corrupt:
      return {Kind::corrupt, failure.what(), "the data are not what was written", reset};
    case StoreFailure::Kind::missing:
      return {Kind::corrupt, failure.what(),
              "an empty database in its place would have forgotten its votes", reset};
    case StoreFailure::Kind::locked:
      return {Kind::home_locked, failure.what(), "another program has the database open",
              "stop it first"};
    case StoreFailure::Kind::io:
      break;
  }
  return {Kind::io, failure.what(), "the disk refused an operation",
          "check space and permissions, then start again"};
}

// No vote is lost with one copy: the database held it before either copy did, and has raised the
// record to it by now.
std::string damage_text(const HomeLayout& home) {
  return "one of the two copies in the voting record " + home.safety_record().string() +
         " was damaged; it is written anew from the other one and the database. Is the disk sound?";
}

}  // namespace

std::expected<NodeVault, NodeFailure> open_vault(const NodeSettings& settings) {
  auto lock = HomeLock::take(settings.home, HomeLock::Mode::exclusive);
  if (!lock) return std::unexpected(locked(settings.home, lock.error()));
  NodeVault vault{.lock = std::move(*lock), .safety = nullptr, .store = nullptr, .warning = {}};
  try {
    vault.safety = std::make_unique<SafetyFile>(settings.home.safety_record());
  } catch (const StoreFailure& failure) {
    return std::unexpected(bad_record(failure));
  }
  const SafetyStamp ours{.node = settings.key.key.public_key(), .genesis = settings.genesis_hash};
  if (const auto fits = check_stamp(vault.safety->stamp(), ours); !fits) {
    return std::unexpected(NodeFailure{Kind::genesis_mismatch, fits.error().what,
                                       "a file of this home was exchanged after it was made",
                                       "put the file back, or make a new home: hs node init"});
  }
  try {
    vault.store =
        open_leveldb(settings.home.data().string(), {.never_sync = !settings.config.sync_always});
    if (const auto owned = check_owner(*vault.store, ours); !owned) {
      return std::unexpected(NodeFailure{
          Kind::foreign_data, owned.error().what,
          "with the data of another node this one would not know its own votes",
          "put its own data folder back, or drop the data and keep the record: hs node reset "
          "--data --home " +
              settings.home.root.string()});
    }
    const TreeReader tree(*vault.store);
    if (const auto fork = tree.fork(); fork && !HS_MUTATE(S57e)) {
      const std::string sentence = fork_sentence(*fork, tree);
      // Again, as the node may have died before it wrote it.
      if (const auto marked = set_fork_mark(settings.home, sentence); !marked) {
        return std::unexpected(NodeFailure{Kind::io, marked.error().what,
                                           "the home cannot be written to",
                                           "check space and permissions"});
      }
      return std::unexpected(fork_failure(settings.home, sentence));
    }
    const auto content = reconcile(vault.safety->content(), TreeReader(*vault.store));
    if (!content) {
      return std::unexpected(NodeFailure{
          Kind::rolled_back, content.error().what,
          "voting from here on could be a second vote in a view",
          "bring back the newest data, or drop them and keep the record: hs node reset --data "
          "--home " +
              settings.home.root.string()});
    }
    if (vault.safety->found_damage()) vault.warning = damage_text(settings.home);
    vault.safety->write(*content);
    vault.safety->sync();
  } catch (const StoreFailure& failure) {
    return std::unexpected(bad_database(settings.home, failure));
  }
  return vault;
}

}  // namespace hs
