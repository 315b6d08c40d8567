#include "lib/sim/scenario_words.h"

#include <charconv>

namespace hs::sim {

Words words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  Words words;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(" \t\r", at)) != std::string_view::npos) {
    const std::size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
    words.emplace_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

Result<std::uint64_t> number_from(std::string_view word) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) {
    return fail(Errc::bad_value, "not a number: " + std::string(word));
  }
  return number;
}

Result<Duration> duration_from(std::string_view word) {
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  HS_TRY(number, number_from(word.substr(0, digits)));
  const auto count = static_cast<std::int64_t>(number);
  const std::string_view unit = word.substr(digits);
  if (number > 1'000'000) return fail(Errc::bad_value, "too long: " + std::string(word));
  if (unit == "us") return Duration(std::chrono::microseconds(count));
  if (unit == "ms") return Duration(std::chrono::milliseconds(count));
  if (unit == "s") return Duration(std::chrono::seconds(count));
  return fail(Errc::bad_value, "not a duration: " + std::string(word));
}

Result<std::vector<std::uint64_t>> numbers_from(std::string_view word) {
  std::vector<std::uint64_t> numbers;
  while (true) {
    const std::size_t comma = word.find(',');
    HS_TRY(number, number_from(word.substr(0, comma)));
    numbers.push_back(number);
    if (comma == std::string_view::npos) return numbers;
    word.remove_prefix(comma + 1);
  }
}

}  // namespace hs::sim
