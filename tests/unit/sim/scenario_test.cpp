#include "lib/sim/scenario.h"

#include "lib/sim/scenario_words.h"
#include "tests/support/catch.h"

namespace hs::sim {
namespace {

std::size_t failing_line(const std::string& script) {
  const auto failure = run_scenario(script);
  return failure ? failure->line : 0;
}

TEST_CASE("a scenario whose expectations hold passes", "[sim][scenario]") {
  CHECK(failing_line("# a comment\nreplicas 4\nsubmit all increment\nrun 3s\n"
                     "expect number all = 1\nexpect commits all > 3\nmark\n"
                     "expect commits 0 <= mark+1\n") == 0);
}

TEST_CASE("an expectation that does not hold names its line and the value", "[sim][scenario]") {
  const auto failure = run_scenario("replicas 4\n\nexpect view 2 >= 1\nrun 1s\n");
  REQUIRE(failure.has_value());
  CHECK(failure->line == 3);
  CHECK(failure->what == "view of node 2 is 0 (>= 1 was expected)");
}

TEST_CASE("a line that makes no sense fails at its number", "[sim][scenario]") {
  for (const char* line :
       {"nonsense", "replicas 5", "epoch 10", "run", "run 3", "run 3 s", "run 3parsecs", "cut 9",
        "cut 0 -> 9", "partition 0,1", "partition 0 1", "crash 0 gently", "crash", "pause 17",
        "mute 0 -> 1", "submit 0 decrement", "expect", "expect colour 0 = 1", "expect view 0 = x",
        "expect view 0 = mark-1", "load all", "load all 0s", "run until view x", "absent 1"}) {
    INFO(line);
    CHECK(failing_line("replicas 4\nrun 1ms\n" + std::string(line) + "\n") == 3);
  }
  CHECK(failing_line("run 1s\n") == 1);
  CHECK(failing_line("replicas 0\n") == 1);
  CHECK(failing_line("# nothing\n") == 1);
}

TEST_CASE("at the end everybody is started and must agree", "[sim][scenario]") {
  CHECK(failing_line("replicas 4\nabsent 0,1,2,3\nrun 5s\nexpect commits 0 = 0\n") == 0);
}

TEST_CASE("durations and numbers are read strictly", "[sim][scenario]") {
  CHECK(duration_from("20ms") == Duration(20ms));
  CHECK(duration_from("2s") == Duration(2s));
  CHECK_FALSE(duration_from("s").has_value());
  CHECK_FALSE(duration_from("-1s").has_value());
  CHECK(numbers_from("3,1,2") == std::vector<std::uint64_t>{3, 1, 2});
  CHECK_FALSE(numbers_from("3,,2").has_value());
  CHECK_FALSE(numbers_from("").has_value());
}

}  // namespace
}  // namespace hs::sim
