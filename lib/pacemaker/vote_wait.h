// How long a replica waits for a certificate of the view it voted in before it sends its vote to
// the leader after next as well. [PROTOCOL S47]
#pragma once
#include <deque>
#include <optional>

#include "lib/base/time.h"
#include "lib/types/scalars.h"

namespace hs {

class VoteWait {
 public:
  explicit VoteWait(Duration view_timeout) : view_timeout_(view_timeout) {}

  // min(T/4, max(20 ms, 8 * median of the last 15 waits)); T/4 until five waits are known.
  [[nodiscard]] Duration wait() const;

  void voted(View view, Instant now) { open_ = Open{view, now}; }
  // A certificate of `view` has been seen: that ends the wait of a vote in it or before it.
  void saw_certificate(View view, Instant now);

 private:
  struct Open {
    View view;
    Instant since;
  };
  Duration view_timeout_;
  std::deque<Duration> samples_;
  std::optional<Open> open_;
};

}  // namespace hs
