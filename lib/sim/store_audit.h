// A node's whole store, read from its bytes when a run is over: what cannot be seen from one write.
//   I12  every block's parent is stored, one height below; first blocks justify the genesis PC
//   I13  justifies are Generic or Decide: Decide exactly above a block with updates
//   I14  heights are filled from 0 to the committed one, each block on the one below
//   I16  every block is in the list of its parent, once; below the committed one it is alone there
//   I17  app updates wait for uncommitted blocks only
//   I19  nothing is left of a block that is pruned
//   I20  the locked block is stored, on the committed chain or above its tip
//   I21  the block of the highest PC is stored
#pragma once
#include <functional>

#include "lib/sim/violation.h"
#include "lib/store/store.h"

namespace hs::sim {

// Shows every entry of a store, in any order.
using WalkStore = std::function<void(const KvReader::Visitor& visit)>;

void audit_store(NodeIndex node, const WalkStore& walk, Judge& judge);

}  // namespace hs::sim
