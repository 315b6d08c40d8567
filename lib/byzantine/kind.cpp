#include "lib/byzantine/kind.h"

namespace hs::byzantine {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::honest: return "honest";
    case Kind::silent: return "silent";
    case Kind::crash_late: return "crash-late";
    case Kind::equivocate: return "equivocate";
    case Kind::double_vote: return "double-vote";
    case Kind::withhold_vote: return "withhold-vote";
    case Kind::selective: return "selective";
    case Kind::hide_pc: return "hide-pc";
    case Kind::stale: return "stale";
    case Kind::future_spam: return "future-spam";
    case Kind::key_spam: return "key-spam";
    case Kind::garbage: return "garbage";
    case Kind::mutate: return "mutate";
    case Kind::lying_sync: return "lying-sync";
    case Kind::wrong_chain: return "wrong-chain";
    case Kind::old_set: return "old-set";
  }
  return "";
}

std::optional<Kind> kind_from(std::string_view name) {
  for (const Kind kind : kinds) {
    if (name_of(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace hs::byzantine
