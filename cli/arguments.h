// What the user wrote behind the verb, already checked against the command's options: a number is
// in its range, a duration has its unit, a choice is one of its words. Names are the long option
// without dashes ("limit"), or the positional's name ("KEY"). Asking for a name the command did not
// declare is a mistake of ours (HS_CHECK).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.h"

namespace hs {

class Arguments {
 public:
  // Was it written? A default does not count.
  [[nodiscard]] bool given(const std::string& name) const;
  // A flag; same as given().
  [[nodiscard]] bool flag(const std::string& name) const { return given(name); }

  // The value or the declared default; none if there is neither.
  [[nodiscard]] std::optional<std::string> find(const std::string& name) const;
  [[nodiscard]] std::optional<std::uint64_t> find_number(const std::string& name) const;
  [[nodiscard]] std::optional<Duration> find_duration(const std::string& name) const;

  // The same for what is required or has a default.
  [[nodiscard]] std::string text(const std::string& name) const;
  [[nodiscard]] std::uint64_t number(const std::string& name) const;
  [[nodiscard]] Duration duration(const std::string& name) const;

  // All values of a repeated option or positional, in the order written; the default counts as one.
  [[nodiscard]] const std::vector<std::string>& texts(const std::string& name) const;

  // For the parser: declares a name. `values` holds what was written, or the default.
  void declare(const std::string& name, bool was_given, std::vector<std::string> values);

 private:
  struct Entry {
    bool given = false;
    std::vector<std::string> values;
  };
  [[nodiscard]] const Entry& entry(const std::string& name) const;
  std::map<std::string, Entry> entries_;
};

}  // namespace hs
