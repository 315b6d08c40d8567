#include "lib/node/event_text.h"

#include "tests/support/catch.h"
#include "tests/support/keys.h"

namespace hs {

TEST_CASE("a line of the log holds nothing that a peer could forge a line with", "[node]") {
  const Event event = event::InvalidMessage{.origin = test::test_key(1).public_key(),
                                            .kind = "Proposal\n",
                                            .why = "no\r\n2026 error n0 \x1b[31mowned\xff"};
  const std::string text = to_text(event);
  for (const char character : text) {
    CHECK(character >= 0x20);
    CHECK(character < 0x7f);
  }
  CHECK(text.size() < 1000);
  CHECK(notable(event) == Notable::alarming);
}

TEST_CASE("a commit is told by height, view and block", "[node]") {
  const Event event =
      event::CommitBlock{.block = sha256(as_bytes("b")), .height = Height{12}, .view = View{15}};
  CHECK(to_text(event).find("CommitBlock height 12 view 15 block ") == 0);
  CHECK(notable(event) == Notable::no);
}

}  // namespace hs
