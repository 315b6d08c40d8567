// Why a node does not run: for the three lines of the command line.
#pragma once
#include <exception>
#include <expected>
#include <string>

namespace hs {

struct NodeFailure {
  enum class Kind {
    bad_config,        // node.yaml, genesis.yaml or an option: exit 2
    not_found,         // no home there: 3
    port_in_use,       // 6
    home_locked,       // 6
    key_refused,       // permissions of the key file: 7
    genesis_mismatch,  // another genesis or key than the home was made for: 8
    no_record,         // chain data without their voting record: 8
    foreign_data,      // a data folder of another node or chain: 8
    rolled_back,       // chain data older than the voting record: 8
    unknown_vote,      // the key has voted where this home knows nothing of it: 8
    corrupt,           // 8
    forked,            // more than a third of the power has lied: 9
    io,                // 1
  };
  Kind kind;
  std::string message;  // what happened
  std::string why;
  std::string fix;
};

}  // namespace hs
