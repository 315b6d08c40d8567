// repro.json: a shrunk run of hs sim as a file.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "lib/base/result.h"
#include "lib/sim/repro.h"

namespace hs {

// {"schema":"hs.sim_repro/v1",...}: hs-sim(1) has the members.
[[nodiscard]] nlohmann::ordered_json repro_to_json(const sim::Repro& repro);
// Errc::malformed and what is wrong where. Files may come from anybody: every node, number and word
// is checked before a run could trip over it.
[[nodiscard]] Result<sim::Repro> repro_from_json(const std::string& text);

}  // namespace hs
