#include "cli/key_options.h"

namespace hs {

Option unencrypted_option() {
  return Option::flag("--unencrypted", "write the secret as it is; the file's mode protects it");
}

Option insecure_seed_option() {
  return Option::text("--insecure-seed", "S",
                      "make test keys that follow from S alone, for `testnet: true` only");
}

void require_unencrypted(const Context& context) {
  if (context.arguments.flag("unencrypted")) return;
  if (context.arguments.given("insecure-seed")) return;
  throw CliError("encryption_unavailable", ExitCode::usage,
                 "encrypted key files are not available in this version",
                 "keys are encrypted by default, and this version of hs cannot do that yet",
                 "add --unencrypted: the file's permissions (0600) then protect the key");
}

CliError key_error(const Error& error, const std::string& doing) {
  CliError failure = to_cli_error(error, doing);
  if (error.code == Errc::denied) {
    failure.code = "unsafe_key_file";
    failure.why = "a secret that others could read or replace may be known already";
    // The library says both in one sentence: what is wrong, and the command that mends it.
    for (const std::string& command : {std::string(": chmod "), std::string(": chown ")}) {
      const auto at = failure.message.rfind(command);
      if (at == std::string::npos) continue;
      failure.fix = failure.message.substr(at + 2);
      failure.message.resize(at);
    }
    if (failure.message.ends_with(" is not a regular file")) {
      failure.fix = "name a key file; `hs keys list` shows those of a folder";
    }
  } else if (error.code == Errc::not_found) {
    failure.fix = "check the path, or make a key: hs keys generate --unencrypted --out FILE";
  } else if (error.code == Errc::corrupt) {
    failure.code = "key_file_corrupt";
    failure.fix = "restore the file from a backup, or make a new key";
  }
  return failure;
}

void refuse_existing(const std::vector<std::filesystem::path>& paths) {
  for (const auto& path : paths) {
    // A dangling link counts: writing would not go where the name says.
    if (!std::filesystem::exists(std::filesystem::symlink_status(path))) continue;
    throw CliError("exists", ExitCode::in_use, path.string() + " exists already",
                   "nothing is overwritten unless asked to", "choose another --out, or --force");
  }
}

}  // namespace hs
