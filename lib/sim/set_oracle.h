// Which validator sets each node holds, read from the bytes it writes, and who does what by them.
//   G6   the committed set is what the committed chain makes of the first one [I25]
//   I10  only members of the set that a vote is for cast it; only members of an active set time out
//        and advance views
//   I24  an update is undecided only between its commit and its Decide certificate
//   I26  proposals come from a leader of the set that judges the block, or that it creates
//   I27  nudges likewise
#pragma once
#include <optional>
#include <vector>

#include "lib/sim/chain_oracle.h"

namespace hs::sim {

class SetOracle {
 public:
  // All arguments outlive this.
  SetOracle(const Cast& cast, const SetBook& book, const ChainOracle& chain,
            CertificateOracle& certificates, Judge& judge);

  // After the chain oracle has seen the start.
  void on_start(NodeIndex node, const KvReader& disk);
  void on_write(NodeIndex node, const WriteBatch& batch);
  void on_send(NodeIndex node, const Message& message);
  void on_event(NodeIndex node, const Event& event);
  void end_step(NodeIndex node);

 private:
  struct Held {
    MemberSetPtr committed;
    MemberSetPtr previous;
    std::optional<Height> update_height;
    bool is_decided = true;
    bool is_new = true;  // written and not yet compared with the chain
    // Active at any time of the running step: what is sent was decided at some moment of it.
    std::vector<MemberSetPtr> active;
  };
  void read(Held& held, BytesView key, const std::optional<Bytes>& value);
  void add_active(Held& held);
  void compare(NodeIndex node, const Held& held);
  void on_vote(NodeIndex node, const PhaseVote& vote);
  void on_leader(NodeIndex node, std::string_view rule, View view, const Hash& block);
  void on_validator(NodeIndex node, const Message& message);

  const Cast& cast_;
  const SetBook& book_;
  const ChainOracle& chain_;
  CertificateOracle& certificates_;
  Judge& judge_;
  std::vector<Held> nodes_;
};

}  // namespace hs::sim
