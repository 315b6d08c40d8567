#include <algorithm>

#include "cli/command.h"
#include "cli/source.h"
#include "cli/views.h"

namespace hs {
namespace {

int chain_status(Context& context) {
  Source source = Source::of(context);
  const nlohmann::ordered_json status = source.get("/v1/status");
  if (context.out.wants_json()) {
    context.out.json(status);
    return 0;
  }
  Table table({{.title = "FIELD"}, {.title = "VALUE", .shrink = true}});
  for (const auto& [field, value] : status.items()) {
    if (field == "schema" || value.is_null()) continue;
    if (value.is_array() && value.empty()) continue;
    std::string label = field;
    std::ranges::replace(label, '_', ' ');
    table.add({std::move(label), text_of(value)});
  }
  context.out.table(table);
  context.out.detail("asked " + source.name());
  return 0;
}

int chain_evidence(Context& context) {
  Source source = Source::of(context);
  const nlohmann::ordered_json answer = source.get("/v1/evidence");
  if (context.out.format() == OutputFormat::jsonl) {
    for (const auto& pair : answer["evidence"]) context.out.json(pair);
    return 0;
  }
  if (context.out.wants_json()) {
    context.out.json(answer);
    return 0;
  }
  if (!answer["fork"].is_null()) {
    const auto& fork = answer["fork"];
    const auto side = [&](const char* which) {
      const auto& pc = fork[which];
      return short_hash(text_of(pc, "block")) + " (" + text_of(pc, "phase") + ", view " +
             text_of(pc, "view") + ")";
    };
    context.out.line("FORK: " + printable(text_of(fork, "why")) + ": " + side("ours") + " and " +
                     side("theirs") + "; --json has both certificates");
  }
  if (answer["evidence"].empty()) {
    context.out.note("no conflicting votes were seen by " + source.name());
    return 0;
  }
  Table table({{.title = "SIGNER"},
               {.title = "PUBLIC KEY", .shrink = true},
               {.title = "VIEW", .right = true},
               {.title = "PHASE"},
               {.title = "BLOCK"},
               {.title = "AND BLOCK"}});
  for (const auto& pair : answer["evidence"]) {
    const auto& first = pair["first"];
    const auto& second = pair["second"];
    table.add({printable(text_of(pair, "name")), text_of(pair, "signer"), text_of(first, "view"),
               text_of(first, "phase"), short_hash(text_of(first, "block")),
               short_hash(text_of(second, "block"))});
  }
  context.out.table(table);
  return 0;
}

}  // namespace

void add_chain_commands(Registry& registry) {
  registry.group("chain", "the chain as one node sees it");
  registry.add(
      {.path = "chain status",
       .summary = "view, leader, committed height and certificates of a node",
       .description =
           "Asks one node (--rpc, --testnet and --node, or --home), by default the first running "
           "node of the latest testnet. A dead node's home is read from its files: its view is "
           "then the highest it had entered.",
       .examples = {{"hs chain status", "of the latest testnet"},
                    {"hs chain status --node n2 --json", "of one node, for scripts"},
                    {"hs chain status --home ~/.local/share/hs/node", "live or from the files"}},
       .run = chain_status});
  registry.add({.path = "chain evidence",
                .summary = "conflicting votes and forks that a node has seen",
                .description =
                    "A node that has seen two certificates which cannot both be stops for good, "
                    "and its files show them. Each pair of votes is proof against its signer: "
                    "two different ones in one view, with both signatures (--json shows them). "
                    "A node keeps a bounded number of pairs, of every signer the first, over "
                    "restarts too.",
                .examples = {{"hs chain evidence", "what a node of the latest testnet has seen"},
                             {"hs chain evidence --home ~/n0 --json",
                              "with the signatures, live or from "
                              "the files"}},
                .run = chain_evidence});
}

}  // namespace hs
