// The newest latencies, for a figure on a status line and in metrics.
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <vector>

namespace hs {

class LatencyWindow {
 public:
  using Duration = std::chrono::steady_clock::duration;

  void add(Duration latency) {
    samples_[next_ % samples_.size()] = latency;
    ++next_;
  }
  [[nodiscard]] std::size_t size() const { return std::min(next_, samples_.size()); }
  // The sample that `percent` of the window do not exceed; none while it is empty.
  [[nodiscard]] std::optional<Duration> percentile(unsigned percent) const {
    if (size() == 0) return std::nullopt;
    std::vector<Duration> sorted(samples_.begin(),
                                 samples_.begin() + static_cast<std::ptrdiff_t>(size()));
    const std::size_t rank = (size() - 1) * percent / 100;
    std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(rank));
    return sorted[rank];
  }

 private:
  std::array<Duration, 1024> samples_{};
  std::size_t next_ = 0;
};

}  // namespace hs
