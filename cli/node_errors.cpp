#include "cli/node_errors.h"

namespace hs {
namespace {

struct Word {
  const char* code;
  ExitCode exit;
};

Word word_of(NodeFailure::Kind kind) {
  using Kind = NodeFailure::Kind;
  switch (kind) {
    case Kind::bad_config:
      return {"bad_config", ExitCode::usage};
    case Kind::not_found:
      return {"home_not_found", ExitCode::not_found};
    case Kind::port_in_use:
      return {"port_in_use", ExitCode::in_use};
    case Kind::home_locked:
      return {"home_locked", ExitCode::in_use};
    case Kind::key_refused:
      return {"key_refused", ExitCode::secret};
    case Kind::genesis_mismatch:
      return {"genesis_mismatch", ExitCode::corrupt};
    case Kind::no_record:
      return {"voting_record_missing", ExitCode::corrupt};
    case Kind::foreign_data:
      return {"data_of_another_node", ExitCode::corrupt};
    case Kind::rolled_back:
      return {"data_rolled_back", ExitCode::corrupt};
    case Kind::unknown_vote:
      return {"vote_unknown", ExitCode::corrupt};
    case Kind::corrupt:
      return {"data_corrupt", ExitCode::corrupt};
    case Kind::forked:
      return {"forked", ExitCode::violation};
    case Kind::io:
      break;
  }
  return {"io", ExitCode::failure};
}

}  // namespace

CliError to_cli_error(const NodeFailure& failure) {
  const Word word = word_of(failure.kind);
  return CliError(word.code, word.exit, failure.message, failure.why, failure.fix);
}

}  // namespace hs
