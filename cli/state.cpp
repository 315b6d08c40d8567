#include "cli/command.h"
#include "cli/error.h"
#include "cli/source.h"
#include "cli/views.h"
#include "lib/base/hex.h"
#include "lib/rpc/client.h"

namespace hs {
namespace {

constexpr std::uint64_t page_max = 1000;
constexpr std::size_t cell_max = 48;  // two of them stay below 100 columns

int state_get(Context& context) {
  std::string key = context.arguments.text("KEY");
  if (context.arguments.flag("hex")) key = to_string(or_throw(from_hex(key), "reading KEY"));
  Source source = Source::of(context);
  nlohmann::ordered_json value;
  try {
    value = source.get("/v1/state/" + percent_encode(key));
  } catch (CliError& error) {
    if (error.exit != ExitCode::not_found) throw;
    throw CliError("key_not_found", ExitCode::not_found,
                   "the key " + context.arguments.text("KEY") + " has no value", "",
                   "see what there is: hs state list");
  }
  if (context.out.wants_json()) {
    context.out.json(value);
    return 0;
  }
  context.out.data(bytes_text(value, "value") + "\n");
  return 0;
}

// Follows the pages until `limit` entries are there; the answer has the shape of one page.
nlohmann::ordered_json list_all(Source& source, const std::string& prefix, std::uint64_t limit) {
  nlohmann::ordered_json all;
  std::string after;
  do {
    const std::uint64_t have = all.is_null() ? 0 : all["entries"].size();
    nlohmann::ordered_json page =
        source.get("/v1/state?limit=" + std::to_string(std::min(limit - have, page_max)) +
                   "&prefix=" + percent_encode(prefix) + (after.empty() ? "" : "&after=" + after));
    after = page["next_after"].is_string() ? page["next_after"].get<std::string>() : "";
    if (all.is_null()) {
      all = std::move(page);
    } else {
      for (auto& entry : page["entries"]) all["entries"].push_back(std::move(entry));
      all["next_after"] = page["next_after"];
    }
  } while (!after.empty() && all["entries"].size() < limit);
  return all;
}

int state_list(Context& context) {
  const std::string prefix = context.arguments.find("PREFIX").value_or("");
  Source source = Source::of(context);
  const nlohmann::ordered_json state = list_all(source, prefix, context.arguments.number("limit"));
  if (context.out.format() == OutputFormat::jsonl) {
    for (const auto& entry : state["entries"]) context.out.json(entry);
    return 0;
  }
  if (context.out.wants_json()) {
    context.out.json(state);
    return 0;
  }
  // A terminal cuts them itself; in a pipe a line is to stay one that can be read.
  const bool cuts = context.out.format() == OutputFormat::table && !context.out.data_is_terminal();
  const auto cell = [&](const nlohmann::ordered_json& entry, const char* field) {
    const std::string text = bytes_cell(entry, field);
    return cuts ? cut_middle(text, cell_max) : text;
  };
  Table table({{.title = "KEY", .shrink = true}, {.title = "VALUE", .shrink = true}});
  for (const auto& entry : state["entries"]) table.add({cell(entry, "key"), cell(entry, "value")});
  context.out.table(table);
  if (state["next_after"].is_string()) {
    context.out.note("there are more entries: raise --limit, or give a longer PREFIX");
  }
  return 0;
}

}  // namespace

void add_state_commands(Registry& registry) {
  registry.group("state", "the replicated key-value state, as committed");
  registry.add({.path = "state get",
                .summary = "the committed value of a key",
                .description = "Prints the bytes of the value and a newline. A key without a value "
                               "exits 3.",
                .examples = {{"hs state get hello", "world"},
                             {"hs state get hello --json", "with the height it stands at"},
                             {"hs state get 00ff --hex", "a key that is no text"}},
                .options = {Option::positional("KEY", "the key, as text"),
                            Option::flag("--hex", "KEY is given in hex")},
                .run = state_get});
  registry.add({.path = "state list",
                .summary = "keys and values, in the order of the keys",
                .examples = {{"hs state list", "everything"},
                             {"hs state list user/ -n 10", "the first ten that begin with user/"},
                             {"hs state list -o plain | cut -f1", "keys alone"}},
                .options = {Option::positional("PREFIX", "only keys that begin so").optional(),
                            Option::number("--limit,-n", "N", "at most N entries", 1, 1'000'000)
                                .by_default("1000")},
                .run = state_list});
}

}  // namespace hs
