// Where a node keeps what: the names of everything in its home. [hs(1)]
#pragma once
#include <filesystem>

namespace hs {

//   node.yaml     settings of this node alone        genesis.yaml   the chain; a copy, never edited
//   key.yaml      the node's key, 0600               data/          LevelDB: blocks and app state
//   safety/       the voting record; survives every reset of data/;
  //                 safety/misbehaved: what this node was ever told to do wrong
  //                 safety/forked: why it has stopped for good, until data/ is reset
//   run/LOCK      held exclusively while a node runs  run/node.json  who runs, where it listens
//   run/ctl.sock  control socket of the running node  logs/node.log
struct HomeLayout {
  std::filesystem::path root;

  [[nodiscard]] std::filesystem::path node_yaml() const { return root / "node.yaml"; }
  [[nodiscard]] std::filesystem::path genesis_yaml() const { return root / "genesis.yaml"; }
  [[nodiscard]] std::filesystem::path key_yaml() const { return root / "key.yaml"; }
  [[nodiscard]] std::filesystem::path data() const { return root / "data"; }
  [[nodiscard]] std::filesystem::path safety() const { return root / "safety"; }
  [[nodiscard]] std::filesystem::path safety_record() const { return safety() / "record"; }
  [[nodiscard]] std::filesystem::path misbehaviour_mark() const { return safety() / "misbehaved"; }
  [[nodiscard]] std::filesystem::path fork_mark() const { return safety() / "forked"; }
  [[nodiscard]] std::filesystem::path run() const { return root / "run"; }
  [[nodiscard]] std::filesystem::path lock() const { return run() / "LOCK"; }
  [[nodiscard]] std::filesystem::path runtime_json() const { return run() / "node.json"; }
  [[nodiscard]] std::filesystem::path control_socket() const { return run() / "ctl.sock"; }
  [[nodiscard]] std::filesystem::path logs() const { return root / "logs"; }
  [[nodiscard]] std::filesystem::path log_file() const { return logs() / "node.log"; }

  // Did hs make this folder? Asked before anything is deleted: node.yaml, genesis.yaml and the
  // voting record are all there.
  [[nodiscard]] bool is_home() const;
};

}  // namespace hs
