#include "lib/kvapp/execute.h"

#include <bit>
#include <cstdint>
#include <string>

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/base/overloaded.h"
#include "lib/kvapp/set_changes.h"

namespace hs::kv {
namespace {

// What must never enter a state: it differs between replicas. For a planted bug.
Bytes address_of(const AppView* state) {
  return to_bytes(std::to_string(std::bit_cast<std::uintptr_t>(state)));
}

}  // namespace

std::optional<Bytes> BlockExecution::current(const Bytes& full_key) const {
  const auto written = updates_.inserts.find(full_key);
  if (written != updates_.inserts.end()) return written->second;
  if (updates_.deletes.contains(full_key)) return std::nullopt;
  return state_->get(full_key);
}

Outcome BlockExecution::apply(const Operation& operation) {
  return std::visit(Overloaded{
                        [&](const Put& put) {
                          updates_.insert(user_key(put.key), put.value);
                          if (HS_MUTATE(M44))
                            updates_.insert(user_key(put.key), address_of(state_));
                          return Outcome::applied;
                        },
                        [&](const Delete& erased) {
                          updates_.erase(user_key(erased.key));
                          return Outcome::applied;
                        },
                        [&](const CompareAndSet& cas) {
                          const Bytes key = user_key(cas.key);
                          if (current(key) != cas.expected) return Outcome::failed;
                          updates_.insert(key, cas.value);
                          return Outcome::applied;
                        },
                        [&](const SetValidator& set) { return change_set(set); },
                        [&](const RemoveValidator& remove) { return change_set(remove); },
                    },
                    operation);
}

// A set may have changed since the pool took the change, so one that does not fit any more is part
// of the block and does nothing.
Outcome BlockExecution::change_set(const Operation& operation) {
  HS_CHECK(!set_updates_.has_value());
  if (!changed_set(state_->committed_validators(), operation)) return Outcome::failed;
  set_updates_ = updates_of(operation);
  return Outcome::applied;
}

}  // namespace hs::kv
