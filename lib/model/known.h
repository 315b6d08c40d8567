// What has come to a replica since its start, as far as rules ask for it. A process that dies takes
// it along.
#pragma once
#include <deque>
#include <unordered_map>

#include "lib/model/trace.h"

namespace hs::model {

struct Sighting {
  CertificatePtr certificate;
  bool moves_view = false;  // heard from where it may end a view at once
};

class Known {
 public:
  void add(const CertificatePtr& certificate, bool moves_view);
  // Certificates of that view; empty if there are none.
  [[nodiscard]] const std::vector<Sighting>& of_view(View view) const;
  [[nodiscard]] bool contains(const CertificatePtr& certificate) const;
  // The first for which `accepts` says yes; null if it does for none.
  template <class Question>
  [[nodiscard]] CertificatePtr find(Question accepts) const {
    for (const View view : order_) {
      for (const Sighting& each : of_view(view)) {
        if (accepts(each.certificate)) return each.certificate;
      }
    }
    return nullptr;
  }

  void add(const HeardOffer& offer) { offers_[offer.view].push_back(offer); }
  void add(const HeardVote& vote);
  void add(const HeardTimeoutVote& vote) { timeout_votes_[vote.view].insert(vote.origin); }
  // Null if nothing of the kind has come.
  [[nodiscard]] const HeardOffer* offer(const TookOffer& taken) const;
  [[nodiscard]] bool has_vote(const Key& origin, const Certificate& pc) const;
  [[nodiscard]] bool has_timeout_vote(const Key& origin, View view) const;
  // Messages of views below are of no use any more.
  void enter(View view);

 private:
  std::unordered_map<View, std::vector<Sighting>> sightings_;
  Sighting latest_;         // most certificates come several times in a row
  std::deque<View> order_;  // of views in the order in which they were first heard of
  std::map<View, std::vector<HeardOffer>> offers_;
  std::map<View, std::vector<HeardVote>> votes_;
  std::map<View, std::set<Key>> timeout_votes_;
};

}  // namespace hs::model
