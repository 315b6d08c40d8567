// hs events: what a node tells while it runs.
#include <unistd.h>

#include <chrono>

#include "cli/command.h"
#include "cli/error.h"
#include "cli/event_line.h"
#include "cli/source.h"
#include "lib/base/limits.h"
#include "lib/rpc/client.h"
#include "lib/rpc/encoding.h"

namespace hs {
namespace {

// A stream that is silent sends an empty line every 15 s; without that the node hangs or is gone.
constexpr std::chrono::seconds stream_silence_max{60};
constexpr std::uint64_t recent_max = 512;

void print_event(Context& context, const nlohmann::ordered_json& event) {
  if (context.out.wants_json()) {
    context.out.line(to_line(event));
  } else {
    const std::string line = event_line(event);
    const std::size_t width = terminal_width(STDOUT_FILENO);
    context.out.line(width == 0 ? line : cut_middle(line, width));
  }
}

// Until the limit, --timeout or Ctrl-C; the end of the node is an error.
int follow(Context& context, Source& source, const std::string& types) {
  const auto limit = context.arguments.find_number("limit");
  const auto began = std::chrono::steady_clock::now();
  const auto patience = context.global.timeout;
  std::chrono::milliseconds silence = stream_silence_max;
  if (patience)
    silence = std::min(silence, std::chrono::ceil<std::chrono::milliseconds>(*patience));
  std::uint64_t printed = 0;
  bool in_time = true;
  const auto on_line = [&](const std::string& line) {
    print_event(context, nlohmann::ordered_json::parse(line));
    ++printed;
    in_time = !patience || std::chrono::steady_clock::now() - began < *patience;
    return in_time && (!limit || printed < *limit);
  };
  source.stream("/v1/events" + (types.empty() ? "" : "?type=" + types), silence, on_line);
  if (!in_time && (!limit || printed < *limit)) {
    throw CliError("timed_out", ExitCode::timed_out, "the time given by --timeout is over", "",
                   "give a longer one, or none to go on until Ctrl-C");
  }
  return to_int(ExitCode::done);
}

int events(Context& context) {
  const std::string types = percent_encode(context.arguments.find("type").value_or(""));
  Source source = Source::of(context);
  if (context.arguments.flag("follow")) return follow(context, source, types);
  const std::uint64_t limit = context.arguments.find_number("limit").value_or(recent_max);
  const auto recent =
      source.get_live("/v1/events/recent?limit=" + std::to_string(std::min(limit, recent_max)) +
                      (types.empty() ? "" : "&type=" + types));
  for (const auto& event : recent["events"]) print_event(context, event);
  return to_int(ExitCode::done);
}

}  // namespace

void add_events_commands(Registry& registry) {
  registry.add(
      {.path = "events",
       .summary = "what a running node tells: proposals, votes, certificates, commits",
       .description =
           "Prints the newest events that the node remembers, oldest first, and ends; with "
           "--follow those that happen from now on, until Ctrl-C. A node that is not running "
           "remembers none; its files hold blocks and evidence, but no events.",
       .examples = {{"hs events --follow --node n2", "one line an event, as it happens"},
                    {"hs events --type Equivocation,InvalidMessage,BanPeer",
                     "did anybody misbehave lately?"},
                    {"hs events -f --type CommitBlock --json | jq .height", "JSON lines"}},
       .options = {Option::flag("--follow,-f", "go on with what happens from now on"),
                   Option::text("--type", "NAME,...",
                                "only events of these types; see hs-events(1)"),
                   Option::number("--limit,-n", "N", "end after N events", 1, number_max)},
       .run = events});
}

}  // namespace hs
