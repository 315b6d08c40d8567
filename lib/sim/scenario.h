// Scripts that tell one story, line by line; what is checked after every step of any run is checked
// here too. At the end of each the network heals, every node runs, and all must reach a newly
// committed block within the bound of G10.
//
//   replicas 4 [listeners 1]     first; then any of these, before anything happens:
//     powers 1,1,1,3    epoch 10    idle 50ms    delay 5ms    seed 7    close 500ms
//     absent 2,3                 not started with the others at time 0
//   start 3    crash 2 [power|hole|prefix]    crash all    restart 2    pause 1    resume 1
//   crash 2 before_write|before_record|before_send|after_send    in the next step that has such a
//   point cut 0                        from everybody, both ways         cut 0 -> 1,2    one way
//   partition 0,1 | 2,3          a node in two groups is a bridge
//   mute 1 -> 2,3 Proposal       messages of one kind
//   heal                         all links whole, nothing muted
//   submit 1 increment           an operation for node 1, or for all
//   load all 5ms                 one after the other from now on, that often
//   run 2s    run until view 12  (of any node, within 120 s)
//   mark                         remembers how many blocks are committed
//   expect view|commits|number|locked|pc|voted NODES =|>=|<=|>|< NUMBER|mark|mark+NUMBER
//
// NODES: 0,2 or all (those that run). `commits` counts committed blocks; `number` is the app's
// counter.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/sim/world.h"

namespace hs::sim {

struct ScenarioFailure {
  std::size_t line = 0;  // counted from 1; the line after the last for the ending
  std::string what;
};

// None if everything held. A line that makes no sense is a failure too.
[[nodiscard]] std::optional<ScenarioFailure> run_scenario(std::string_view script,
                                                          const TraceSink& trace = nullptr);

}  // namespace hs::sim
