#include "lib/byzantine/kind.h"

#include <algorithm>

namespace hs::byzantine {
namespace {

constexpr std::string_view no_strategy = "none";
constexpr std::size_t shown_bytes_max = 32;  // of a name that is none, in an error

}  // namespace

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

std::string to_text(const Kinds& several) {
  if (several.empty()) return std::string(no_strategy);
  std::string text;
  for (const Kind kind : several) {
    if (!text.empty()) text += ',';
    text += name_of(kind);
  }
  return text;
}

Result<Kinds> kinds_from(std::string_view text) {
  Kinds found;
  if (text == no_strategy) return found;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = text.substr(0, comma);
    const auto kind = kind_from(name);
    if (!kind || *kind == Kind::honest) {
      return fail(Errc::bad_value, "no strategy is called \"" +
                                       std::string(name.substr(0, shown_bytes_max)) +
                                       "\"; there are " + all_names());
    }
    if (std::ranges::count(found, *kind) != 0) {
      return fail(Errc::bad_value, std::string(name) + " stands twice");
    }
    found.push_back(*kind);
    if (comma == text.size()) return found;
    text.remove_prefix(comma + 1);
  }
}

std::string all_names() {
  std::string names;
  for (const Kind kind : kinds) {
    if (kind == Kind::honest) continue;
    if (!names.empty()) names += ' ';
    names += name_of(kind);
  }
  return names;
}

}  // namespace hs::byzantine
