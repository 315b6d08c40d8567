// hs debug: to look at what a node sends and stores.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/decoded.h"
#include "cli/error.h"
#include "cli/input_bytes.h"

namespace hs {
namespace {

// Text as it is, unless it could play tricks with the terminal; everything else as in JSON.
std::string leaf_text(const Json& leaf) {
  const bool is_plain =
      leaf.is_string() && std::ranges::none_of(leaf.get_ref<const std::string&>(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      });
  return is_plain ? leaf.get<std::string>() : to_line(leaf);
}

// One line a value, indented by depth; lists number their items.
void print_tree(Printer& out, const Json& value, const std::string& indent) {
  std::size_t index = 0;
  for (const auto& [key, item] : value.items()) {
    const std::string name = value.is_array() ? "[" + std::to_string(index++) + "]" : key;
    const bool is_branch = item.is_structured();
    if (!is_branch) {
      out.line(indent + name + ": " + leaf_text(item));
    } else if (item.empty()) {
      out.line(indent + name + ": none");
    } else {
      out.line(indent + name);
      print_tree(out, item, indent + "  ");
    }
  }
}

int decode(Context& context) {
  const Bytes bytes = input_bytes(context.arguments.text("INPUT"));
  const std::string kind = context.arguments.text("as");
  const Decoded decoded = kind == "auto"
                              ? or_throw(decode_any(bytes), "",
                                         "if you know what it is, say so to learn where it "
                                         "breaks: --as message")
                              : or_throw(decode_as(kind, bytes), "not a " + kind);
  if (context.out.wants_json()) {
    context.out.json({{"schema", "hs.decoded/v1"},
                      {"kind", decoded.kind},
                      {"bytes", bytes.size()},
                      {"value", decoded.value}});
  } else {
    context.out.line(context.out.paint(Paint::bold, decoded.kind) + "  (" +
                     std::to_string(bytes.size()) + " bytes)");
    print_tree(context.out, decoded.value, "  ");
  }
  return to_int(ExitCode::done);
}

std::vector<std::string> kind_choices() {
  std::vector<std::string> choices{"auto"};
  choices.insert(choices.end(), decodable_kinds().begin(), decodable_kinds().end());
  return choices;
}

}  // namespace

void add_debug_commands(Registry& registry) {
  registry.group("debug", "look at bytes");
  registry.add(
      {.path = "debug decode",
       .summary = "what a message, block, certificate or transaction says",
       .description =
           "Takes hex digits, or a file that holds hex digits or the bytes themselves, or '-' for "
           "standard input. Decoding is as strict as a node's: bytes that no encoder writes are "
           "refused. Signatures are shown, not checked.",
       .examples = {{"hs debug decode message.bin", "a message that was captured to a file"},
                    {"hs debug decode --as pc - < certificate.hex", "a certificate, from a pipe"},
                    {"hs debug decode 070000000000000005000000000000000100000000",
                     "a timeout certificate of view 5 with one empty slot, typed by hand"}},
       .options = {Option::positional("INPUT", "hex digits, a file, or '-'"),
                   Option::choice("--as", kind_choices(), "what the bytes are").by_default("auto")},
       .run = decode});
}

}  // namespace hs
