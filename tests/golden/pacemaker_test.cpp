// pacemaker.json: epochs, and the reference's deadline grid.
#include "lib/pacemaker/timing.h"
#include "tests/golden/vectors.h"
#include "tests/support/catch.h"

namespace hs::test {

TEST_CASE("epochs are the reference's", "[golden]") {
  const auto file = load_vectors("pacemaker.json");
  if (!file) return;
  for (const Json& row : file->at("epochs")) {
    const auto epoch_length = row.at("epoch_length").get<std::uint32_t>();
    INFO("pacemaker.json: epochs of length " << epoch_length);
    const Json& epochs = row.at("epoch_of_views_0_to_50");
    Json change_views = Json::array();
    for (std::uint64_t v = 0; v < epochs.size(); ++v) {
      CAPTURE(v);
      CHECK(epoch_of(View{v}, epoch_length) == number(epochs[v]));
      CHECK(last_view_of_epoch(View{v}, epoch_length).value == number(epochs[v]) * epoch_length);
      if (is_epoch_change_view(View{v}, epoch_length)) change_views.push_back(v);
    }
    CHECK(change_views == row.at("epoch_change_views_0_to_50"));
  }
}

TEST_CASE("the reference's deadline grid is reproduced", "[golden][S49]") {
  const auto file = load_vectors("pacemaker.json");
  if (!file) return;
  for (const Json& row : file->at("deadlines")) {
    const auto epoch_length = row.at("epoch_length").get<std::uint32_t>();
    const View start{number(row.at("start_view"))};
    const auto view_timeout = milliseconds(row.at("max_view_time_ms").get<std::int64_t>());
    INFO("pacemaker.json: deadlines from view " << start.value << ", epoch length " << epoch_length
                                                << ", T " << view_timeout.count() << " ms");
    const DeadlineGrid grid{.t0 = Instant{}, .first = start};
    Json deadlines = Json::array();
    for (View view = start; view <= last_view_of_epoch(start, epoch_length); view = next(view)) {
      const Instant deadline = reference_deadline(grid, view, view_timeout);
      const auto wait = std::chrono::duration_cast<milliseconds>(deadline - grid.t0);
      deadlines.push_back(Json::array({view.value, wait.count()}));
    }
    CHECK(deadlines == row.at("deadline_ms_after_start"));
  }
}

}  // namespace hs::test
