#include "lib/types/update_set.h"

#include "lib/base/hex.h"
#include "tests/support/catch.h"
#include "tests/support/random.h"

namespace hs::test {
namespace {

Errc refusal_of(std::string_view hex) {
  const auto decoded = from_borsh<AppStateUpdates>(from_hex(hex).value());
  REQUIRE_FALSE(decoded);
  return decoded.error().code;
}

}  // namespace

TEST_CASE("no key is ever in both halves: the later call wins", "[types]") {
  AppStateUpdates updates;
  updates.insert(to_bytes("a"), to_bytes("1"));
  updates.erase(to_bytes("a"));
  CHECK(updates.inserts.empty());
  CHECK(updates.deletes.contains(to_bytes("a")));
  updates.insert(to_bytes("a"), to_bytes("2"));
  CHECK(updates.deletes.empty());
  CHECK(updates.inserts.at(to_bytes("a")) == to_bytes("2"));
  CHECK_FALSE(updates.empty());
}

TEST_CASE("stored updates decode from their encoding", "[types]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    const AppStateUpdates app = random_app_updates(rng);
    CHECK(from_borsh<AppStateUpdates>(to_borsh(app)).value() == app);
    const ValidatorSetUpdates set = random_set_updates(rng);
    CHECK(from_borsh<ValidatorSetUpdates>(to_borsh(set)).value() == set);
    const ValidatorSetUpdatesStatus statuses[] = {NoUpdates{}, PendingUpdates{set},
                                                  CommittedUpdates{}};
    for (const auto& status : statuses) {
      CHECK(from_borsh<ValidatorSetUpdatesStatus>(to_borsh(status)).value() == status);
    }
  }
}

TEST_CASE("stored maps that no encoder wrote are refused (S44)", "[types][S44]") {
  const std::string a = "0100000061";
  const std::string b = "0100000062";
  const std::string value = "00000000";
  const std::string none = "00000000";
  const std::string one = "01000000";
  const std::string two = "02000000";
  CHECK(from_borsh<AppStateUpdates>(from_hex(two + a + value + b + value + none).value()));
  CHECK(refusal_of(two + b + value + a + value + none) == Errc::not_canonical);
  CHECK(refusal_of(two + a + value + a + value + none) == Errc::not_canonical);
  CHECK(refusal_of(none + two + b + a) == Errc::not_canonical);
  CHECK(refusal_of(none + two + a + a) == Errc::not_canonical);
  CHECK(refusal_of(one + a + value + one + a) == Errc::not_canonical);
}

TEST_CASE("a status beyond the last is refused", "[types]") {
  CHECK(from_borsh<ValidatorSetUpdatesStatus>(Bytes{3}).error().code == Errc::bad_value);
}

}  // namespace hs::test
