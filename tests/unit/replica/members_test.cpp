// Whom the transport must stay connected to while the validator set changes.
#include "tests/support/lone_replica.h"

using namespace hs;
using namespace hs::test;

namespace {

PublicKey member(std::uint8_t key) { return test_key(key).public_key(); }

}  // namespace

TEST_CASE("both sets stay connected until the update is decided, and the coming one before",
          "[replica][S25]") {
  Lone lone(2);  // leads views 2, 6
  const std::set<PublicKey> old{member(1), member(2), member(3), member(4)};
  lone.grow_to(1);
  CHECK(lone.replica->members() == old);
  // Number 5 joins and number 1 goes, in one update.
  ValidatorSetUpdates updates = sets_power({{5, 1}});
  updates.erase(member(1));
  const Block update = lone.grow_update(updates);
  std::set<PublicKey> all = old;
  all.insert(member(5));
  CHECK(lone.replica->members() == all);
  // Committed, and not decided: those who go still have to lead the others there.
  lone.receive(3, NewView{test_chain, lone.view(), lone.pc(View{4}, update.hash, Phase::commit)});
  REQUIRE(lone.replica->validators().update_height == update.height);
  REQUIRE_FALSE(lone.replica->validators().update_decided);
  CHECK(lone.replica->members() == all);
  lone.restart();
  CHECK(lone.replica->members() == all);
  lone.set = *lone.set.with(updates);
  lone.receive(3, NewView{test_chain, lone.view(),
                          lone.pc(View{5}, update.hash, Phase::decide, {2, 3, 4, 5})});
  REQUIRE(lone.replica->validators().update_decided);
  all.erase(member(1));
  CHECK(lone.replica->members() == all);
}
