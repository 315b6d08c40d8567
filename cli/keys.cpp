// hs keys: key files.
#include "keys/key_file.h"

#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/error.h"
#include "cli/key_options.h"
#include "lib/base/hex.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

nlohmann::ordered_json key_json(const KeyInfo& key, const fs::path& path) {
  return {{"schema", "hs.key/v1"},
          {"name", key.name},
          {"public_key", to_hex(key.public_key.bytes)},
          {"encrypted", key.encrypted},
          {"test", key.test},
          {"path", fs::absolute(path).lexically_normal().string()}};
}

std::vector<std::string> key_cells(const KeyInfo& key, const fs::path& path) {
  const std::string kind = key.test ? "test" : key.encrypted ? "encrypted" : "unencrypted";
  return {key.name, to_hex(key.public_key.bytes), kind, path.string()};
}

Table key_table() {
  return Table({{.title = "NAME"},
                {.title = "PUBLIC KEY"},
                {.title = "KIND"},
                {.title = "PATH", .shrink = true}});
}

// ---- keys generate ----

struct PlannedKey {
  KeyFile key;
  fs::path path;
};

std::vector<fs::path> planned_paths(const Context& context, std::size_t count,
                                    const std::string& name) {
  const auto out = context.arguments.find("out");
  if (count == 1) return {fs::path(out.value_or(name + ".yaml"))};
  std::vector<fs::path> paths;
  for (std::size_t i = 0; i < count; ++i) {
    paths.push_back(fs::path(out.value_or("keys")) / (name + std::to_string(i) + ".yaml"));
  }
  return paths;
}

std::vector<KeyFile> make_keys(std::size_t count, const std::string& name,
                               const std::optional<std::string>& seed) {
  if (count > 1) return or_throw(generate_validator_keys(count, seed, name), "making keys");
  if (seed) return {insecure_test_key(*seed, name)};
  return {or_throw(generate_key(name), "making a key")};
}

// The file itself on standard output, for a pipe into a vault; never onto a screen.
void print_secret(Context& context, const KeyFile& key) {
  if (context.out.data_is_terminal()) {
    throw usage_error("--out - would show the secret key on the terminal", "",
                      "send it somewhere: hs keys generate --unencrypted --out - | ...");
  }
  context.out.data(key_file_text(key));
}

void report(Context& context, const std::vector<PlannedKey>& made) {
  if (context.out.wants_json()) {
    std::vector<nlohmann::ordered_json> keys;
    for (const PlannedKey& each : made) keys.push_back(key_json(each.key.info(), each.path));
    if (context.out.format() == OutputFormat::json && keys.size() > 1) {
      context.out.json({{"schema", "hs.keys/v1"}, {"keys", keys}});
      return;
    }
    for (const auto& key : keys) context.out.json(key);
    return;
  }
  Table table = key_table();
  for (const PlannedKey& each : made) table.add(key_cells(each.key.info(), each.path));
  context.out.table(table);
  const PlannedKey& first = made.front();
  context.out.note("next: hs genesis create --validator " + first.key.name + "=" +
                   first.path.string() + ":1 ...");
}

int generate(Context& context) {
  const std::size_t count = context.arguments.number("count");
  const std::string name = context.arguments.find("name").value_or(count == 1 ? "key" : "n");
  or_throw(check_key_name(name), "--name");
  const bool to_stdout = context.arguments.find("out") == "-";
  if (to_stdout && count > 1) throw usage_error("--out - takes one key, not --count keys");
  const bool replace = context.arguments.flag("force");
  const std::vector<fs::path> paths = planned_paths(context, count, name);
  // Before anything is asked or made: an existing key is worth more than a new one.
  if (!to_stdout && !replace) refuse_existing(paths);
  require_unencrypted(context);

  const std::vector<KeyFile> keys = make_keys(count, name, context.arguments.find("insecure-seed"));
  if (to_stdout) {
    print_secret(context, keys.front());
    return to_int(ExitCode::done);
  }
  std::vector<PlannedKey> made;
  for (std::size_t i = 0; i < count; ++i) {
    or_throw(write_key_file(paths[i], keys[i], replace), "writing a key file");
    made.push_back({keys[i], paths[i]});
  }
  report(context, made);
  return to_int(ExitCode::done);
}

// ---- keys show, keys list ----

int show(Context& context) {
  const fs::path path = context.arguments.text("FILE");
  const KeyInfo key = key_or_throw(read_key_info(path));
  if (context.out.wants_json()) {
    context.out.json(key_json(key, path));
    return to_int(ExitCode::done);
  }
  Table table = key_table();
  table.add(key_cells(key, path));
  context.out.table(table);
  return to_int(ExitCode::done);
}

int list(Context& context) {
  const fs::path folder = context.arguments.text("DIR");
  const auto keys = or_throw(list_key_files(folder));
  std::vector<nlohmann::ordered_json> objects;
  Table table = key_table();
  const Error* first_fault = nullptr;
  for (const ListedKey& key : keys) {
    if (key.info) {
      objects.push_back(key_json(*key.info, key.path));
      table.add(key_cells(*key.info, key.path));
      continue;
    }
    if (first_fault == nullptr) {
      first_fault = &key.info.error();
    } else {
      context.out.warn(key.info.error().what);
    }
  }
  if (context.out.format() == OutputFormat::json) {
    context.out.json({{"schema", "hs.keys/v1"}, {"keys", objects}});
  } else if (context.out.wants_json()) {
    for (const auto& object : objects) context.out.json(object);
  } else if (!table.empty()) {
    context.out.table(table);
  } else if (first_fault == nullptr) {
    context.out.note("no key files in " + folder.string());
  }
  // The good ones are shown; an unsafe or damaged one still fails the command.
  if (first_fault != nullptr) throw key_error(*first_fault);
  return to_int(ExitCode::done);
}

Command generate_command() {
  return {
      .path = "keys generate",
      .summary = "make new validator keys",
      .description =
          "Makes Ed25519 keys from the system's random device and writes each to a file that only "
          "its owner can read (0600, new folders 0700). An existing file is never overwritten "
          "without --force. With --count the keys are named in the order of their public keys, "
          "which is the order in which they lead views.\n"
          "Encrypted files are not available in this version: say --unencrypted.",
      .examples = {{"hs keys generate --unencrypted", "one key in ./key.yaml"},
                   {"hs keys generate --name alice --out keys/alice.yaml --unencrypted",
                    "a named key, in a folder of its own"},
                   {"hs keys generate --count 4 --unencrypted", "keys/n0.yaml ... keys/n3.yaml"},
                   {"hs keys generate --insecure-seed demo --out test.yaml",
                    "a key that anybody can compute, for tests"}},
      .options = {Option::text("--out", "FILE",
                               "where to write; '-': standard output; with --count a folder"),
                  Option::text("--name", "NAME", "name of the key; with --count the first part"),
                  Option::number("--count", "N", "how many keys", 1, 1024).by_default("1"),
                  unencrypted_option(), insecure_seed_option(),
                  Option::flag("--force", "replace existing files; the old keys are lost")},
      .run = generate};
}

}  // namespace

void add_keys_commands(Registry& registry) {
  registry.group("keys", "key files: make them, look at them");
  registry.add(generate_command());
  registry.add({.path = "keys show",
                .summary = "the public part of a key file",
                .description = "Refuses a file that others can read (exit 7), like every command "
                               "that opens a key file.",
                .examples = {{"hs keys show key.yaml", "name, public key and kind"},
                             {"hs keys show key.yaml --json", "for scripts"}},
                .options = {Option::positional("FILE", "a key file")},
                .run = show});
  registry.add({.path = "keys list",
                .summary = "the key files of a folder",
                .description = "Shows the *.yaml files of the folder that are key files. One that "
                               "is unsafe or damaged is named, and fails the command.",
                .examples = {{"hs keys list keys", "names and public keys"}},
                .options = {Option::positional("DIR", "a folder").by_default(".")},
                .run = list});
}

}  // namespace hs
