// Runs in which keys are used twice, disks put back, or bits of them flip.
#pragma once
#include "lib/sim/world.h"

namespace hs::sim {

// Schedules what the plan says of a disk that is put back.
void plan_amnesia(World& world);
// Schedules what the plan says of a disk whose bits flip.
void plan_rot(World& world);
// From now on messages of a view pass as the plan's partition of that view lets them; what has no
// view goes by the view that its sender is in. Everybody gets work of its own.
void partition_by_view(World& world);
// Two halves of the network build a history each, then meet: every honest node must stop. What
// breaks by the fork itself is expected, all else is not.
void run_fork(World& world);

}  // namespace hs::sim
