#include "cli/parse.h"

#include "cli/error.h"
#include "cli/help.h"
#include "tests/support/catch.h"

namespace hs {
namespace {

Registry registry_for_tests() {
  Registry registry;
  registry.group("state", "the state");
  registry.group("tx", "transactions");
  const auto nothing = [](Context&) { return 0; };
  registry.add({.path = "state get",
                .summary = "one value",
                .examples = {{"hs state get hello", "the value of hello"}},
                .options = {Option::positional("KEY", "which key")},
                .run = nothing});
  registry.add({.path = "tx put",
                .summary = "set a value",
                .options = {Option::positional("KEY", "key"), Option::positional("VALUE", "value"),
                            Option::number("--limit,-n", "N", "at most", 1, 100).by_default("20"),
                            Option::choice("--wait", {"none", "committed"}, "what for"),
                            Option::text("--tag", "TEXT", "marks").repeated(),
                            Option::text("--secret", "TEXT", "nobody's business").hidden(),
                            Option::duration("--for", "how long"),
                            Option::flag("--force,-f", "in any case")},
                .run = nothing});
  registry.add({.path = "tx send",
                .summary = "several",
                .options = {Option::text("--file", "FILE", "from where").required(),
                            Option::positional("REST", "the rest").optional().repeated()},
                .run = nothing});
  registry.add({.path = "peers", .summary = "connections", .run = nothing});
  return registry;
}

Invocation parsed(const std::vector<std::string>& words, const Environment& environment = {}) {
  static const Registry registry = registry_for_tests();
  return parse_command_line(registry, words, environment);
}

CliError refusal(const std::vector<std::string>& words, const Environment& environment = {}) {
  try {
    (void)parsed(words, environment);
  } catch (const CliError& error) {
    CHECK(error.exit == ExitCode::usage);
    return error;
  }
  FAIL("not refused");
  return usage_error("unreachable");
}

TEST_CASE("a word that names another command is still an argument", "[cli]") {
  CHECK(parsed({"state", "get", "tx"}).arguments.text("KEY") == "tx");
  CHECK(parsed({"state", "get", "state"}).arguments.text("KEY") == "state");
  const auto put = parsed({"tx", "put", "put", "peers"});
  CHECK(put.arguments.text("KEY") == "put");
  CHECK(put.arguments.text("VALUE") == "peers");
}

TEST_CASE("brackets, commas and dashes in arguments arrive as they were written", "[cli]") {
  CHECK(parsed({"tx", "put", "k", "[1,2]"}).arguments.text("VALUE") == "[1,2]");
  CHECK(parsed({"tx", "put", "--", "k", "-5"}).arguments.text("VALUE") == "-5");
  CHECK(parsed({"tx", "put", "k", ""}).arguments.text("VALUE").empty());
  CHECK(parsed({"tx", "put", "/k", "a=b"}).arguments.text("KEY") == "/k");
  const auto send = parsed({"tx", "send", "--file", "x", "[a]", "b,c", "-"});
  CHECK(send.arguments.texts("REST") == std::vector<std::string>{"[a]", "b,c", "-"});
}

TEST_CASE("global options stand before the group, the verb and the arguments", "[cli]") {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--json", "state", "get", "k"},
        {"state", "--json", "get", "k"},
        {"state", "get", "--json", "k"},
        {"state", "get", "k", "--json"},
        {"state", "get", "k", "-ojson"},
        {"state", "get", "k", "--output=json"}}) {
    CHECK(parsed(words).global.printer.format == OutputFormat::json);
  }
}

TEST_CASE("a flag beats the environment, and the environment beats nothing", "[cli]") {
  const Environment environment{.home = "/e", .testnet = "e", .rpc = "", .output = "plain"};
  const auto without = parsed({"peers"}, environment);
  CHECK(without.global.home->value == "/e");
  CHECK_FALSE(without.global.home->by_flag);
  CHECK_FALSE(without.global.rpc.has_value());
  CHECK(without.global.printer.format == OutputFormat::plain);
  const auto with = parsed({"peers", "--home", "/f", "-o", "jsonl"}, environment);
  CHECK(with.global.home->value == "/f");
  CHECK(with.global.home->by_flag);
  CHECK(with.global.printer.format == OutputFormat::jsonl);
  refusal({"peers"}, {.home = "", .testnet = "", .rpc = "", .output = "xml"});
}

TEST_CASE("defaults count as values but not as given", "[cli]") {
  const auto put = parsed({"tx", "put", "k", "v"});
  CHECK(put.arguments.number("limit") == 20);
  CHECK_FALSE(put.arguments.given("limit"));
  CHECK_FALSE(put.arguments.find("wait").has_value());
  CHECK_FALSE(put.arguments.flag("force"));
  CHECK(put.arguments.texts("tag").empty());
}

TEST_CASE("a repeated option keeps every value, another one the last", "[cli]") {
  const auto put =
      parsed({"tx", "put", "k", "v", "--tag", "a", "--tag", "b", "-n", "1", "-n", "2"});
  CHECK(put.arguments.texts("tag") == std::vector<std::string>{"a", "b"});
  CHECK(put.arguments.number("limit") == 2);
  CHECK(parsed({"peers", "-v", "-v"}).global.printer.verbosity == 2);
  CHECK(parsed({"peers", "-vv"}).global.printer.verbosity == 2);
}

TEST_CASE("numbers out of range, bad durations and unknown choices are refused", "[cli]") {
  for (const std::string value :
       {"0", "101", "-1", "+1", "1.5", "", " 1", "0x1", "1e3", "99999999999999999999"}) {
    INFO(value);
    refusal({"tx", "put", "k", "v", "--limit=" + value});
  }
  for (const std::string value : {"1", "s", "1 s", "-1s", "1.5s", "1d", "99999999h"}) {
    INFO(value);
    refusal({"tx", "put", "k", "v", "--for=" + value});
  }
  const auto choice = refusal({"tx", "put", "k", "v", "--wait", "comitted"});
  CHECK(choice.why == "did you mean committed?");
  CHECK(parsed({"tx", "put", "k", "v", "--for", "250ms"}).arguments.duration("for") ==
        milliseconds(250));
}

TEST_CASE("a missing argument is named", "[cli]") {
  CHECK(refusal({"tx", "put", "k"}).message == "VALUE is missing");
  CHECK(refusal({"tx", "send"}).message == "--file is missing");
  CHECK(refusal({"state", "get", "k", "more"}).message == "unexpected argument 'more'");
  CHECK(refusal({"peers", "--home"}).message == "--home wants a value");
  CHECK(refusal({"tx"}).message == "`hs tx` wants a verb");
}

TEST_CASE("mistyped words are answered with near ones", "[cli]") {
  CHECK(refusal({"stae", "get"}).why == "did you mean state?");
  CHECK(refusal({"tx", "putt", "k", "v"}).why == "did you mean put?");
  CHECK(refusal({"tx", "put", "--limt", "3", "k", "v"}).why == "did you mean --limit?");
  CHECK(refusal({"peers", "--jsno"}).why == "did you mean --json?");
  CHECK(refusal({"completelyelse"}).why.empty());
  // What is hidden is not suggested.
  CHECK(refusal({"tx", "put", "k", "v", "--secre", "x"}).why.empty());
}

TEST_CASE("a flag takes no value", "[cli]") {
  refusal({"tx", "put", "k", "v", "--force=no"});
  refusal({"peers", "--json=1"});
}

TEST_CASE("help is found on every level and needs no arguments", "[cli]") {
  CHECK(parsed({}).want == Invocation::Want::help);
  CHECK(parsed({"--help"}).want == Invocation::Want::help);
  CHECK(parsed({"tx", "-h"}).path == "tx");
  CHECK(parsed({"tx", "put", "--help"}).path == "tx put");
  CHECK(parsed({"--version"}).want == Invocation::Want::version);
}

TEST_CASE("whoever asks for JSON gets errors in JSON, also where parsing failed", "[cli]") {
  CHECK(asks_for_json({"x", "--json"}, {}));
  CHECK(asks_for_json({"-o", "jsonl"}, {}));
  CHECK(asks_for_json({"-ojson"}, {}));
  CHECK(asks_for_json({"--output=json"}, {}));
  CHECK_FALSE(asks_for_json({"x"}, {}));
  CHECK_FALSE(asks_for_json({"--", "--json"}, {}));
  const Environment environment{.home = "", .testnet = "", .rpc = "", .output = "json"};
  CHECK(asks_for_json({"x"}, environment));
  CHECK_FALSE(asks_for_json({"x", "-o", "table"}, environment));
}

TEST_CASE("help shows what a command takes, but not what is hidden", "[cli]") {
  const Registry registry = registry_for_tests();
  const std::string text = help_text(registry, "tx put");
  CHECK(text.find("Usage: hs tx put KEY VALUE [OPTIONS]") != std::string::npos);
  CHECK(text.find("-n, --limit N") != std::string::npos);
  CHECK(text.find("(default 20)") != std::string::npos);
  CHECK(text.find("--wait none|committed") != std::string::npos);
  CHECK(text.find("secret") == std::string::npos);
  CHECK(help_text(registry, "state get").find("hs state get hello") != std::string::npos);
  CHECK(help_text(registry, "tx").find("several") != std::string::npos);
  CHECK(help_text(registry, "").find("peers") != std::string::npos);
}

}  // namespace
}  // namespace hs
