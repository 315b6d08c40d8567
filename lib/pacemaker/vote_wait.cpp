#include "lib/pacemaker/vote_wait.h"

#include <algorithm>
#include <vector>

namespace hs {
namespace {

constexpr std::size_t samples_max = 15;
constexpr std::size_t samples_min = 5;
constexpr Duration wait_min = milliseconds(20);

}  // namespace

Duration VoteWait::wait() const {
  const Duration longest = view_timeout_ / 4;
  if (samples_.size() < samples_min) return longest;
  std::vector<Duration> sorted(samples_.begin(), samples_.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return std::min(longest, std::max(wait_min, 8 * *middle));
}

void VoteWait::saw_certificate(View view, Instant now) {
  if (!open_ || view < open_->view) return;
  samples_.push_back(now - open_->since);
  if (samples_.size() > samples_max) samples_.pop_front();
  open_.reset();
}

}  // namespace hs
