#include "lib/node/home/runtime_file.h"

#include <unistd.h>

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace hs {
namespace {

NodeRuntime this_process() {
  return {.pid = ::getpid(),
          .start_time = process_start_time(::getpid()).value(),
          .name = "n0",
          .p2p = "127.0.0.1:27000",
          .rpc = "127.0.0.1:27001",
          .public_key = "ab",
          .ready_at = "2026-01-31T12:00:00.000Z",
          .version = "0.1.0"};
}

}  // namespace

TEST_CASE("a runtime file tells who runs and where it listens", "[node]") {
  const test::TempDir folder;
  const HomeLayout home{folder.path()};
  std::filesystem::create_directory(home.run());
  CHECK(read_runtime(home).error().code == Errc::not_found);
  REQUIRE(write_runtime(home, this_process()));
  const auto read = read_runtime(home);
  REQUIRE(read);
  CHECK(read->pid == ::getpid());
  CHECK(read->p2p == "127.0.0.1:27000");
  CHECK(read->rpc == "127.0.0.1:27001");
  CHECK(read->name == "n0");
  CHECK(is_alive(*read));
}

TEST_CASE("a pid in use again by another process is not the node", "[node]") {
  NodeRuntime runtime = this_process();
  runtime.start_time += 1;
  CHECK_FALSE(is_alive(runtime));
  runtime.pid = 0;
  CHECK_FALSE(is_alive(runtime));
}

TEST_CASE("a runtime file with the wrong content is refused", "[node]") {
  const test::TempDir folder;
  const HomeLayout home{folder.path()};
  std::filesystem::create_directory(home.run());
  for (const char* text : {"", "[]", "{}", R"({"schema":"hs.node_runtime/v1","pid":"x"})",
                           R"({"schema":"hs.node_runtime/v1","pid":1,"start_time":"many"})"}) {
    std::ofstream(home.runtime_json()) << text;
    CAPTURE(text);
    CHECK(read_runtime(home).error().code == Errc::corrupt);
  }
}

}  // namespace hs
