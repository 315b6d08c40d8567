// Who is faulty in a run, and how.
#pragma once
#include "lib/base/rng.h"
#include "lib/sim/plan.h"

namespace hs::sim {

// Validators of less than a third of the power, and at times a listener, misbehave; one of them may
// be a twin or have its disk put back.
void draw_byzantine(Rng& rng, Plan& plan);
// The validator set changes while they do, if none of them is a twin: nodes of less than a third of
// the power misbehave in each set.
void draw_changes_beside_them(Rng& rng, Plan& plan);
// As many as may be faulty flood their peers.
void draw_spammers(Rng& rng, Plan& plan);
// The tier of the disks, and at times one, of a node that may be faulty, whose bits flip.
void draw_disks(Rng& rng, Plan& plan);
// f + 1 keys are used twice, in two halves of the network that do not see each other for a while:
// each half has a quorum.
void draw_fork(Rng& rng, Plan& plan);
// Twins scenarios (Bano et al., 2021): f keys are used twice, and each of the first views has a
// partition. With four nodes and four views consecutive seeds count through all partitions into at
// most two groups, seed 1 first; otherwise partitions are drawn. Requires plan.seed >= 1.
void draw_twins(Rng& rng, Plan& plan);

}  // namespace hs::sim
