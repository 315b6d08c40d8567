// The ways to misbehave, by name. Networks must keep their promises while replicas of at most a
// third of the power do any of these. [RELIABILITY 3]
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hs::byzantine {

enum class Kind {
  honest,
  silent,         // receives and never sends
  crash_late,     // honest for a while, then dies in the middle of a broadcast
  equivocate,     // as a leader, sends different blocks to different peers, and votes for each
  double_vote,    // votes for every proposal, whatever it locked or voted before
  withhold_vote,  // votes seldom, and to one collector only
  selective,      // everything it sends reaches some of its peers only
  hide_pc,        // gives the newest certificates to one peer
  stale,          // sends old certificates and old messages again
  future_spam,    // floods its peers with messages of views to come
  key_spam,       // floods them with signed votes for blocks that nobody knows
  garbage,        // sends cut, flipped, overlong and random bytes
  mutate,         // changes one field of a message here and there
  lying_sync,     // answers those who ask for blocks with lies, and boasts of its height
  wrong_chain,    // speaks of another chain
  old_set,        // goes on voting when it is in the set no more
};
inline constexpr std::array kinds{
    Kind::honest,      Kind::silent,   Kind::crash_late, Kind::equivocate,
    Kind::double_vote, Kind::withhold_vote, Kind::selective, Kind::hide_pc,
    Kind::stale,       Kind::future_spam, Kind::key_spam, Kind::garbage,
    Kind::mutate,      Kind::lying_sync, Kind::wrong_chain, Kind::old_set};

// "withhold-vote": as the command line and reports spell it.
[[nodiscard]] std::string_view name_of(Kind kind);
[[nodiscard]] std::optional<Kind> kind_from(std::string_view name);

// Several at a time: each works on what those before it leave of the messages. Empty: honest.
using Kinds = std::vector<Kind>;
// "equivocate,garbage"; "none" for an honest one.
[[nodiscard]] std::string to_text(const Kinds& several);
// Of such a text. Error: bad_value, naming the strategy that is unknown or stands twice.
[[nodiscard]] Result<Kinds> kinds_from(std::string_view text);
// All names but that of the honest one, separated by blanks: for help texts and errors.
[[nodiscard]] std::string all_names();

}  // namespace hs::byzantine
