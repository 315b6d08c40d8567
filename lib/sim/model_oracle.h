// Holds every honest replica to the executable model of the rules (lib/model), step by step: what
// it hears and tells is turned into the model's trace. [RELIABILITY 3, spec replay]
//   model  what a replica locks, commits, votes, proposes and enters is what the rules say
#pragma once
#include <memory>
#include <vector>

#include "lib/model/replica_model.h"
#include "lib/replica/replica.h"
#include "lib/sim/model_book.h"
#include "lib/sim/stored_facts.h"

namespace hs::sim {

class ModelOracle {
 public:
  // All arguments outlive this.
  ModelOracle(const Plan& plan, const Cast& cast, const AppKit& app, Judge& judge);

  // A process has started over `disk`, which says this.
  void on_start(NodeIndex node, const StoredFacts& facts, const ValidatorSetState& sets,
                const KvReader& disk, const std::optional<SafetyRecord>& record);
  // A step whose batch is on disk, with what the replica says of itself after it; or, if that is
  // not certain, one that shows at the next start whether it was.
  void on_step(NodeIndex node, const Input& input, const Output& output,
               const ValidatorSetState& sets, const ReplicaStatus& status, bool is_certain);

 private:
  struct Unsure {
    std::vector<model::Fact> facts;
    model::Holdings holdings;
  };
  struct Watched {
    std::unique_ptr<model::ReplicaModel> replica;
    // The sets last held, and what they are for the model.
    ValidatorSetPtr committed;
    ValidatorSetPtr previous;
    model::Holdings holdings;
    std::optional<Unsure> unsure;
  };
  [[nodiscard]] std::unique_ptr<model::ReplicaModel> without_past(NodeIndex node);
  // Is what the step left what the disk has?
  [[nodiscard]] static bool has_happened(const Unsure& step, const model::Holdings& found,
                                         const KvReader& disk);
  void hear(const FromPeer& from);
  void hear(const PublicKey& origin, model::Source source, const model::CertificatePtr& heard);
  void tell(const Event& event, const Output& output);
  void tell_proposal(const event::Propose& proposed, const Output& output);
  static void hold_sets(Watched& watched, const ValidatorSetState& sets);
  void report(NodeIndex node, const std::optional<model::Mismatch>& mismatch);

  const Plan& plan_;
  const Cast& cast_;
  Judge& judge_;
  ModelBook book_;
  std::vector<std::unique_ptr<Watched>> nodes_;
  std::vector<model::Fact> facts_;  // of the step at hand
};

}  // namespace hs::sim
