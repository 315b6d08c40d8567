#include "cli/command.h"
#include "cli/error.h"
#include "cli/lookup.h"
#include "cli/set_change.h"
#include "cli/source.h"
#include "cli/values.h"
#include "cli/views.h"
#include "lib/base/hex.h"
#include "lib/base/limits.h"
#include "testnet/members.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

constexpr Duration wait_default = std::chrono::seconds(30);

int validators_list(Context& context) {
  const auto at = context.arguments.find_number("at");
  Source source = Source::of(context);
  const Json set = source.get("/v1/validators" + (at ? "?height=" + std::to_string(*at) : ""));
  if (context.out.wants_json()) {
    context.out.json(set);
    return 0;
  }
  Table table({{.title = "NAME"},
               {.title = "PUBLIC KEY", .shrink = true},
               {.title = "POWER", .right = true}});
  for (const auto& member : set["validators"]) {
    table.add({text_of(member, "name"), text_of(member, "public_key"), text_of(member, "power")});
  }
  context.out.table(table);
  context.out.note("at height " + text_of(set, "height") + ": total power " +
                   text_of(set, "total_power") + ", quorum " + text_of(set, "quorum") +
                   (set.value("update_decided", true) ? "" : ", an update is not decided yet"));
  return 0;
}

// The testnet that is asked; none where a node or a home is named.
std::optional<TestnetLayout> asked_testnet(const Context& context) {
  const GlobalOptions& global = context.global;
  const bool asks_testnet =
      global.node || (global.testnet && global.testnet->by_flag) || (!global.rpc && !global.home);
  if (!asks_testnet) return std::nullopt;
  return testnet_named(global.testnet ? std::optional(global.testnet->value) : std::nullopt);
}

// --authority-key, or that of the testnet that is asked.
std::filesystem::path authority_key(const Context& context) {
  if (const auto file = context.arguments.find("authority-key")) return *file;
  const auto testnet = asked_testnet(context);
  if (!testnet) {
    throw usage_error("--authority-key is missing",
                      "only the authority of the genesis may change the validator set",
                      "give the key file whose public key `hs genesis show` names as authority");
  }
  return testnet->authority_key();
}

ChangeWait wait_level(const Context& context) {
  const std::string level = context.arguments.text("wait");
  if (level == "none") return ChangeWait::none;
  if (level == "accepted") return ChangeWait::accepted;
  return level == "committed" ? ChangeWait::committed : ChangeWait::decided;
}

int change(Context& context, kv::Operation operation) {
  SetChangeRequest request{
      .operation = std::move(operation),
      .authority_key = authority_key(context),
      .wait = wait_level(context),
      .deadline = std::chrono::steady_clock::now() + context.global.timeout.value_or(wait_default),
      .json_errors = context.out.wants_json()};
  Source source = Source::of(context);
  const Json result = change_set(source, request);
  if (context.out.wants_json()) {
    context.out.json(result);
    return 0;
  }
  context.out.line(set_change_text(result));
  context.out.note(text_of(result, "status") == "decided"
                       ? "next: hs validators list"
                       : "next: hs tx wait " + text_of(result, "id"));
  return 0;
}

// A key, or the name of a node of the testnet, whose own files say its key: what nodes call
// themselves on the network is nobody's proof.
PublicKey validator_key(const Context& context) {
  const std::string text = context.arguments.text("PUBKEY");
  if (const auto key = fixed_from_hex<PublicKey>(text)) return *key;
  if (const auto testnet = asked_testnet(context); testnet && find_node(*testnet, text)) {
    return or_throw(find_member(*testnet, text)).key;
  }
  return or_throw(
      fixed_from_hex<PublicKey>(text), "reading PUBKEY",
      "a public key has 64 hex digits; `hs validators list` and `hs keys show` print it");
}

int validators_set(Context& context) {
  const auto power = or_throw(parse_number(context.arguments.text("POWER")), "reading POWER");
  return change(context,
                kv::SetValidator{
                    .validator = validator_key(context), .power = Power{power}, .signature = {}});
}

int validators_remove(Context& context) {
  return change(context, kv::RemoveValidator{.validator = validator_key(context), .signature = {}});
}

Option authority_option() {
  return Option::text("--authority-key", "FILE",
                      "key of the authority that the genesis names; default that of the testnet");
}

Option wait_option() {
  return Option::choice("--wait", {"none", "accepted", "committed", "decided"},
                        "answer when the node has it, when its pool took it, when it is in a "
                        "committed block, or when the new set has taken over")
      .by_default("decided");
}

}  // namespace

void add_validators_commands(Registry& registry) {
  registry.group("validators", "who may vote, and with which weight",
                 "The authority that the genesis names may change the set while the chain runs, by "
                 "one validator at a time. A change is in force once the new set has decided it; "
                 "until then no other one is taken.");
  registry.add(
      {.path = "validators list",
       .summary = "the validators, their powers and the quorum",
       .examples = {{"hs validators list", "the committed set of the latest testnet"},
                    {"hs validators list --at 100", "as it was at height 100"}},
       .options = {Option::number("--at", "H", "the set in force at height H", 0, number_max)},
       .run = validators_list});
  registry.add({.path = "validators set",
                .summary = "add a validator, or give one another power",
                .description =
                    "The node of the key should run and have caught up: it counts for the quorum "
                    "from the moment the change is decided.",
                .examples = {{"hs validators set 5c1f... 1", "one more vote"},
                             {"hs validators set 5c1f... 3 --wait committed",
                              "do not wait for the "
                              "new set"}},
                .options = {Option::positional(
                                "PUBKEY", "its public key, 64 hex digits; of a testnet also n0"),
                            Option::positional("POWER", "its weight, at least 1"),
                            authority_option(), wait_option()},
                .run = validators_set});
  registry.add({.path = "validators remove",
                .summary = "take a validator out of the set",
                .description = "Its node goes on as a listener.",
                .examples = {{"hs validators remove 5c1f...", "one vote less"}},
                .options = {Option::positional(
                                "PUBKEY", "its public key, 64 hex digits; of a testnet also n0"),
                            authority_option(), wait_option()},
                .run = validators_remove});
}

}  // namespace hs
