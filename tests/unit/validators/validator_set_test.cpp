#include "lib/validators/validator_set.h"

#include "lib/base/limits.h"
#include "tests/support/catch.h"
#include "tests/support/chain.h"
#include "tests/support/random.h"

namespace hs::test {
namespace {

PublicKey key_number(std::uint16_t n) {
  PublicKey key;
  key.bytes[0] = static_cast<std::uint8_t>(n >> 8);
  key.bytes[1] = static_cast<std::uint8_t>(n);
  return key;
}

ValidatorSet set_of_powers(const std::vector<std::uint64_t>& powers) {
  std::vector<Validator> members;
  for (const std::uint64_t power : powers) {
    members.push_back({key_number(static_cast<std::uint16_t>(members.size())), Power{power}});
  }
  return ValidatorSet::from_members(members).value();
}

// The round-robin as it is told: round t lists the members of power >= t, in order of keys.
std::vector<PublicKey> listed_leaders(const ValidatorSet& set) {
  std::vector<PublicKey> list;
  for (std::uint64_t round = 1; list.size() < set.total_power(); ++round) {
    for (const Validator& member : set.members()) {
      if (member.power.value >= round) list.push_back(member.key);
    }
  }
  return list;
}

}  // namespace

TEST_CASE("members are kept in order of their keys, whatever order they come in", "[validators]") {
  const PublicKey a = key_number(1);
  const PublicKey b = key_number(2);
  const auto set = ValidatorSet::from_members({{b, Power{5}}, {a, Power{3}}}).value();
  CHECK(set.members()[0].key == a);
  CHECK(set.position(b) == 1);
  CHECK(set.position(key_number(3)) == std::nullopt);
  CHECK(set.power_of(b) == Power{5});
  CHECK(set.power_of(key_number(3)) == Power{0});
  CHECK(set.contains(a));
  CHECK_FALSE(set.contains(key_number(3)));
}

TEST_CASE("a key named twice and a set too large are refused", "[validators]") {
  const PublicKey a = key_number(1);
  CHECK(ValidatorSet::from_members({{a, Power{1}}, {a, Power{2}}}).error().code == Errc::duplicate);
  std::vector<Validator> many;
  for (std::uint16_t i = 0; i <= validators_max; ++i) many.push_back({key_number(i), Power{1}});
  CHECK(ValidatorSet::from_members(many).error().code == Errc::too_long);
  many.pop_back();
  CHECK(ValidatorSet::from_members(many)->size() == validators_max);
}

TEST_CASE("two quorums always share more than can be faulty", "[validators][I04]") {
  for (std::uint64_t total = 1; total < 500; ++total) {
    CAPTURE(total);
    const ValidatorSet set = set_of_powers({total});
    CHECK(2 * set.quorum() - total > set.faulty_power_max());
    CHECK(set.quorum() + set.faulty_power_max() == total);
    CHECK(3 * set.faulty_power_max() < total);
  }
}

TEST_CASE("a sum of powers beyond 64 bits does not wrap", "[validators]") {
  const std::uint64_t most = ~std::uint64_t{0};
  const ValidatorSet set = set_of_powers({most, most, most});
  CHECK(set.total_power() == TotalPower{most} * 3);
  CHECK(set.quorum() == TotalPower{most} * 2 + 1);
}

TEST_CASE("the leader in closed form is the one of the list (S14)", "[validators][S14][I05]") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    std::vector<std::uint64_t> powers(rng.between(1, 12));
    for (auto& power : powers) power = rng.chance(1, 4) ? rng.below(2) : rng.below(40);
    powers[0] += 1;
    const ValidatorSet set = set_of_powers(powers);
    const std::vector<PublicKey> list = listed_leaders(set);
    REQUIRE(list.size() == set.total_power());
    for (std::uint64_t view = 0; view < 2 * list.size() + 3; ++view) {
      REQUIRE(set.leader(View{view}) == list[view % list.size()]);
    }
    const std::uint64_t far = number_max - rng.below(1000);
    CHECK(set.leader(View{far}) == list[far % list.size()]);
  }
}

TEST_CASE("over any cycle of views each member leads as often as its power says",
          "[validators][I05]") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    INFO("seed " << seed);
    Rng rng(seed);
    std::vector<std::uint64_t> powers(rng.between(1, 8));
    for (auto& power : powers) power = rng.between(0, 9);
    powers[0] += 1;
    const ValidatorSet set = set_of_powers(powers);
    const std::uint64_t start = rng.below(1'000'000);
    std::map<PublicKey, std::uint64_t> led;
    for (std::uint64_t v = 0; v < set.total_power(); ++v) ++led[set.leader(View{start + v})];
    for (const Validator& member : set.members()) {
      CHECK(led[member.key] == member.power.value);
    }
  }
}

TEST_CASE("huge powers cost no more than small ones (S14)", "[validators][S14]") {
  const ValidatorSet set = set_of_powers({1, std::uint64_t{1} << 50, std::uint64_t{1} << 51});
  CHECK(set.leader(View{0}) == key_number(0));
  CHECK(set.leader(View{3}) == key_number(1));
  // After 2^50 rounds only the heaviest is left.
  CHECK(set.leader(View{(std::uint64_t{1} << 51) + 5}) == key_number(2));
  CHECK(set.leader(View{(std::uint64_t{1} << 51) + 6}) == key_number(2));
}

TEST_CASE("updates put, replace and remove", "[validators]") {
  const ValidatorSet set = set_of_powers({1, 2, 3});
  ValidatorSetUpdates updates;
  updates.insert(key_number(1), Power{9});
  updates.insert(key_number(7), Power{4});
  updates.erase(key_number(0));
  updates.erase(key_number(8));
  const ValidatorSet after = set.with(updates).value();
  CHECK(after.size() == 3);
  CHECK(after.power_of(key_number(1)) == Power{9});
  CHECK(after.power_of(key_number(2)) == Power{3});
  CHECK(after.power_of(key_number(7)) == Power{4});
  CHECK_FALSE(after.contains(key_number(0)));
  CHECK(set.size() == 3);
  CHECK(after.digest() != set.digest());
  CHECK(set.with({}).value() == set);
  CHECK(set.with({})->digest() == set.digest());
}

TEST_CASE("a set that cannot govern a chain is named as such (S14, S28, S39)",
          "[validators][S28]") {
  const PublicKey good = test_key(1).public_key();
  const auto usable = [](std::vector<Validator> members) {
    return check_usable(ValidatorSet::from_members(std::move(members)).value());
  };
  CHECK(usable({{good, Power{1}}}));
  CHECK(usable({{good, Power{(std::uint64_t{1} << 53) - 1}}}));
  CHECK(usable({{good, Power{std::uint64_t{1} << 53}}}).error().what.find("2^53") !=
        std::string::npos);
  CHECK(usable({}).error().what.find("empty") != std::string::npos);
  CHECK(usable({{good, Power{0}}}).error().what.find("no power") != std::string::npos);
  PublicKey identity;
  identity.bytes[0] = 1;
  CHECK(usable({{good, Power{1}}, {identity, Power{1}}}).error().what.find("no usable") !=
        std::string::npos);
}

TEST_CASE("a set decodes from its stored form, and only from that (S27, S44)",
          "[validators][S27]") {
  const ValidatorSet set = set_of_powers({4, 0, 7});
  const Bytes bytes = to_borsh(set);
  const auto decoded = from_borsh<ValidatorSet>(bytes);
  REQUIRE(decoded);
  CHECK(*decoded == set);
  CHECK(decoded->total_power() == 11);
  CHECK(decoded->digest() == set.digest());

  const auto refusal = [&](auto change) {
    Bytes changed = bytes;
    change(changed);
    return from_borsh<ValidatorSet>(changed).error().code;
  };
  constexpr std::size_t second_key = 4 + 32;
  constexpr std::size_t map = 4 + 3 * 32;
  CHECK(refusal([](Bytes& b) { b[second_key] = 0, b[second_key + 1] = 0; }) ==
        Errc::not_canonical);                                               // a key twice
  CHECK(refusal([](Bytes& b) { b[map + 4] = 9; }) == Errc::not_canonical);  // another key
  CHECK(refusal([](Bytes& b) { b[map] = 2; }) == Errc::not_canonical);      // one less
  CHECK(refusal([](Bytes& b) { b.pop_back(); }) == Errc::truncated);
}

TEST_CASE("both sets take part until an update is decided", "[validators][M35]") {
  ValidatorSetState state{.committed = std::make_shared<const ValidatorSet>(test_set({{1}, {2}})),
                          .previous = std::make_shared<const ValidatorSet>(test_set({{3}})),
                          .update_height = Height{5},
                          .update_decided = true};
  const PublicKey member = test_key(1).public_key();
  const PublicKey former = test_key(3).public_key();
  CHECK(state.active().size() == 1);
  CHECK(state.is_validator(member));
  CHECK_FALSE(state.is_validator(former));
  CHECK_FALSE(state.is_proposer(former, View{4}));
  CHECK(state.is_proposer(state.committed->leader(View{4}), View{4}));
  CHECK_FALSE(state.is_proposer(state.committed->leader(View{5}), View{4}));

  state.update_decided = false;
  CHECK(state.active() == std::vector{state.committed, state.previous});
  CHECK(state.is_validator(member));
  CHECK(state.is_validator(former));
  CHECK(state.is_proposer(former, View{4}));
  CHECK_FALSE(state.is_validator(test_key(9).public_key()));
}

}  // namespace hs::test
