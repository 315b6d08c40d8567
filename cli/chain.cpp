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
    table.add({field, text_of(value)});
  }
  context.out.table(table);
  context.out.detail("asked " + source.name());
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
}

}  // namespace hs
