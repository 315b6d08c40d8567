#include <cerrno>
#include <fstream>
#include <iostream>
#include <system_error>

#include "cli/change_notice.h"
#include "cli/command.h"
#include "cli/error.h"
#include "cli/new_transaction.h"
#include "cli/source.h"
#include "cli/views.h"
#include "lib/base/hex.h"
#include "lib/kvapp/limits.h"
#include "lib/kvapp/transaction.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

constexpr Duration wait_default = std::chrono::seconds(30);
constexpr const char* id_hint = "an id has 64 hex digits, as `hs tx put --json` prints it";

// Long enough for a commit; what is left of it when the node gives up is the way back.
std::chrono::milliseconds wait_of(const Context& context) {
  return std::max(std::chrono::milliseconds(1), std::chrono::ceil<std::chrono::milliseconds>(
                                                    context.global.timeout.value_or(wait_default)));
}

// The parts of a result in the columns of -o plain.
void print_columns(Context& context, const Json& result) {
  Table table(std::vector<Column>(6));
  table.add({text_of(result, "id"), text_of(result, "status"), text_of(result, "height"),
             text_of(result, "view"), text_of(result, "latency_ms"), text_of(result, "outcome")});
  context.out.table(table);
}

Bytes argument_bytes(const Context& context, const std::string& name) {
  const std::string text = context.arguments.text(name);
  if (!context.arguments.flag("hex")) return to_bytes(text);
  return or_throw(from_hex(text), "reading " + name);
}

// Prints what became of a transaction. One that is in a block and changed nothing is an answer, and
// a failure: exit 10.
int print_result(Context& context, const Json& result) {
  const bool has_failed = text_of(result, "outcome") == "failed";
  if (context.out.wants_json()) {
    context.out.json(result);
  } else if (context.out.format() == OutputFormat::plain) {
    print_columns(context, result);
  } else if (context.out.quiet()) {
    context.out.line(text_of(result, "id"));
  } else if (text_of(result, "status") == "committed") {
    context.out.line((has_failed ? "failed " : "committed ") + commit_text(result));
  } else {
    context.out.line(text_of(result, "status") + " " + text_of(result, "id"));
    context.out.note("try: hs tx wait " + text_of(result, "id"));
  }
  if (!has_failed) return 0;
  throw CliError("cas_failed", ExitCode::unhealthy,
                 "the transaction is committed and changed nothing",
                 "when it was applied, the key did not hold the expected value",
                 "read the value with `hs state get` and try again")
      .with("id", text_of(result, "id"));
}

CliError too_large(std::size_t bytes) {
  return CliError("transaction_too_large", ExitCode::usage,
                  "the encoded transaction has " + std::to_string(bytes) + " bytes",
                  "no node takes one of more than " + std::to_string(kv::transaction_bytes_max),
                  "split the value over several keys");
}

// The bytes of a file as they are; "-" is standard input.
Bytes file_bytes(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) {
      throw CliError("io", ExitCode::failure, path + " cannot be opened",
                     std::generic_category().message(errno), "check the path of --value-file");
    }
  }
  std::istream& input = path == "-" ? std::cin : file;
  std::string text(kv::transaction_bytes_max + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (input.bad()) {
    throw CliError("io", ExitCode::failure, path + " cannot be read",
                   std::generic_category().message(errno), "check the path of --value-file");
  }
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > kv::transaction_bytes_max) throw too_large(text.size());
  return to_bytes(text);
}

int send(Context& context, kv::Operation operation) {
  const std::chrono::milliseconds wait = wait_of(context);
  Source source = Source::of(context);
  const Bytes transaction =
      to_borsh(new_transaction(source.get_live("/v1/status"), std::move(operation)));
  if (transaction.size() > kv::transaction_bytes_max) throw too_large(transaction.size());
  const Json body = {{"transaction", to_hex(transaction)}};
  const ChangeNotice notice(to_hex(transaction_id(transaction).view()), context.out.wants_json());
  try {
    return print_result(context,
                        source.post("/v1/transactions?wait=" + context.arguments.text("wait") +
                                        "&timeout_ms=" + std::to_string(wait.count()),
                                    body, wait));
  } catch (CliError& error) {
    throw_with_id(std::move(error));
  }
}

int tx_put(Context& context) {
  const auto file = context.arguments.find("value-file");
  if (file.has_value() == context.arguments.given("VALUE")) {
    throw usage_error(file ? "VALUE and --value-file exclude each other" : "VALUE is missing", "",
                      "hs tx put KEY VALUE, or hs tx put KEY --value-file FILE");
  }
  kv::Put put{.key = argument_bytes(context, "KEY"), .value = {}};
  put.value = file ? file_bytes(*file) : argument_bytes(context, "VALUE");
  return send(context, std::move(put));
}

int tx_delete(Context& context) {
  return send(context, kv::Delete{.key = argument_bytes(context, "KEY")});
}

int tx_cas(Context& context) {
  const bool absent = context.arguments.flag("if-absent");
  const bool has_new = context.arguments.find("NEW").has_value();
  if (absent == has_new) {
    throw usage_error(absent ? "with --if-absent there is no old value" : "NEW is missing", "",
                      "hs tx cas KEY OLD NEW, or hs tx cas KEY NEW --if-absent");
  }
  kv::CompareAndSet operation{.key = argument_bytes(context, "KEY"), .expected = {}, .value = {}};
  if (!absent) operation.expected = argument_bytes(context, "OLD");
  operation.value = argument_bytes(context, absent ? "OLD" : "NEW");
  return send(context, std::move(operation));
}

int query(Context& context, const std::string& level, std::chrono::milliseconds wait) {
  const std::string id = context.arguments.text("ID");
  (void)or_throw(fixed_from_hex<TransactionId>(id), "reading ID", id_hint);
  Source source = Source::of(context);
  try {
    return print_result(context, source.get_live("/v1/transactions/" + id + "?wait=" + level +
                                                     "&timeout_ms=" + std::to_string(wait.count()),
                                                 wait));
  } catch (CliError& error) {
    throw_with_id(std::move(error));
  }
}

int tx_get(Context& context) { return query(context, "none", std::chrono::milliseconds(0)); }

// A node waits for an id that it has never heard of, as its transaction may be on the way. When the
// time is over it says whether it has.
void add_if_unknown(const Context& context, CliError& error) {
  if (error.exit != ExitCode::timed_out) return;
  const std::string id = context.arguments.text("ID");
  Source source = Source::of(context);
  try {
    (void)source.get_live("/v1/transactions/" + id + "?wait=none");
  } catch (const CliError& answer) {
    if (answer.exit != ExitCode::not_found) return;  // that it is unknown is not known
    error.message = "the transaction is not committed, and " + source.name() + " does not know it";
    error.why =
        "it was never sent, was sent to a node that is gone, or is long forgotten: ids are "
        "remembered for " +
        std::to_string(kv::remembered_heights) + " blocks";
    error.fix = "check the id, or ask another node with --node";
    error.details["known"] = false;
  }
}

int tx_wait(Context& context) {
  const std::string id = context.arguments.text("ID");
  (void)or_throw(fixed_from_hex<TransactionId>(id), "reading ID", id_hint);
  const ChangeNotice notice(id, context.out.wants_json());
  try {
    return query(context, "committed", wait_of(context));
  } catch (CliError& error) {
    add_if_unknown(context, error);
    throw;
  }
}

Option wait_option() {
  return Option::choice("--wait", {"none", "accepted", "committed"},
                        "answer when the node has it, when its pool took it, or when it is in a "
                        "committed block")
      .by_default("committed");
}

Option hex_option() { return Option::flag("--hex", "keys and values on the command line are hex"); }

}  // namespace

void add_tx_commands(Registry& registry) {
  registry.group("tx", "change the replicated state, and ask what became of a change",
                 "A transaction is committed once a quorum stands behind its block. Waiting ends "
                 "after 30 s or --timeout, with exit 5; the transaction may still be committed "
                 "later, which `hs tx wait ID` tells; so it may after Ctrl-C, which prints the ID "
                 "and exits 130.\n\nAn encoded transaction has at most 262144 bytes: key and value "
                 "together a little less than 256 KiB. With -q the id alone is printed, with -o "
                 "plain id, status, height, view, latency in ms and outcome, with tabs between "
                 "them.");
  registry.add(
      {.path = "tx put",
       .summary = "set a key to a value",
       .examples = {{"hs tx put hello world",
                     "committed in block 9 (view 11, 3 of 4 signers) after 7 ms"},
                    {"hs tx put hello world --wait none --node n2", "do not wait"},
                    {"hs tx put logo --value-file logo.png", "a value that is no argument"}},
       .options = {Option::positional("KEY", "the key, 1 to 1024 bytes"),
                   Option::positional("VALUE", "its new value").optional(),
                   Option::text("--value-file", "FILE",
                                "the value is the bytes of this file, as they are; '-': standard "
                                "input"),
                   wait_option(), hex_option()},
       .run = tx_put});
  registry.add({.path = "tx delete",
                .summary = "remove a key",
                .examples = {{"hs tx delete hello", "no error where there is no such key"}},
                .options = {Option::positional("KEY", "the key"), wait_option(), hex_option()},
                .run = tx_delete});
  registry.add(
      {.path = "tx cas",
       .summary = "set a key only if it holds a given value (compare and set)",
       .description =
           "The comparison is made when the block is applied, so of two that expect the same value "
           "one wins. The one that loses is committed and changes nothing: exit 10.",
       .examples = {{"hs tx cas counter 1 2", "from 1 to 2"},
                    {"hs tx cas lock alice --if-absent", "only if nobody holds it"}},
       .options = {Option::positional("KEY", "the key"),
                   Option::positional("OLD", "the value it must hold"),
                   Option::positional("NEW", "the value it gets").optional(),
                   Option::flag("--if-absent", "the key must have no value: KEY NEW"),
                   wait_option(), hex_option()},
       .run = tx_cas});
  registry.add({.path = "tx get",
                .summary = "what became of a transaction",
                .description = "Ids are remembered for 1,000 blocks; an unknown one exits 3.",
                .examples = {{"hs tx get 5c1f...", "accepted, or committed and where"}},
                .options = {Option::positional("ID", "the transaction's id, 64 hex digits")},
                .run = tx_get});
  registry.add({.path = "tx wait",
                .summary = "wait until a transaction is committed",
                .examples = {{"hs tx wait 5c1f... --timeout 5s", "exit 5 if it is not by then"}},
                .options = {Option::positional("ID", "the transaction's id, 64 hex digits")},
                .run = tx_wait});
}

}  // namespace hs
