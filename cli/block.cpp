#include "cli/block_tree.h"
#include "cli/command.h"
#include "cli/error.h"
#include "cli/source.h"
#include "cli/views.h"
#include "lib/base/limits.h"
#include "lib/rpc/client.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t page_max = 100;
constexpr Duration wait_default = std::chrono::seconds(30);
// An idle chain makes an empty block several times a second; without any for so long, the stream is
// looked after by its heartbeat.
constexpr std::chrono::milliseconds silence_max{20'000};

CliError block_not_found(const std::string& selector, const std::string& why) {
  return CliError("block_not_found", ExitCode::not_found, "there is no block " + selector, why,
                  "wait for it with --wait, or see what there is: hs block tree")
      .with("selector", selector);
}

// None where the node has no such block.
std::optional<Json> find_block(Source& source, const std::string& selector, std::string& why) {
  try {
    return source.get("/v1/blocks/" + percent_encode(selector));
  } catch (const CliError& error) {
    if (error.exit != ExitCode::not_found) throw;
    why = error.message;
    return std::nullopt;
  }
}

Json wait_for_block(Context& context, Source& source, const std::string& selector) {
  const auto deadline =
      std::chrono::steady_clock::now() + context.global.timeout.value_or(wait_default);
  std::optional<Json> block;
  std::string why;
  source.stream("/v1/events?type=InsertBlock,UpdateHighestPC,CommitBlock", silence_max,
                [&](const std::string&) {
                  block = find_block(source, selector, why);
                  return !block && std::chrono::steady_clock::now() < deadline;
                });
  if (block) return *block;
  throw CliError("timed_out", ExitCode::timed_out, "there is still no block " + selector, why,
                 "wait longer with --timeout");
}

void print_block(Context& context, const Json& block) {
  Table table({{.title = "FIELD"}, {.title = "VALUE", .shrink = true}});
  for (const char* field : {"height", "hash", "parent", "data_hash", "view"}) {
    table.add({field, text_of(block, field)});
  }
  table.add({"proposer", proposer_of(block)});
  const std::string confirmations = text_of(block, "confirmations");
  table.add({"status", mark_of(block) + " " + text_of(block, "status") + ", " + confirmations +
                           (confirmations == "1" ? " confirmation" : " confirmations")});
  table.add({"signers", signers_text(block).empty() ? "-" : signers_text(block)});
  const Json& justify = block["justify"];
  table.add({"justify", text_of(justify, "phase") + ", view " + text_of(justify, "view") +
                            ", power " + text_of(justify, "power")});
  table.add({"transactions", std::to_string(block["transactions"].size())});
  for (const Json& transaction : block["transactions"]) {
    const std::string text = transaction_text(transaction);  // holds a key of up to 1 KiB
    const bool cuts = context.out.format() == OutputFormat::table;
    table.add({"  " + short_hash(text_of(transaction, "id")), cuts ? cut_middle(text, 80) : text});
  }
  if (!block["validator_set_updates"].is_null()) {
    table.add({"set updates", text_of(block["validator_set_updates"], "status")});
  }
  context.out.table(table);
}

int block_get(Context& context) {
  const std::string selector = context.arguments.text("SEL");
  Source source = Source::of(context);
  std::string why;
  std::optional<Json> block = find_block(source, selector, why);
  if (!block && context.arguments.flag("wait")) block = wait_for_block(context, source, selector);
  if (!block) throw block_not_found(selector, why);
  if (context.out.wants_json()) context.out.json(*block);
  else print_block(context, *block);
  return 0;
}

// Follows the pages of the node, newest first.
Json list_blocks(Context& context, Source& source) {
  const std::uint64_t limit = context.arguments.number("limit");
  const std::uint64_t from = context.arguments.find_number("from").value_or(0);
  std::optional<std::uint64_t> to = context.arguments.find_number("to");
  Json all;
  while (true) {
    const std::uint64_t have = all.is_null() ? 0 : all["blocks"].size();
    Json page = source.get("/v1/blocks?from=" + std::to_string(from) +
                           (to ? "&to=" + std::to_string(*to) : "") +
                           "&limit=" + std::to_string(std::min(limit - have, page_max)));
    if (page["next"].is_number_unsigned()) to = page["next"].get<std::uint64_t>();
    const bool is_last = !page["next"].is_number_unsigned();
    if (all.is_null()) {
      all = std::move(page);
    } else {
      for (Json& block : page["blocks"]) all["blocks"].push_back(std::move(block));
      all["next"] = page["next"];
    }
    if (is_last || all["blocks"].size() >= limit) return all;
  }
}

int block_list(Context& context) {
  Source source = Source::of(context);
  const Json answer = list_blocks(context, source);
  if (context.out.format() == OutputFormat::jsonl) {
    for (const Json& block : answer["blocks"]) context.out.json(block);
    return 0;
  }
  if (context.out.wants_json()) {
    context.out.json(answer);
    return 0;
  }
  Table table({{.title = ""},
               {.title = "HEIGHT", .right = true},
               {.title = "HASH", .shrink = true},
               {.title = "VIEW", .right = true},
               {.title = "PROPOSER"},
               {.title = "SIGNERS"},
               {.title = "TX", .right = true},
               {.title = "STATUS"}});
  for (const Json& block : answer["blocks"]) {
    table.add({mark_of(block), text_of(block, "height"), text_of(block, "hash"),
               text_of(block, "view"), proposer_of(block), signers_text(block),
               std::to_string(block["transactions"].size()), text_of(block, "status")});
  }
  context.out.table(table);
  return 0;
}

// One line for each block as it is committed, until the user or --timeout ends it.
int follow_commits(Context& context, Source& source) {
  const auto ends = [&]() -> std::optional<std::chrono::steady_clock::time_point> {
    if (!context.global.timeout) return std::nullopt;
    return std::chrono::steady_clock::now() + *context.global.timeout;
  }();
  const Painter paint = [&](Paint color, std::string_view text) {
    return context.out.paint(color, text);
  };
  source.stream("/v1/events?type=CommitBlock", silence_max, [&](const std::string& line) {
    const Json event = Json::parse(line, nullptr, false);
    if (event.is_discarded() || !event.contains("block")) return false;
    Json block = source.get("/v1/blocks/" + text_of(event, "block"));
    if (context.out.wants_json()) {
      context.out.json(block);
    } else {
      block["transactions"] = block["transactions"].size();
      const Json single = {{"blocks", Json::array({block})}};
      for (const std::string& text : tree_lines(single, paint)) context.out.line(text);
    }
    return !ends || std::chrono::steady_clock::now() < *ends;
  });
  return 0;
}

int block_tree(Context& context) {
  Source source = Source::of(context);
  const Json tree =
      source.get("/v1/tree?depth=" + std::to_string(context.arguments.number("depth")));
  if (context.arguments.flag("dot")) {
    context.out.data(tree_dot(tree));
    return 0;
  }
  const bool follows = context.arguments.flag("follow");
  if (context.out.wants_json()) {
    context.out.json(tree);
    return follows ? follow_commits(context, source) : 0;
  }
  const Painter paint = [&](Paint color, std::string_view text) {
    return context.out.paint(color, text);
  };
  for (const std::string& line : tree_lines(tree, paint)) context.out.line(line);
  if (tree["blocks"].empty()) context.out.note("there is no block yet");
  else context.out.note(tree_legend());
  return follows ? follow_commits(context, source) : 0;
}

}  // namespace

void add_block_commands(Registry& registry) {
  registry.group(
      "block", "blocks and the block tree",
      "A block is named by a selector: head (the newest), committed, locked, highest (of "
      "the highest certificate), genesis, a height, v:VIEW (certified in that view), or "
      "the beginning of its hash; ~N behind any of them is its N-th ancestor.");
  registry.add({.path = "block get",
                .summary = "one block with its certificate and transactions",
                .examples = {{"hs block get committed", "the newest committed block"},
                             {"hs block get head~2", "the grandparent of the newest block"},
                             {"hs block get v:812 --json", "for scripts"},
                             {"hs block get 100 --wait", "as soon as there is one"}},
                .options = {Option::positional("SEL", "which block"),
                            Option::flag("--wait", "wait until there is such a block")},
                .run = block_get});
  registry.add({.path = "block list",
                .summary = "blocks, newest first",
                .examples = {{"hs block list -n 5", "the five newest"},
                             {"hs block list --from 10 --to 20", "a range of heights"},
                             {"hs block list -o jsonl | jq .hash", "one object a line"}},
                .options = {Option::number("--from", "H", "not below height H", 0, number_max),
                            Option::number("--to", "H", "not above height H", 0, number_max),
                            Option::number("--limit,-n", "N", "at most N blocks", 1, 100'000)
                                .by_default("20")},
                .run = block_list});
  registry.add(
      {.path = "block tree",
       .summary = "the newest part of the block tree, drawn",
       .description = "One line a block: mark, height, hash, view, proposer, who signed (in the "
                      "order of `hs validators list`), transactions. Marks: ● committed, "
                      "◉ two confirmations, ◎ one, ○ none, ✗ abandoned.",
       .examples = {{"hs block tree --depth 6", "the three-chain"},
                    {"hs block tree --follow", "go on with a line for each commit"},
                    {"hs block tree --dot | dot -Tsvg > tree.svg", "as a graph"}},
       .options = {Option::number("--depth", "N", "the N topmost heights", 1, 200).by_default("12"),
                   Option::flag("--follow,-f", "print each block as it is committed"),
                   Option::flag("--dot", "as a Graphviz graph")},
       .run = block_tree});
}

}  // namespace hs
