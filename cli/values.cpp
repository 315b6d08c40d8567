#include "cli/values.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace hs {
namespace {

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array<Unit, 6> units = {{{"h", std::chrono::hours(1)},
                                        {"m", std::chrono::minutes(1)},
                                        {"s", std::chrono::seconds(1)},
                                        {"ms", std::chrono::milliseconds(1)},
                                        {"us", std::chrono::microseconds(1)},
                                        {"ns", std::chrono::nanoseconds(1)}}};
constexpr Duration duration_max = std::chrono::hours(1000);

}  // namespace

Result<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, 10);
  if (error == std::errc::result_out_of_range) {
    return fail(Errc::bad_value, "'" + std::string(text) + "' is too large");
  }
  if (error != std::errc() || stop != end) {
    return fail(Errc::bad_value, "'" + std::string(text) + "' is not a whole number");
  }
  return value;
}

Result<Duration> parse_duration(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number(text.substr(0, digits));
  const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& candidate) {
    return candidate.name == text.substr(digits);
  });
  if (!number || unit == units.end()) {
    return fail(Errc::bad_value,
                "'" + std::string(text) + "' is not a duration such as 500ms, 30s or 5m");
  }
  if (*number > static_cast<std::uint64_t>(duration_max / unit->length)) {
    return fail(Errc::bad_value, "'" + std::string(text) + "' is longer than 1000h");
  }
  return unit->length * static_cast<std::int64_t>(*number);
}

std::string duration_text(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  for (const Unit& unit : units) {
    if (duration % unit.length == Duration::zero()) {
      return std::to_string(duration / unit.length) + std::string(unit.name);
    }
  }
  return std::to_string(duration.count()) + "ns";
}

}  // namespace hs
