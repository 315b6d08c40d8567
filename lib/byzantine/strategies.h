// One maker a strategy; each strategy is a file of that name.
#pragma once
#include "lib/byzantine/strategy.h"

namespace hs::byzantine {

[[nodiscard]] std::unique_ptr<Strategy> make_silent();
[[nodiscard]] std::unique_ptr<Strategy> make_crash_late();
[[nodiscard]] std::unique_ptr<Strategy> make_equivocate();
[[nodiscard]] std::unique_ptr<Strategy> make_double_vote();
[[nodiscard]] std::unique_ptr<Strategy> make_withhold_vote();
[[nodiscard]] std::unique_ptr<Strategy> make_selective();
[[nodiscard]] std::unique_ptr<Strategy> make_hide_pc();
[[nodiscard]] std::unique_ptr<Strategy> make_stale();
[[nodiscard]] std::unique_ptr<Strategy> make_future_spam();
[[nodiscard]] std::unique_ptr<Strategy> make_key_spam();
[[nodiscard]] std::unique_ptr<Strategy> make_garbage();
[[nodiscard]] std::unique_ptr<Strategy> make_mutate();
[[nodiscard]] std::unique_ptr<Strategy> make_lying_sync();
[[nodiscard]] std::unique_ptr<Strategy> make_wrong_chain();
[[nodiscard]] std::unique_ptr<Strategy> make_old_set();

}  // namespace hs::byzantine
