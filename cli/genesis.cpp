// hs genesis: the document that a chain starts from.
#include "genesis/genesis.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/error.h"
#include "cli/genesis_request.h"
#include "cli/key_options.h"
#include "keys/key_file.h"
#include "lib/base/hex.h"
#include "lib/base/limits.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

nlohmann::ordered_json to_json(const Genesis& genesis) {
  nlohmann::ordered_json validators = nlohmann::ordered_json::array();
  for (const GenesisValidator& validator : genesis.validators) {
    validators.push_back({{"name", validator.name},
                          {"public_key", to_hex(validator.public_key.bytes)},
                          {"power", validator.power.value},
                          {"test_key", validator.test}});
  }
  nlohmann::ordered_json authority;
  if (genesis.authority) authority = to_hex(genesis.authority->bytes);
  const ValidatorSet set = genesis.validator_set();
  const auto timeout = std::chrono::duration_cast<milliseconds>(genesis.params.view_timeout);
  return {{"schema", "hs.genesis/v1"},
          {"chain_id", std::to_string(genesis.chain_id.value)},
          {"hash", to_hex(genesis.hash().bytes)},
          {"testnet", genesis.testnet},
          {"app", genesis.app},
          {"validators", validators},
          {"total_power", static_cast<std::uint64_t>(set.total_power())},
          {"quorum", static_cast<std::uint64_t>(set.quorum())},
          {"authority", authority},
          {"params",
           {{"view_timeout_ms", timeout.count()},
            {"epoch_length", genesis.params.epoch_length},
            {"reference_peers", genesis.params.reference_peers}}}};
}

void print_for_people(Context& context, const Genesis& genesis) {
  const ValidatorSet set = genesis.validator_set();
  const auto timeout = std::chrono::duration_cast<milliseconds>(genesis.params.view_timeout);
  Printer& out = context.out;
  out.line("hash          " + to_hex(genesis.hash().bytes));
  out.line("chain id      " + std::to_string(genesis.chain_id.value));
  out.line("app           " + genesis.app + (genesis.testnet ? "  (testnet)" : ""));
  out.line("view timeout  " + std::to_string(timeout.count()) + " ms");
  out.line("epoch length  " + std::to_string(genesis.params.epoch_length) + " views");
  if (genesis.params.reference_peers) out.line("reference     peers take part (hs-genesis(5))");
  out.line("authority     " + (genesis.authority ? to_hex(genesis.authority->bytes)
                                                 : "none: the validator set never changes"));
  out.line("validators    " + std::to_string(genesis.validators.size()) + ", quorum " +
           std::to_string(static_cast<std::uint64_t>(set.quorum())) + " of power " +
           std::to_string(static_cast<std::uint64_t>(set.total_power())));
  Table table({{.title = "NAME"}, {.title = "PUBLIC KEY"}, {.title = "POWER", .right = true}});
  for (const GenesisValidator& validator : genesis.validators) {
    table.add({validator.name, to_hex(validator.public_key.bytes),
               std::to_string(validator.power.value)});
  }
  out.table(table);
}

void print(Context& context, const Genesis& genesis) {
  if (context.out.wants_json()) {
    context.out.json(to_json(genesis));
  } else {
    print_for_people(context, genesis);
  }
}

Genesis read_argument(const Context& context) {
  const std::string path = context.arguments.text("FILE");
  auto genesis = read_genesis_file(path);
  if (genesis) return std::move(*genesis);
  std::string fix = "see hs-genesis(5) for the fields";
  if (genesis.error().code == Errc::io) fix.clear();  // what the system says has its own
  if (genesis.error().code == Errc::not_found) {
    fix = "check the path, or make one: see `hs genesis create --help`";
  }
  if (genesis.error().what.ends_with(": not a regular file")) fix = "name a file, not a folder";
  throw to_cli_error(genesis.error(), "", fix);
}

// ---- genesis create ----

int create(Context& context) {
  const std::string out = context.arguments.text("out");
  const bool replace = context.arguments.flag("force");
  if (out != "-" && !replace) refuse_existing({fs::path(out)});
  GenesisRequest request = genesis_request(context);
  const CreatedGenesis created = or_throw(create_genesis(request.draft));
  // The document is good; only now something is written, keys first: a genesis without them is of
  // no use to anybody.
  for (const auto& [path, key] : request.new_keys) {
    or_throw(write_key_file(path, key, replace), "writing a key file");
  }
  for (const std::string& warning : created.warnings) context.out.warn(warning);
  if (!created.genesis.authority) {
    context.out.warn("without --authority the validator set of this chain can never change");
  }
  if (out == "-") {
    context.out.data(to_yaml(created.genesis));
    return to_int(ExitCode::done);
  }
  or_throw(write_genesis_file(out, created.genesis, replace), "writing the genesis");
  print(context, created.genesis);
  const std::string key =
      request.new_keys.empty() ? "KEYFILE" : request.new_keys.front().path.string();
  context.out.note("next: hs node init --genesis " + out + " --key " + key);
  return to_int(ExitCode::done);
}

// ---- genesis validate, hash, show ----

int validate(Context& context) {
  const Genesis genesis = read_argument(context);
  for (const std::string& warning : genesis_warnings(genesis)) context.out.warn(warning);
  const std::string hash = to_hex(genesis.hash().bytes);
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.genesis_check/v1"},
                      {"ok", true},
                      {"hash", hash},
                      {"warnings", genesis_warnings(genesis)}});
  } else {
    context.out.line(context.arguments.text("FILE") + " is valid: " +
                     std::to_string(genesis.validators.size()) + " validators, hash " + hash);
  }
  return to_int(ExitCode::done);
}

int hash(Context& context) {
  const Genesis genesis = read_argument(context);
  const std::string text = to_hex(genesis.hash().bytes);
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.genesis_hash/v1"}, {"hash", text}});
  } else {
    context.out.line(text);
  }
  return to_int(ExitCode::done);
}

int show(Context& context) {
  print(context, read_argument(context));
  return to_int(ExitCode::done);
}

Option file_argument() {
  return Option::positional("FILE", "a genesis document").by_default("genesis.yaml");
}

Command create_command() {
  return {
      .path = "genesis create",
      .summary = "write a genesis document",
      .description =
          "Takes the validators by --validator, once for each, or makes N new ones by "
          "--validators; "
          "their key files then go to --keys-dir. Powers are divided by their greatest common "
          "divisor. The hash is printed: it names the chain, every node pins it and shows it to "
          "its "
          "peers.",
      .examples = {{"hs genesis create --validators 4 --unencrypted",
                    "four new validators, keys in ./keys, document in ./genesis.yaml"},
                   {"hs genesis create --validator alice=alice.yaml:1 --validator bob=bob.yaml:2",
                    "from key files; the public key itself does as well"},
                   {"hs genesis create --validators 4 --testnet --insecure-seed demo --out -",
                    "the same document every time, for tests"},
                   {"hs genesis create --validators 7 --unencrypted --param view_timeout=500ms",
                    "with a shorter view timeout"}},
      .options = {Option::number("--validators", "N", "make N validators with new keys and power 1",
                                 1, validators_max),
                  Option::text("--validator", "NAME=KEY:POWER",
                               "a validator; KEY is a public key or a key file; may be given often")
                      .repeated(),
                  Option::number("--chain-id", "ID", "default: a random one", 1, number_max),
                  Option::choice("--app", {"kv"}, "what the chain runs").by_default("kv"),
                  Option::text(
                      "--authority", "PUBKEY",
                      "whose signature may change the validator set; without it nothing can"),
                  Option::flag("--testnet",
                               "allow test keys, faults on purpose and unsynced storage"),
                  Option::text("--param", "NAME=VALUE",
                               "view_timeout=500ms or epoch_length=20; may be given often")
                      .repeated(),
                  Option::text("--out", "FILE", "where to write; '-': standard output")
                      .by_default("genesis.yaml"),
                  Option::text("--keys-dir", "DIR", "where --validators puts its key files")
                      .by_default("keys"),
                  unencrypted_option(), insecure_seed_option(),
                  Option::flag("--force", "replace existing files; old keys are lost")},
      .run = create};
}

}  // namespace

void add_genesis_commands(Registry& registry) {
  registry.group("genesis", "the document that a chain starts from");
  registry.add(create_command());
  registry.add({.path = "genesis validate",
                .summary = "check a genesis document, by the code that a node runs",
                .description = "Faults are shown as file:line:column (exit 2).",
                .examples = {{"hs genesis validate", "checks ./genesis.yaml"}},
                .options = {file_argument()},
                .run = validate});
  registry.add({.path = "genesis hash",
                .summary = "the hash that names the chain",
                .description = "Comments, layout and order of the file do not change it.",
                .examples = {{"hs genesis hash genesis.yaml", "64 hex digits"}},
                .options = {file_argument()},
                .run = hash});
  registry.add({.path = "genesis show",
                .summary = "what a genesis document says",
                .examples = {{"hs genesis show", "hash, parameters and validators"},
                             {"hs genesis show --json", "for scripts"}},
                .options = {file_argument()},
                .run = show});
}

}  // namespace hs
