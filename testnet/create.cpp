#include "testnet/create.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

#include "genesis/genesis.h"
#include "keys/key_file.h"
#include "lib/node/home/files.h"
#include "lib/node/home/init.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

// ".demo.4711.new": demo in the making, by process 4711.
std::string prefix_of(const TestnetLayout& layout) { return "." + layout.name() + "."; }
constexpr std::string_view making_suffix = ".new";

Status make_private_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  if (::mkdir(folder.c_str(), 0700) == 0) return {};
  const int number = errno;
  return fail(number == EEXIST ? Errc::exists : Errc::io,
              "cannot make " + folder.string() + ": " + std::generic_category().message(number));
}

// Folders of whatever testnet that a process left when it was killed in the middle.
void sweep_leftovers(const fs::path& testnets) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(testnets, error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with('.') || !name.ends_with(making_suffix)) continue;
    const std::string_view in_the_making =
        std::string_view(name).substr(0, name.size() - making_suffix.size());
    const std::size_t dot = in_the_making.rfind('.');
    const std::string_view digits = in_the_making.substr(dot + 1);
    pid_t pid = 0;
    const auto [rest, wrong] = std::from_chars(digits.begin(), digits.end(), pid);
    if (dot == 0 || wrong != std::errc() || rest != digits.end()) continue;
    if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), error);
  }
}

// Removes the folder in the making unless it got its name.
class Making {
 public:
  explicit Making(TestnetLayout layout) : layout_(std::move(layout)) {}
  ~Making() {
    std::error_code ignored;  // a destructor has nobody to tell; the next `up` sweeps
    if (!layout_.root.empty()) fs::remove_all(layout_.root, ignored);
  }
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;
  [[nodiscard]] const TestnetLayout& layout() const { return layout_; }

  Status name_it(const TestnetLayout& final_layout) {
    // rename(2) replaces nothing but an empty folder.
    if (::rename(layout_.root.c_str(), final_layout.root.c_str()) != 0) {
      const int number = errno;
      return fail(number == ENOTEMPTY || number == EEXIST ? Errc::exists : Errc::io,
                  "cannot make " + final_layout.root.string() + ": " +
                      std::generic_category().message(number));
    }
    layout_.root.clear();
    return sync_folder(final_layout.root.parent_path());
  }

 private:
  TestnetLayout layout_;
};

Result<Genesis> make_genesis(const TestnetRecord& record, const std::vector<KeyFile>& keys,
                             const KeyFile& authority) {
  GenesisDraft draft;
  draft.testnet = true;
  for (const KeyFile& key : keys) {
    draft.validators.push_back({.name = key.name,
                                .public_key = key.key.public_key(),
                                .power = Power{1},
                                .test = key.test});
  }
  draft.authority = authority.key.public_key();
  draft.view_timeout = record.params.view_timeout;
  draft.epoch_length = record.params.epoch_length;
  HS_TRY(created, create_genesis(draft));
  return created.genesis;
}

Status make_homes(const TestnetLayout& layout, const TestnetRecord& record,
                  const std::vector<KeyFile>& keys) {
  const std::vector<TestnetNode> nodes = record.nodes(layout);
  std::vector<PeerAddress> addresses;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    addresses.push_back({keys[i].key.public_key(), {"127.0.0.1", nodes[i].p2p_port}});
  }
  const fs::path key_file = layout.run() / "key.yaml";
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    HS_TRY_STATUS(write_key_file(key_file, keys[i], /*replace=*/true));
    InitRequest request{
        .home = {nodes[i].home}, .genesis = layout.genesis_yaml(), .key = key_file, .config = {}};
    request.config.name = nodes[i].name;
    request.config.p2p_listen = addresses[i].at;
    request.config.rpc_listen = {"127.0.0.1", nodes[i].rpc_port};
    for (std::size_t j = 0; j < addresses.size(); ++j) {
      if (j != i) request.config.peers.push_back(addresses[j]);
    }
    HS_TRY_STATUS(init_home(request));
  }
  std::error_code error;
  fs::remove(key_file, error);
  if (error) return fail(Errc::io, "cannot remove " + key_file.string() + ": " + error.message());
  return {};
}

}  // namespace

Status create_testnet(const TestnetLayout& layout, const TestnetRecord& record,
                      const CreateProgress& progress) {
  std::error_code ignored;
  if (fs::exists(layout.root, ignored)) {
    return fail(Errc::exists, layout.root.string() + " exists and is no testnet");
  }
  const fs::path root =
      layout.root.parent_path() /
      (prefix_of(layout) + std::to_string(::getpid()) + std::string(making_suffix));
  sweep_leftovers(layout.root.parent_path());
  Making making(TestnetLayout{root});
  HS_TRY_STATUS(make_private_folder(root));
  HS_TRY_STATUS(make_private_folder(making.layout().run()));

  HS_TRY(keys, generate_validator_keys(record.validators, std::nullopt));
  HS_TRY(authority, generate_key("authority"));
  HS_TRY_STATUS(write_key_file(making.layout().authority_key(), authority, /*replace=*/false));
  progress("keys");

  HS_TRY(genesis, make_genesis(record, keys, authority));
  HS_TRY_STATUS(write_genesis_file(making.layout().genesis_yaml(), genesis, /*replace=*/false));
  progress("genesis");

  HS_TRY_STATUS(make_homes(making.layout(), record, keys));
  progress("homes");

  const std::string environment =
      "# source this: commands without --testnet then mean this one\n"
      "export HS_TESTNET=" +
      record.name + "\n";
  HS_TRY_STATUS(replace_file(making.layout().env_sh(), environment, 0600));
  HS_TRY_STATUS(replace_file(making.layout().testnet_yaml(), to_yaml(record), 0600));
  return making.name_it(layout);
}

Status remove_testnet(const TestnetLayout& layout) {
  if (!layout.exists()) return fail(Errc::not_found, layout.root.string() + " is no testnet");
  std::error_code error;
  const fs::path latest = layout.root.parent_path() / "latest";
  if (fs::read_symlink(latest, error) == layout.name()) fs::remove(latest, error);
  // Out of sight first: a removal that is interrupted leaves no half of a testnet under its name.
  const fs::path grave =
      layout.root.parent_path() /
      (prefix_of(layout) + std::to_string(::getpid()) + std::string(making_suffix));
  fs::rename(layout.root, grave, error);
  if (!error) fs::remove_all(grave, error);
  if (error)
    return fail(Errc::io, "cannot remove " + layout.root.string() + ": " + error.message());
  return {};
}

}  // namespace hs
