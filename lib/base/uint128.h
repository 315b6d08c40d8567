// 128-bit arithmetic for sums and products of powers (PROTOCOL 1.2: TotalPower is u128).
#pragma once

namespace hs {
__extension__ typedef unsigned __int128 Uint128;
}
