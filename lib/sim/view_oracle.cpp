#include "lib/sim/view_oracle.h"

#include <string>

namespace hs::sim {

void ViewOracle::end_step(NodeIndex node, std::optional<View> entered) {
  if (!entered || *entered <= entered_[node]) return;
  const View before = entered_[node];
  entered_[node] = *entered;
  // The last epoch-change view below the one entered; the earlier ones are covered by it.
  const View passed{(entered->value - 1) / epoch_length_ * epoch_length_};
  if (passed < before) return;
  if (certificates_.highest_view() >= passed) return;
  judge_.violate("I29", node, "enters view " + std::to_string(entered->value) +
                                  " although nothing certifies the epoch-change view " +
                                  std::to_string(passed.value));
}

}  // namespace hs::sim
