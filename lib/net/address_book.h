// Where peers can be dialed, by how good the source is: the operator, the peer itself, hearsay. A
// lie costs wasted dials only, since whoever answers must prove the key. Bounded whatever peers
// say.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "lib/net/address.h"

namespace hs {

class AddressBook {
 public:
  // `self` is never noted.
  explicit AddressBook(const PublicKey& self) : self_(self) {}

  void configure(const PublicKey& key, const HostPort& address);
  // The peer's own word over its authenticated connection; replaces what it said before.
  void say(const PublicKey& key, const HostPort& address);
  // Another peer's word. At most two addresses a key; of keys that are neither configured nor have
  // spoken, at most known_peers_max in all, and then only `important` ones are noted.
  void hear(const PublicKey& key, const HostPort& address, bool important);
  // Its key is no longer allowed: only what the operator gave stays.
  void forget_words_of(const PublicKey& key);

  // In the order in which to try them, without repetition; empty if nothing is known.
  [[nodiscard]] std::vector<HostPort> addresses(const PublicKey& key) const;
  // What may be passed on: for each key its own word, else the operator's; no hearsay. At most
  // known_peers_max, only of keys in `keys`.
  [[nodiscard]] std::vector<PeerAddress> first_hand(const std::set<PublicKey>& keys) const;

 private:
  struct Entry {
    std::vector<HostPort> configured;
    std::optional<HostPort> said;
    std::vector<HostPort> heard;
    [[nodiscard]] bool hearsay_only() const { return configured.empty() && !said; }
  };

  PublicKey self_;
  std::map<PublicKey, Entry> entries_;
  std::size_t hearsay_keys_ = 0;  // entries with hearsay_only()
};

}  // namespace hs
