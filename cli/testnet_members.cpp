// hs testnet add and remove.
#include <nlohmann/json.hpp>

#include "cli/error.h"
#include "cli/lookup.h"
#include "cli/set_change.h"
#include "cli/testnet_support.h"
#include "cli/values.h"
#include "cli/views.h"
#include "genesis/genesis.h"
#include "lib/base/hex.h"
#include "testnet/members.h"
#include "testnet/watch_member.h"

namespace hs {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr auto patience_default = std::chrono::seconds(60);
constexpr auto supervisor_patience = std::chrono::seconds(35);
constexpr auto node_patience = std::chrono::milliseconds(2000);

void require_supervisor(const KnownTestnet& net) {
  const auto state = or_throw(read_state(net.layout));
  if (supervisor_condition(state) == SupervisorCondition::running) return;
  throw CliError("not_running", ExitCode::unreachable,
                 "testnet " + net.record.name + " does not run",
                 "its supervisor is " + to_text(supervisor_condition(state)),
                 "`hs testnet up " + net.record.name + " -d`");
}

void ask(const KnownTestnet& net, SupervisorOp op, const std::string& node) {
  const auto reply = or_throw(ask_supervisor(net.layout, {op, {node}}, supervisor_patience),
                              "asking the supervisor of " + net.record.name);
  if (reply.failure) throw to_cli_error(*reply.failure);
}

// Members of the newest set by key.
Json newest_set(Source& source) { return source.get_live("/v1/validators"); }

bool is_validator(const Json& set, const PublicKey& key) {
  const std::string wanted = to_hex(key.view());
  const auto& members = set.at("validators");
  return std::any_of(members.begin(), members.end(),
                     [&](const Json& member) { return text_of(member, "public_key") == wanted; });
}

Json node_json(const Member& member) {
  return {{"name", member.node.name},
          {"public_key", to_hex(member.key.view())},
          {"p2p", member.node.p2p()},
          {"rpc", member.node.rpc()},
          {"home", member.node.home.string()}};
}

// ---- add ----

// Until the node listens and the others know it. What was made is taken back if it does not start.
Member start_member(Context& context, const KnownTestnet& net) {
  const Member member = or_throw(create_member(net.layout), "making a node");
  context.out.note("home     made in " + member.node.home.string());
  try {
    or_throw(introduce(net.layout, member), "telling the other nodes");
    ask(net, SupervisorOp::add, member.node.name);
  } catch (...) {  // whatever it is: no half of a node is left
    const Status forgotten = take_leave(net.layout, member);
    const auto asked =
        ask_supervisor(net.layout, {SupervisorOp::remove, {member.node.name}}, supervisor_patience);
    const bool is_gone = asked && (!asked->failure || asked->failure->code == "unknown_node");
    if (forgotten && is_gone) (void)discard_member(net.layout, member);
    throw;
  }
  context.out.note("node     " + member.node.name + " listens on " + member.node.p2p());
  return member;
}

CliError still_listener(CliError error, const Member& member, std::uint64_t power) {
  error.fix = member.node.name + " runs as a listener; to go on: hs validators set " +
              to_hex(member.key.view()) + " " + std::to_string(power) +
              ", to take it away: hs testnet remove " + member.node.name;
  return std::move(error).with("node", node_json(member));
}

// From listener to voter.
Json promote(Context& context, const KnownTestnet& net, const Member& member, std::uint64_t power,
             Clock::time_point deadline) {
  Source source = Source::of_testnet(net.layout, node_patience);
  Json change;
  try {
    change = change_set(source, {.operation = kv::SetValidator{.validator = member.key,
                                                               .power = Power{power},
                                                               .signature = {}},
                                 .authority_key = net.layout.authority_key(),
                                 .wait = ChangeWait::decided,
                                 .deadline = deadline,
                                 .json_errors = context.out.wants_json()});
  } catch (CliError& error) {
    throw still_listener(std::move(error), member, power);
  }
  or_throw(note_role(net.layout, member.node, /*is_listener=*/false), "noting the validator");
  context.out.note("set      " + set_change_text(change));
  return change;
}

// A node is made only where the set would take it, with the errors that the change would meet.
void require_room(const KnownTestnet& net, std::uint64_t power) {
  Source source = Source::of_testnet(net.layout, node_patience);
  const Json set = newest_set(source);
  if (!set.value("update_decided", true)) {
    throw CliError("transaction_update_undecided", ExitCode::in_use,
                   "another change of the validator set is not decided yet",
                   "it is decided by a quorum of the new set, whose members must be up",
                   "try again when `hs validators list` shows it, or add the node with --listener");
  }
  const std::uint64_t room = genesis_power_max - set.value("total_power", std::uint64_t{0});
  if (power <= room) return;
  throw CliError("transaction_unusable_set", ExitCode::usage,
                 "--power " + std::to_string(power) + " would make the total power exceed " +
                     std::to_string(genesis_power_max),
                 {}, "give at most " + std::to_string(room));
}

int testnet_add(Context& context) {
  const bool listens = context.arguments.flag("listener");
  const std::uint64_t power = context.arguments.number("power");
  if (listens && context.arguments.given("power")) {
    throw usage_error("--listener and --power exclude each other", "a listener has no vote");
  }
  const Clock::time_point deadline =
      Clock::now() + context.global.timeout.value_or(patience_default);
  KnownTestnet net = known_testnet(context, false);
  require_supervisor(net);
  const Genesis genesis = or_throw(read_genesis_file(net.layout.genesis_yaml()));
  if (!listens && !genesis.authority) {
    throw CliError("no_authority", ExitCode::usage,
                   "the genesis of " + net.record.name + " names no authority",
                   "so its validators never change", "add the node with --listener");
  }
  if (!listens) require_room(net, power);
  const StartLock lock = lock_start(net.layout.root.parent_path(), net.layout.name());

  const Member member = start_member(context, net);
  Json json = {{"schema", "hs.testnet_add/v1"},
               {"testnet", net.record.name},
               {"node", node_json(member)},
               {"role", "listener"},
               {"power", 0}};
  const auto height = await_synced(net.layout, member, deadline);
  if (!height) throw still_listener(to_cli_error(height.error()), member, power);
  context.out.note("synced   up to height " + std::to_string(*height));
  json["synced_height"] = *height;
  json["change"] = nullptr;
  json["vote"] = nullptr;
  if (!listens) {
    json["change"] = promote(context, net, member, power, deadline);
    const SeenVote vote =
        or_throw(await_vote(net.layout, member, deadline), "waiting for a vote",
                 "`hs testnet status` and `hs testnet logs " + member.node.name + "` show more");
    context.out.note("voted    for block " + std::to_string(vote.height) + " in view " +
                     std::to_string(vote.view));
    json["role"] = "validator";
    json["power"] = power;
    json["vote"] = {{"height", vote.height}, {"view", vote.view}};
  }
  if (context.out.wants_json()) {
    context.out.json(json);
  } else {
    context.out.line(member.node.name + " is a " + text_of(json, "role") + " at http://" +
                     member.node.rpc());
    context.out.note(listens ? "next: hs validators set " + to_hex(member.key.view()) + " 1"
                             : "next: hs validators list");
  }
  return to_int(ExitCode::done);
}

// ---- remove ----

// Out of the validator set, if it is in there; null if not.
Json demote(Context& context, const KnownTestnet& net, const Member& member,
            Clock::time_point deadline) {
  Source source = Source::of_testnet(net.layout, node_patience);
  const Json set = newest_set(source);
  if (!is_validator(set, member.key)) return nullptr;
  if (set.at("validators").size() == 1) {
    throw CliError("last_validator", ExitCode::usage,
                   member.node.name + " is the only validator of " + net.record.name,
                   "a chain without validators stands still for ever",
                   "`hs testnet add` another one first, or `hs testnet down --purge`");
  }
  const Json change = change_set(
      source, {.operation = kv::RemoveValidator{.validator = member.key, .signature = {}},
               .authority_key = net.layout.authority_key(),
               .wait = ChangeWait::decided,
               .deadline = deadline,
               .json_errors = context.out.wants_json()});
  or_throw(note_role(net.layout, member.node, /*is_listener=*/true), "noting the listener");
  context.out.note("set      " + set_change_text(change));
  return change;
}

int testnet_remove(Context& context) {
  const Clock::time_point deadline =
      Clock::now() + context.global.timeout.value_or(patience_default);
  KnownTestnet net = known_testnet(context, false);
  const std::string name = node_named(net.layout, context.arguments.text("NODE")).name;
  const Member member = or_throw(find_member(net.layout, name));
  require_supervisor(net);
  const StartLock lock = lock_start(net.layout.root.parent_path(), net.layout.name());
  if (net.record.nodes(net.layout).size() == 1) {
    throw CliError("last_node", ExitCode::usage,
                   member.node.name + " is the last node of " + net.record.name, {},
                   "`hs testnet down --purge` removes the testnet");
  }

  const Json change = demote(context, net, member, deadline);
  ask(net, SupervisorOp::remove, member.node.name);
  context.out.note("node     " + member.node.name + " is stopped");
  or_throw(note_removal(net.layout, member.node), "noting the removal");
  or_throw(take_leave(net.layout, member), "telling the other nodes");
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.testnet_remove/v1"},
                      {"testnet", net.record.name},
                      {"node", node_json(member)},
                      {"change", change}});
    return to_int(ExitCode::done);
  }
  context.out.line(member.node.name + " is removed");
  context.out.note("its home stays, with its key and the record of its votes: " +
                   member.node.home.string());
  context.out.note("next: hs validators list");
  return to_int(ExitCode::done);
}

}  // namespace

void add_testnet_member_commands(Registry& registry) {
  registry.add(
      {.path = "testnet add",
       .summary = "add a node to a running testnet, as a validator or a listener",
       .description =
           "Makes a key and a home, starts the node as a listener, and waits until it has caught "
           "up. Unless it is to stay one, the authority of the testnet then makes it a validator, "
           "and the command ends when a certificate holds its signature. The testnet is the one "
           "that --testnet names, default the latest.",
       .examples = {{"hs testnet add", "one more validator of power 1"},
                    {"hs testnet add --power 3 --testnet demo", "a heavier one"},
                    {"hs testnet add --listener", "follows and serves reads, and does not vote"}},
       .options = {Option::flag("--listener", "it does not vote"),
                   Option::number("--power", "P", "its weight as a validator", 1, genesis_power_max)
                       .by_default("1")},
       .run = testnet_add});
  registry.add({.path = "testnet remove",
                .summary = "take a node out of a running testnet",
                .description =
                    "Takes it out of the validator set, waits until the remaining ones have "
                    "decided that, and stops it. Its home stays. The testnet is the one that "
                    "--testnet names, default the latest.",
                .examples = {{"hs testnet remove n4", "the one that was added last"}},
                .options = {Option::positional("NODE", "which node")},
                .run = testnet_remove});
}

}  // namespace hs
