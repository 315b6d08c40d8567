// Where a testnet keeps what, and how one is found by its name. [hs(1)]
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/node/home/layout.h"

namespace hs {

//   testnet.yaml   what the net is made of (record.h)   genesis.yaml        the chain
//   env.sh         to be sourced: HS_TESTNET            authority.key.yaml  0600, may change the
//   set events.jsonl   what happened to its processes       supervisor.json     who supervises
//   (state.h) supervisor.log what the supervisor itself says      run/LOCK            held by the
//   supervisor run/ctl.sock   control socket of the supervisor     n0/ n1/ ...         each a home
struct TestnetLayout {
  std::filesystem::path root;

  [[nodiscard]] std::string name() const { return root.filename(); }
  [[nodiscard]] std::filesystem::path testnet_yaml() const { return root / "testnet.yaml"; }
  [[nodiscard]] std::filesystem::path genesis_yaml() const { return root / "genesis.yaml"; }
  [[nodiscard]] std::filesystem::path env_sh() const { return root / "env.sh"; }
  [[nodiscard]] std::filesystem::path authority_key() const { return root / "authority.key.yaml"; }
  [[nodiscard]] std::filesystem::path events_jsonl() const { return root / "events.jsonl"; }
  [[nodiscard]] std::filesystem::path supervisor_json() const { return root / "supervisor.json"; }
  [[nodiscard]] std::filesystem::path supervisor_log() const { return root / "supervisor.log"; }
  [[nodiscard]] std::filesystem::path run() const { return root / "run"; }
  [[nodiscard]] HomeLayout home(const std::string& node) const { return {root / node}; }

  // Did hs make this folder, and finish making it? testnet.yaml is written last.
  [[nodiscard]] bool exists() const;
};

// ${XDG_STATE_HOME:-~/.local/state}/hs/testnets. Error: missing (neither variable nor HOME is set).
[[nodiscard]] Result<std::filesystem::path> testnets_root();

// 1 to 40 lower-case letters, digits, '-', '_' and '.', beginning with a letter or digit; not
// "latest". Error: bad_value.
[[nodiscard]] Status check_testnet_name(const std::string& name);

// The testnet of that name, or without a name the latest: the one that `up` was called for last,
// or, where that one is gone, the only other one. Of several none is guessed: a command that was
// meant for one would act on another. Errors: not_found, naming those that exist; bad_value for a
// name that no testnet can have.
[[nodiscard]] Result<TestnetLayout> find_testnet(const std::filesystem::path& testnets,
                                                 const std::optional<std::string>& name);

// All testnets, by name.
[[nodiscard]] std::vector<TestnetLayout> list_testnets(const std::filesystem::path& testnets);

// Makes `latest` point to it. Error: io.
[[nodiscard]] Status set_latest(const TestnetLayout& testnet);

}  // namespace hs
