#include "cli/command.h"
#include "cli/source.h"
#include "cli/views.h"

namespace hs {
namespace {

int peers(Context& context) {
  Source source = Source::of(context);
  const nlohmann::ordered_json answer = source.get_live("/v1/peers");
  if (context.out.wants_json()) {
    context.out.json(answer);
    return 0;
  }
  Table table({{.title = "NAME"},
               {.title = "PUBLIC KEY", .shrink = true},
               {.title = "ADDRESS"},
               {.title = "STATE"},
               {.title = "SENT", .right = true},
               {.title = "RECEIVED", .right = true},
               {.title = "QUEUED", .right = true}});
  std::size_t connected = 0;
  std::vector<std::string> reasons;
  for (const auto& peer : answer["peers"]) {
    const bool is_up = peer.value("connected", false);
    connected += is_up ? 1 : 0;
    table.add({text_of(peer, "name"), text_of(peer, "public_key"), text_of(peer, "address"),
               is_up ? text_of(peer, "direction") : "down", text_of(peer, "sent_bytes"),
               text_of(peer, "received_bytes"), text_of(peer, "queued_bytes")});
    if (const std::string why = text_of(peer, "down_reason"); why != "-") {
      const std::string name = text_of(peer, "name");  // none before it was up for the first time
      reasons.push_back((name == "-" ? text_of(peer, "address") : name) +
                        " is down: " + printable(why));
    }
  }
  context.out.table(table);
  for (const std::string& reason : reasons) context.out.note(reason);
  context.out.note(text_of(answer, "name") + " is connected to " + std::to_string(connected) +
                   " of " + std::to_string(answer["peers"].size()) + " peers");
  return 0;
}

}  // namespace

void add_peers_commands(Registry& registry) {
  registry.add({.path = "peers",
                .summary = "whom a running node is connected to",
                .examples = {{"hs peers --node n2", "of one node of the latest testnet"},
                             {"hs peers --json", "with all counters, for scripts"}},
                .run = peers});
}

}  // namespace hs
