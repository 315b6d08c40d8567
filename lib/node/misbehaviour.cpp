#include "lib/node/misbehaviour.h"

#include <utility>

namespace hs {

std::optional<byzantine::Kinds> Misbehaviour::change(Instant now,
                                                     const std::function<View()>& view) {
  if (waiting_ && (!waiting_->from || *waiting_->from <= view())) {
    const MisbehaviourOrder order = *std::exchange(waiting_, std::nullopt);
    ends_.reset();
    if (order.lasts && !order.kinds.empty()) ends_ = now + *order.lasts;
    return order.kinds;
  }
  if (!ends_ || now < *ends_) return std::nullopt;
  ends_.reset();
  return byzantine::Kinds{};
}

}  // namespace hs
