#include "lib/node/home/misbehaviour_mark.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

using Names = std::vector<std::string>;

struct Marked {
  test::TempDir folder;
  HomeLayout home{folder.path()};
  Marked() { std::filesystem::create_directory(home.safety()); }
};

}  // namespace

TEST_CASE("a home of an honest node bears no mark", "[node]") {
  const Marked at;
  CHECK(misbehaviour_marks(at.home) == Names{});
  CHECK(add_misbehaviour_marks(at.home, {}) == Names{});
  CHECK_FALSE(std::filesystem::exists(at.home.misbehaviour_mark()));
}

TEST_CASE("marks are kept, each once, and none is ever taken away", "[node]") {
  const Marked at;
  CHECK(add_misbehaviour_marks(at.home, {"stale", "double-vote"}) == Names{"stale", "double-vote"});
  CHECK(add_misbehaviour_marks(at.home, {"silent", "stale"}) ==
        Names{"stale", "double-vote", "silent"});
  CHECK(add_misbehaviour_marks(at.home, {}) == Names{"stale", "double-vote", "silent"});
  CHECK(misbehaviour_marks(at.home) == Names{"stale", "double-vote", "silent"});
}

TEST_CASE("a damaged mark is no honest home", "[node]") {
  const Marked at;
  for (const char* text : {"\n", "stale\n\n", "Stale\n", "a b\n"}) {
    std::ofstream(at.home.misbehaviour_mark()) << text;
    CHECK(misbehaviour_marks(at.home).error().code == Errc::bad_value);
    CHECK_FALSE(add_misbehaviour_marks(at.home, {"silent"}));
  }
  std::ofstream(at.home.misbehaviour_mark()) << std::string(5'000, 'a');
  CHECK(misbehaviour_marks(at.home).error().code == Errc::too_long);
}

}  // namespace hs
