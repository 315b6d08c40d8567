#include "cli/command.h"
#include "cli/source.h"
#include "cli/views.h"
#include "lib/base/limits.h"

namespace hs {
namespace {

int validators_list(Context& context) {
  const auto at = context.arguments.find_number("at");
  Source source = Source::of(context);
  const nlohmann::ordered_json set =
      source.get("/v1/validators" + (at ? "?height=" + std::to_string(*at) : ""));
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

}  // namespace

void add_validators_commands(Registry& registry) {
  registry.group("validators", "who may vote, and with which weight");
  registry.add(
      {.path = "validators list",
       .summary = "the validators, their powers and the quorum",
       .examples = {{"hs validators list", "the committed set of the latest testnet"},
                    {"hs validators list --at 100", "as it was at height 100"}},
       .options = {Option::number("--at", "H", "the set in force at height H", 0, number_max)},
       .run = validators_list});
}

}  // namespace hs
