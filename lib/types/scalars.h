// The numbers of the protocol, each a type of its own. [PROTOCOL 1.2]
#pragma once
#include "lib/base/strong.h"
#include "lib/base/uint128.h"

namespace hs {

using ChainId = Strong<struct ChainIdTag>;  // identity of a block tree; part of every statement
using Height = Strong<struct HeightTag>;    // genesis block has 0
using View = Strong<struct ViewTag>;        // starts at 0
using Power = Strong<struct PowerTag>;      // voting weight of one validator
using TotalPower = Uint128;                 // sum of powers of a set

}  // namespace hs
