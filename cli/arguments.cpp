#include "cli/arguments.h"

#include "cli/values.h"
#include "lib/base/check.h"

namespace hs {

const Arguments::Entry& Arguments::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  HS_CHECK(found != entries_.end());
  return found->second;
}

bool Arguments::given(const std::string& name) const { return entry(name).given; }

std::optional<std::string> Arguments::find(const std::string& name) const {
  const Entry& found = entry(name);
  if (found.values.empty()) return std::nullopt;
  return found.values.back();  // written twice: the last one counts
}

std::optional<std::uint64_t> Arguments::find_number(const std::string& name) const {
  const auto value = find(name);
  if (!value) return std::nullopt;
  const auto number = parse_number(*value);
  HS_CHECK(number.has_value());
  return *number;
}

std::optional<Duration> Arguments::find_duration(const std::string& name) const {
  const auto value = find(name);
  if (!value) return std::nullopt;
  const auto duration = parse_duration(*value);
  HS_CHECK(duration.has_value());
  return *duration;
}

std::string Arguments::text(const std::string& name) const {
  const auto value = find(name);
  HS_CHECK(value.has_value());
  return *value;
}

std::uint64_t Arguments::number(const std::string& name) const {
  const auto value = find_number(name);
  HS_CHECK(value.has_value());
  return *value;
}

Duration Arguments::duration(const std::string& name) const {
  const auto value = find_duration(name);
  HS_CHECK(value.has_value());
  return *value;
}

const std::vector<std::string>& Arguments::texts(const std::string& name) const {
  return entry(name).values;
}

void Arguments::declare(const std::string& name, bool was_given, std::vector<std::string> values) {
  entries_[name] = Entry{was_given, std::move(values)};
}

}  // namespace hs
