// What is known of peers over all their connections, for people and metrics.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/net/transport.h"
#include "lib/rpc/service.h"

namespace hs {

class PeerLedger {
 public:
  // A peer that is expected: shown as not connected until it is. `name` may be empty.
  void expect(const PublicKey& peer, const std::string& name, const std::string& address);
  // A peer that is not expected any more; one that is connected is shown as long as it is.
  void forget(const PublicKey& peer) { entries_.erase(peer); }
  void up(const PublicKey& peer, const PeerInfo& info);
  // All peers that were ever expected or up, with the figures of `connected` added to those of
  // their earlier connections, and of the others why their last connection or attempt ended.
  [[nodiscard]] std::shared_ptr<const std::vector<PeerStatus>> statuses(
      const std::vector<PeerInfo>& connected, const std::map<PublicKey, PeerEnd>& last_ends);

 private:
  struct Entry {
    std::string name;
    std::string address;
    std::uint64_t connections = 0;
    PeerInfo last;                // figures of the newest connection when last looked at
    std::uint64_t bytes_out = 0;  // of the connections before it
    std::uint64_t bytes_in = 0;
    std::uint64_t dropped = 0;
  };
  std::map<PublicKey, Entry> entries_;
};

}  // namespace hs
