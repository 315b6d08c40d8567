#include "lib/sim/history.h"

#include "tests/support/catch.h"

namespace hs::sim {
namespace {

Request during(int from, int to, Answer answer = Answer::applied) {
  return {.invoked = Instant(milliseconds(from)),
          .answered = Instant(milliseconds(to)),
          .answer = answer};
}
RegisterRequest write(const Request& request, std::uint64_t value) {
  return {.request = request, .is_conditional = false, .expected = {}, .value = value};
}
RegisterRequest swap(const Request& request, RegisterValue expected, std::uint64_t value) {
  return {.request = request, .is_conditional = true, .expected = expected, .value = value};
}

TEST_CASE("requests one after the other are linearizable if every answer is right",
          "[sim][history][G8]") {
  CHECK(check_register({}) == Verdict::linearizable);
  CHECK(check_register({swap(during(1, 2), std::nullopt, 1), swap(during(3, 4), 1, 2),
                        swap(during(5, 6, Answer::failed), 1, 3)}) == Verdict::linearizable);
  CHECK(check_register({write(during(1, 2), 1), swap(during(3, 4, Answer::failed), 1, 2)}) ==
        Verdict::violated);
  CHECK(check_register({write(during(1, 2), 1), write(during(3, 4), 2),
                        swap(during(5, 6), 1, 3)}) == Verdict::violated);
}

TEST_CASE("requests at the same time are linearizable in any order that fits",
          "[sim][history][G8]") {
  CHECK(check_register({write(during(1, 5), 1), write(during(2, 6), 2),
                        swap(during(7, 8), 1, 3)}) == Verdict::linearizable);
  // Two swaps away from one value.
  CHECK(check_register({write(during(1, 2), 1), swap(during(3, 8), 1, 2),
                        swap(during(4, 7), 1, 3)}) == Verdict::violated);
}

TEST_CASE("what nobody was told of may have happened or not, what expired did not",
          "[sim][history][G8]") {
  const Request open = during(1, 0, Answer::unknown);
  CHECK(check_register({write(open, 1), swap(during(3, 4), 1, 2)}) == Verdict::linearizable);
  CHECK(check_register({write(open, 1), swap(during(3, 4), std::nullopt, 2)}) ==
        Verdict::linearizable);
  CHECK(check_register({write(during(1, 2, Answer::expired), 1), swap(during(3, 4), 1, 2)}) ==
        Verdict::violated);
}

TEST_CASE("a search that is too long is given up, and says so", "[sim][history]") {
  std::vector<RegisterRequest> history;
  for (std::uint64_t i = 1; i <= 12; ++i) history.push_back(write(during(1, 50), i));
  history.push_back(swap(during(60, 61), 99, 100));
  CHECK(check_register(history, 100) == Verdict::undecided);
  CHECK(check_register(history) == Verdict::violated);
}

ListHistory list() {
  return {.appends = {{during(1, 2), 1},
                      {during(3, 4), 2},
                      {during(3, 4, Answer::failed), 3},
                      {during(5, 0, Answer::unknown), 4}},
          .reads = {{}, {1}, {1, 2}},
          .last = {1, 2}};
}

TEST_CASE("a list holds what was acknowledged, in its order and once", "[sim][history][G8]") {
  CHECK(fault_in(list()).empty());
  ListHistory lost = list();
  lost.last = {1};
  lost.reads.clear();
  CHECK(fault_in(lost) == "element 2 was acknowledged and is not in the list");
  ListHistory twice = list();
  twice.last = {1, 2, 1};
  CHECK(fault_in(twice) == "element 1 is in the list twice");
  ListHistory turned = list();
  turned.last = {2, 1};
  CHECK(fault_in(turned).find("stands behind it") != std::string::npos);
  ListHistory taken = list();
  taken.last = {1, 2, 3};
  CHECK(fault_in(taken).find("told that it will not be") != std::string::npos);
  ListHistory foreign = list();
  foreign.last = {1, 2, 9};
  CHECK(fault_in(foreign) == "the list holds an element that nobody appended");
  ListHistory late = list();
  late.last = {1, 2, 4};
  CHECK(fault_in(late).empty());
  ListHistory other = list();
  other.reads.push_back({2});
  CHECK(fault_in(other).find("not the beginning of the last one") != std::string::npos);
}

TEST_CASE("a bank makes and loses no money", "[sim][history][G9]") {
  const BankHistory good{
      .opened_with = 400, .under_way_max = 20, .totals = {400, 380, 395}, .last = 400};
  CHECK(fault_in(good).empty());
  BankHistory made = good;
  made.totals.push_back(401);
  CHECK(fault_in(made) == "401 of 400: money was made");
  BankHistory gone = good;
  gone.totals.push_back(379);
  CHECK(fault_in(gone) == "379 of 400: more is gone than can be under way");
  BankHistory lost = good;
  lost.last = 390;
  CHECK(fault_in(lost) == "390 of 400 are left when nothing is under way");
}

}  // namespace
}  // namespace hs::sim
