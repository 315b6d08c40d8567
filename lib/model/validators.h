// A validator set by the words of the protocol: the list of leaders written out, and a quorum as
// more than two thirds. [hs-protocol 2, 4.6]
#pragma once
#include <cstddef>
#include <string>

#include "lib/model/values.h"

namespace hs::model {

__extension__ typedef unsigned __int128 Power;  // sums of powers

struct Member {
  Key key;
  std::uint64_t power = 0;
  friend bool operator==(const Member&, const Member&) = default;
};

class Set {
 public:
  // Members in any order; powers small enough to write one cycle of leaders down.
  explicit Set(std::vector<Member> members);

  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  [[nodiscard]] bool contains(const Key& key) const { return power_of(key) > 0; }
  [[nodiscard]] std::uint64_t power_of(const Key& key) const;  // 0 for a stranger
  [[nodiscard]] Power total() const { return cycle_.size(); }
  [[nodiscard]] bool is_quorum(Power power) const { return 3 * power > 2 * total(); }  // 2.2
  // Round r lists the members of power r or more; the rounds one after the other. [4.6]
  [[nodiscard]] const Key& leader(View view) const;
  [[nodiscard]] Set with(const Updates& updates) const;
  // Of the members in filled slots; none if there are not as many slots as members. [1.8]
  [[nodiscard]] std::optional<Power> power_in(const std::vector<bool>& slots) const;

  friend bool operator==(const Set& a, const Set& b) { return a.members_ == b.members_; }

 private:
  std::vector<Member> members_;     // ascending by key
  std::vector<std::size_t> cycle_;  // whose turn it is, view after view
};
using SetPtr = std::shared_ptr<const Set>;

// The four values of 2.4.
struct Sets {
  SetPtr committed;
  SetPtr previous;
  std::optional<Height> update_height;
  bool decided = true;

  [[nodiscard]] bool is_validator(const Key& key) const;                 // 3.2
  [[nodiscard]] bool is_proposer(const Key& key, View view) const;       // 3.2
  [[nodiscard]] const Set& voters(Phase justify) const;                  // 3.2
  [[nodiscard]] const Key& vote_recipient(View view, Phase vote) const;  // 3.2
};

// Whoever keeps the signatures: are all filled slots of this certificate signed by the members of
// this set that the slots belong to? Asked only if the number of slots fits.
class Signatures {
 public:
  virtual ~Signatures() = default;
  [[nodiscard]] virtual bool all_verify(const Certificate& certificate, const Set& set) = 0;
};

}  // namespace hs::model
