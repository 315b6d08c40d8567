// What one step of a replica looks like from outside: what it heard, what it then told, in its
// order, and what it holds after it. [hs-protocol 3A, 10]
#pragma once
#include <variant>

#include "lib/model/validators.h"

namespace hs::model {

// ---- heard: the input of the step ----
enum class Source : std::uint8_t {
  justify,     // of a Proposal or Nudge of the current view or a later one
  advance,     // an AdvanceView
  timeout,     // the highest TC in a TimeoutVote
  collected,   // made of votes
  other,       // a NewView, a late Proposal, block sync: moves no view before it is applied
  advertised,  // AdvertisePC: a hint where to ask, never applied
};
struct HeardCertificate {
  Source source;
  Key origin;
  CertificatePtr certificate;
};
struct HeardOffer {  // a Proposal or a Nudge
  Key origin;
  View view = 0;
  Hash block;
  CertificatePtr justify;
  bool is_nudge = false;
  bool is_faithful = false;  // its origin is known to keep the rules
  BlockPtr content;          // of a faithful Proposal; its data are what it says of them
};
struct HeardVote {
  Key origin;
  View view = 0;
  Hash block;
  Phase phase = Phase::generic;
};
struct HeardTimeoutVote {
  Key origin;
  View view = 0;
};

// ---- told: the events of the step ----
struct TookOffer {
  Key origin;
  View view = 0;
  Hash block;
  CertificatePtr justify;  // of a nudge; null for a Proposal
};
struct Inserted {
  BlockPtr block;
};
struct RaisedHighest {
  CertificatePtr pc;
};
struct MovedLock {
  CertificatePtr pc;
};
struct Committed {
  Hash block;
  Height height = 0;
  View view = 0;
};
struct ToldUpdate {  // of the validator set, by the block just committed
  Hash block;
};
struct RaisedHighestTimeout {
  CertificatePtr tc;
};
struct Collected {
  CertificatePtr certificate;
};
struct Voted {
  View view = 0;
  Hash block;
  Phase phase = Phase::generic;
  Key recipient;
};
struct TimedOut {
  View view = 0;
};
struct SentTimeoutVote {
  View view = 0;
};
struct Advanced {
  CertificatePtr certificate;
};
struct Entered {
  View view = 0;
  Key leader;
};
struct Offered {  // a Proposal or a Nudge of its own
  View view = 0;
  Hash block;
  Height height = 0;       // of a Proposal
  CertificatePtr justify;  // of the new block, or of the nudge
  bool is_nudge = false;
};
struct Refused {  // a message of that peer, or it banned the peer
  Key origin;
};
struct Halted {};  // it has seen a fork, and its work is done [S57]

using Fact =
    std::variant<HeardCertificate, HeardOffer, HeardVote, HeardTimeoutVote, TookOffer, Inserted,
                 RaisedHighest, MovedLock, Committed, ToldUpdate, RaisedHighestTimeout, Collected,
                 Voted, TimedOut, SentTimeoutVote, Advanced, Entered, Offered, Refused, Halted>;

// ---- held: what it says of itself after the step, or what its disk says before a start ----
struct Holdings {
  View entered = 0;
  std::optional<View> voted;
  View highest = 0;
  View locked = 0;
  std::optional<View> highest_timeout;
  std::optional<Height> committed;
  Sets sets;  // of sets that are equal, the same object where it can be had
};

// The voting record beside the store. [HS-SAFE]
struct Promises {
  std::optional<View> voted;
  View locked = 0;
  Hash locked_block;
};

// Where the replica and the rules part.
struct Mismatch {
  std::string rule;  // section of hs-protocol(7)
  std::string what;
  View view = 0;  // that the replica was in
  Hash block;     // zero if it is about none
};

}  // namespace hs::model
