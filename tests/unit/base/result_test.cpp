#include "lib/base/result.h"

#include "lib/base/strong.h"
#include "lib/types/scalars.h"
#include "tests/support/catch.h"

namespace hs::test {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Errc::bad_value, "odd");
  return number / 2;
}
Result<int> quarter(int number) {
  HS_TRY(once, half(number));
  HS_TRY(twice, half(once));
  return twice;
}
Status check_quarter(int number) {
  HS_TRY_STATUS(quarter(number));
  return {};
}

template <class A, class B>
concept Comparable = requires(A a, B b) {
  a == b;
};

}  // namespace

TEST_CASE("the first error ends a chain of results", "[base]") {
  CHECK(quarter(12).value() == 3);
  CHECK(quarter(6).error().what == "odd");
  CHECK(check_quarter(4).has_value());
  CHECK(check_quarter(2).error().code == Errc::bad_value);
}

TEST_CASE("numbers of different meaning do not mix", "[base]") {
  STATIC_REQUIRE_FALSE(Comparable<View, Height>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<View, Height>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::uint64_t, View>);
  CHECK(next(View{6}) == View{7});
  CHECK(View{6} < View{7});
}

}  // namespace hs::test
