// What a strategy is: it sees what goes into an honest replica and what comes out, and changes what
// leaves. Pure like the replica: chance is a seeded generator, time an argument.
#pragma once
#include <memory>
#include <set>

#include "lib/base/rng.h"
#include "lib/byzantine/kind.h"
#include "lib/byzantine/memory.h"
#include "lib/replica/io.h"
#include "lib/replica/replica.h"

namespace hs::byzantine {

// Bytes that are sent as they are, in place of a message's encoding.
struct RawSend {
  Recipient to;
  std::shared_ptr<const Bytes> bytes;
  std::string_view kind;  // of the message it was made from, or "noise"
};

// One step as a strategy sees it, after the honest replica has made it.
struct Scene {
  Instant now;
  const ReplicaConfig& config;
  const SecretKey& key;
  const Replica& honest;
  const std::set<PublicKey>& peers;  // connected
  const Memory& memory;              // of everything up to this step
  Rng& rng;
  bool is_beat = false;  // the interval of beat() has passed
  // What will leave. Sends to all and to oneself reach the honest replica, too.
  std::vector<Send>& sends;
  std::vector<RawSend>& raw;

  [[nodiscard]] const PublicKey& me() const { return key.public_key(); }
  [[nodiscard]] View view() const { return view_; }
  // A connected peer; none if there is none.
  [[nodiscard]] std::optional<PublicKey> draw_peer();
  // Whoever may collect votes of `view`: its next two leaders, of every set that takes part.
  [[nodiscard]] std::set<PublicKey> collectors(View view) const;

  void send(const Recipient& to, Message message);
  void vote(View view, const Hash& block, Phase phase, const Recipient& to);
  [[nodiscard]] PhaseVote signed_vote(View view, const Hash& block, Phase phase) const;
  [[nodiscard]] TimeoutVote signed_timeout(View view) const;
  // One send to each connected peer and to oneself in place of each send to all, so that each can
  // be treated on its own.
  void split();

  View view_;
};

class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual void act(Scene& scene, const Input& input) = 0;
  // How often it wants to act although nothing happens; none: never.
  [[nodiscard]] virtual std::optional<Duration> beat(const ReplicaConfig&) const {
    return std::nullopt;
  }
};

// Null for honest.
[[nodiscard]] std::unique_ptr<Strategy> make_strategy(Kind kind);

}  // namespace hs::byzantine
