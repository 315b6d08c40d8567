#include "cli/event_line.h"

#include <algorithm>

#include "cli/views.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t hash_digits = 64;
constexpr std::size_t signature_digits = 128;
// "2026-01-31T12:00:00.123Z": the time of day of it.
constexpr std::size_t clock_start = 11;
constexpr std::size_t clock_length = 12;

bool is_hex(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string brief(const Json& value) {
  const std::string text = printable(text_of(value));
  const bool is_long = text.size() == hash_digits || text.size() == signature_digits;
  return is_long && is_hex(text) ? short_hash(text) : text;
}

void add_fields(std::string& line, const Json& object) {
  for (const auto& [name, value] : object.items()) {
    if (name == "schema" || name == "time" || name == "event" || name == "signature") continue;
    line += " " + printable(name);
    if (value.is_object()) {
      line += ":";
      add_fields(line, value);
    } else {
      line += " " + brief(value);
    }
  }
}

}  // namespace

std::string event_line(const Json& event) {
  const std::string time = text_of(event, "time");
  std::string line = time.size() > clock_start ? time.substr(clock_start, clock_length) : time;
  line += " " + printable(text_of(event, "event"));
  add_fields(line, event);
  return line;
}

}  // namespace hs
