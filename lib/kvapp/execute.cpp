#include "lib/kvapp/execute.h"

#include "lib/base/overloaded.h"

namespace hs::kv {

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
                    },
                    operation);
}

}  // namespace hs::kv
