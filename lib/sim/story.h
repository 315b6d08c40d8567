// What a run looks like from above, for a picture of it: who sent what to whom, and what became of
// it; who entered which view, committed, died.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "lib/sim/violation.h"
#include "lib/types/scalars.h"

namespace hs::sim {

struct Story {
  struct Arrow {
    NodeIndex from = 0;
    NodeIndex to = 0;
    std::string_view kind;  // name_of(Message)
    Instant sent;
    std::optional<Instant> arrives;  // none: lost on the way
  };
  struct Mark {
    enum class Kind { view, commit, fault };
    Kind kind = Kind::fault;
    NodeIndex node = 0;
    Instant at;
    std::uint64_t number = 0;  // of the view, or of the height that is committed
    std::string text;          // of a fault
  };
  // The newest; older ones are dropped.
  static constexpr std::size_t kept_max = 20'000;

  void add(const Arrow& arrow) {
    arrows.push_back(arrow);
    if (arrows.size() > kept_max) arrows.pop_front();
  }
  void add(Mark mark) {
    marks.push_back(std::move(mark));
    if (marks.size() > kept_max) marks.pop_front();
  }

  std::deque<Arrow> arrows;  // in order of sending
  std::deque<Mark> marks;    // in order of time
};

}  // namespace hs::sim
