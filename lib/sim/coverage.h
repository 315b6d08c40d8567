// The corners that a campaign must have been in, beyond what events and faults count by themselves.
// [RELIABILITY 3, coverage]
#pragma once
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "lib/replica/io.h"
#include "lib/replica/tally.h"
#include "lib/sim/chain_oracle.h"
#include "lib/sim/marks.h"
#include "lib/sim/plan.h"
#include "lib/types/messages.h"

namespace hs::sim {

class Coverage {
 public:
  // The cast, the chain and the marks outlive this.
  Coverage(const Cast& cast, std::uint64_t epoch_length, const ChainOracle& chain, Marks& marks)
      : cast_(cast),
        epoch_length_(epoch_length),
        chain_(chain),
        marks_(marks),
        nodes_(cast.size()) {}

  // `entered`: the view that the disk of a node says when it starts.
  void on_start(NodeIndex node, std::optional<View> entered);
  // Before the chain oracle is told of it.
  void on_send(const Message& message);
  void on_event(NodeIndex node, const Event& event);
  // A whole step, before its end; `sets` are those after it.
  void on_step(NodeIndex node, const Input& input, const Output& output,
               const ValidatorSetState& sets);
  // A process ends and has counted this.
  void on_end(const Tally& tally);
  void end_step(NodeIndex node);

 private:
  struct Seen {
    std::uint64_t commits = 0;  // in the step under way
    std::optional<View> highest_tc;
    std::optional<PhaseCertificate> highest_pc;
    std::optional<Hash> lock;         // as told since it started
    std::optional<Hash> lock_before;  // the same before the step under way
    std::set<Hash> offered;           // blocks of proposals that came in this view
    std::set<Hash> synced;            // blocks that came otherwise and wait for their commit
    bool is_from_sync = false;        // the block that was committed last
  };
  void look_at(Seen& seen, const Input& input, const Event& event);
  void on_set_change(const Seen& seen, const Hash& cause);
  // Both are known, and `lock` is not on the branch of `block`.
  [[nodiscard]] bool is_off(const Hash& block, const std::optional<Hash>& lock) const;

  const Cast& cast_;
  std::uint64_t epoch_length_;
  const ChainOracle& chain_;
  Marks& marks_;
  std::vector<Seen> nodes_;
};

// The profiles that bring all of them about between them: `hs sim fuzz --profile all`.
inline constexpr std::array marked_profiles{
    Profile::swarm, Profile::crash, Profile::partition, Profile::sync,  Profile::vsu,
    Profile::disk,  Profile::byz,   Profile::overload,  Profile::twins, Profile::clients};
// What `--require-marks` and the tests want to have seen at least once over these profiles.
[[nodiscard]] const std::vector<std::string>& required_marks();
// Those of them that a campaign has not seen.
[[nodiscard]] std::vector<std::string> missing_marks(const Marks& marks);

}  // namespace hs::sim
