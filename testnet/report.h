// What a supervisor tells whoever started it, one JSON line each, through a pipe: how the start
// goes on, and after it every end of a node, as long as somebody reads.
#pragma once
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hs {

struct Report {
  enum class Kind {
    spawned,  // a process was started
    ready,    // its node listens
    up,       // every node of the start is ready
    exited,   // a node ended by itself
    failed,   // a node ended before it was ready: the supervisor takes everything down and ends
  };
  Kind kind = Kind::up;
  std::string node;
  pid_t pid = 0;
  std::string end;               // "exit 6"; of exited and failed
  std::vector<std::string> log;  // last lines of its log; of failed
};
[[nodiscard]] std::string encode(const Report& report);             // without newline
[[nodiscard]] Result<Report> decode_report(std::string_view line);  // bad_value

}  // namespace hs
