// When a node does what it was told to do wrong: at once or from a view on, for a time or until
// told otherwise. Only says when; the engine's wrapper does it. [ARCHITECTURE 5]
#pragma once
#include <functional>
#include <optional>

#include "lib/base/time.h"
#include "lib/byzantine/kind.h"
#include "lib/types/scalars.h"

namespace hs {

struct MisbehaviourOrder {
  byzantine::Kinds kinds;         // empty: honest
  std::optional<View> from;       // none: at once
  std::optional<Duration> lasts;  // then honest again; none: until the next order
};

// One thread.
class Misbehaviour {
 public:
  // Replaces an order that still waits for its view. What goes on meanwhile goes on until then.
  void order(MisbehaviourOrder order) { waiting_ = std::move(order); }
  // What the node is to do from now on, if that changes now. `view` is asked only if it matters.
  [[nodiscard]] std::optional<byzantine::Kinds> change(Instant now,
                                                       const std::function<View()>& view);
  // When time alone changes something; none: never.
  [[nodiscard]] std::optional<Instant> next_deadline() const { return ends_; }

 private:
  std::optional<MisbehaviourOrder> waiting_;
  std::optional<Instant> ends_;
};

}  // namespace hs
