#include "lib/kvapp/refusal.h"

#include "lib/base/check.h"

namespace hs::kv {

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::malformed:
      return "malformed";
    case Refusal::too_large:
      return "too_large";
    case Refusal::wrong_chain:
      return "wrong_chain";
    case Refusal::expired:
      return "expired";
    case Refusal::too_far_ahead:
      return "too_far_ahead";
    case Refusal::duplicate:
      return "duplicate";
    case Refusal::committed:
      return "committed";
    case Refusal::pool_full:
      return "pool_full";
    case Refusal::client_full:
      return "client_full";
    case Refusal::no_authority:
      return "no_authority";
    case Refusal::unauthorised:
      return "unauthorised";
    case Refusal::update_undecided:
      return "update_undecided";
    case Refusal::unknown_validator:
      return "unknown_validator";
    case Refusal::unchanged:
      return "unchanged";
    case Refusal::unusable_set:
      return "unusable_set";
  }
  HS_CHECK(false);
}

std::unexpected<Refused> refuse(Refusal reason, std::string what) {
  return std::unexpected(Refused{reason, std::move(what)});
}

}  // namespace hs::kv
