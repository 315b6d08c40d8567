#include "lib/node/home/home_lock.h"

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs {

TEST_CASE("a home has one runner, or any number of readers", "[node]") {
  const test::TempDir folder;
  const HomeLayout home{folder.path()};
  std::filesystem::create_directory(home.run());
  {
    const auto runner = HomeLock::take(home, HomeLock::Mode::exclusive);
    REQUIRE(runner);
    CHECK(HomeLock::take(home, HomeLock::Mode::exclusive).error().code == Errc::exists);
    CHECK(HomeLock::take(home, HomeLock::Mode::shared).error().code == Errc::exists);
  }
  const auto reader = HomeLock::take(home, HomeLock::Mode::shared);
  REQUIRE(reader);
  CHECK(HomeLock::take(home, HomeLock::Mode::shared).has_value());
  CHECK(HomeLock::take(home, HomeLock::Mode::exclusive).error().code == Errc::exists);
}

TEST_CASE("a lock moves with its owner and is let go once", "[node]") {
  const test::TempDir folder;
  const HomeLayout home{folder.path()};
  std::filesystem::create_directory(home.run());
  {
    auto first = HomeLock::take(home, HomeLock::Mode::exclusive);
    REQUIRE(first);
    const HomeLock moved = std::move(*first);
    CHECK(HomeLock::take(home, HomeLock::Mode::exclusive).error().code == Errc::exists);
  }
  CHECK(HomeLock::take(home, HomeLock::Mode::exclusive).has_value());
}

TEST_CASE("a folder that is no home cannot be locked", "[node]") {
  const test::TempDir folder;
  const HomeLayout home{folder / "nowhere"};
  CHECK(HomeLock::take(home, HomeLock::Mode::exclusive).error().code == Errc::not_found);
}

}  // namespace hs
