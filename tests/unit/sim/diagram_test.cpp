#include "lib/sim/diagram.h"

#include "lib/sim/run.h"
#include "tests/support/catch.h"

namespace hs::sim {
namespace {

Story small_story() {
  Story story;
  using Kind = Story::Mark::Kind;
  story.add(
      {.kind = Kind::view, .node = 0, .at = Instant(milliseconds(1)), .number = 1, .text = {}});
  story.add(
      {.kind = Kind::view, .node = 0, .at = Instant(milliseconds(9)), .number = 2, .text = {}});
  story.add({.kind = Kind::fault, .node = 1, .at = Instant(milliseconds(12)), .text = "dies"});
  story.add({.from = 0,
             .to = 1,
             .kind = "Proposal",
             .sent = Instant(milliseconds(2)),
             .arrives = Instant(milliseconds(3))});
  story.add({.from = 1,
             .to = 0,
             .kind = "PhaseVote",
             .sent = Instant(milliseconds(10)),
             .arrives = Instant(milliseconds(11))});
  story.add(
      {.from = 1, .to = 0, .kind = "NewView", .sent = Instant(milliseconds(10)), .arrives = {}});
  return story;
}

TEST_CASE("a diagram shows the newest views, faults and lost messages", "[sim][diagram]") {
  const DiagramSettings settings{.nodes = 2, .views = 1, .title = "a < b", .violation = {}};
  const std::string svg = to_svg(small_story(), settings);
  CHECK(svg.find("url(#Proposal)") == std::string::npos);  // of view 1
  CHECK(svg.find("url(#PhaseVote)") != std::string::npos);
  CHECK(svg.find("stroke-dasharray") != std::string::npos);
  CHECK(svg.find("dies") != std::string::npos);
  CHECK(svg.find("a &lt; b") != std::string::npos);
  const std::string mermaid = to_mermaid(small_story(), settings);
  CHECK(mermaid.find("n1->>n0: PhaseVote") != std::string::npos);
  CHECK(mermaid.find("n1--xn0: NewView") != std::string::npos);
  CHECK(mermaid.find("Note over n0: view 2") != std::string::npos);
}

TEST_CASE("drawing a run changes nothing of it", "[sim][diagram]") {
  const PlanRequest request{.seed = 3, .profile = Profile::crash, .nodes = {}, .views = 40};
  Story story;
  CHECK(run_seed(request, {.story = &story}).hash == run_seed(request).hash);
  CHECK(story.arrows.size() > 100);
}

}  // namespace
}  // namespace hs::sim
