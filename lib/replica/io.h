// What goes into a replica and what comes out of it. [ARCHITECTURE 4]
#pragma once
#include <optional>
#include <variant>
#include <vector>

#include "lib/base/time.h"
#include "lib/replica/safety_record.h"
#include "lib/store/store.h"
#include "lib/types/events.h"
#include "lib/types/messages.h"

namespace hs {

// ---- in ----
struct Tick {};  // next_deadline() has come
// `bytes` is the size of the encoded message, by which buffers are accounted. A message to oneself
// comes back as a FromPeer with the own key.
struct FromPeer {
  PublicKey origin;
  MessagePtr message;
  std::size_t bytes = 0;
};
struct PeerUp { PublicKey peer; };
struct PeerDown { PublicKey peer; };
struct WorkAvailable {};  // the app may have something to propose now
using Input = std::variant<Tick, FromPeer, PeerUp, PeerDown, WorkAvailable>;

// ---- out ----
struct ToAll {};  // every connected peer, listeners included, and oneself
using Recipient = std::variant<ToAll, PublicKey>;
struct Send {
  Recipient to;
  MessagePtr message;
};

// Acted on in THIS order, by drive.h and nothing else. [S02]
struct Output {
  WriteBatch writes;                          // 1. the batch, on disk if `sync`
  bool sync = false;
  std::optional<SafetyRecord> safety_record;  // 2. then the record beside the store
  std::vector<Send> sends;                    // 3. then messages
  std::vector<Event> events;                  // 4. then tell people
};

}  // namespace hs
