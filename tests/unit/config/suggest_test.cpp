#include "lib/config/suggest.h"

#include "tests/support/catch.h"

namespace hs {

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps", "[config]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("power", "power") == 0);
  CHECK(edit_distance("powr", "power") == 1);
  CHECK(edit_distance("powerr", "power") == 1);
  CHECK(edit_distance("pover", "power") == 1);
  CHECK(edit_distance("pwoer", "power") == 1);
  CHECK(edit_distance("pwoerr", "power") == 2);
  CHECK(edit_distance("name", "power") == 4);
}

TEST_CASE("suggestions are at most three, within distance two, nearest first", "[config]") {
  const std::vector<std::string> known{"listen", "listed", "lister", "listens", "peers"};
  CHECK(suggestions("listn", known) == std::vector<std::string>{"listen", "listed", "lister"});
  CHECK(suggestions("peer", known) == std::vector<std::string>{"peers"});
  CHECK(suggestions("zzz", known).empty());
}

TEST_CASE("a short word is not near everything", "[config]") {
  CHECK(suggestions("x", {"a", "ab"}).empty());
}

TEST_CASE("the question lists its words as a sentence", "[config]") {
  CHECK(did_you_mean("peer", {"peers"}) == "; did you mean peers?");
  CHECK(did_you_mean("aa", {"aab", "aac"}) == "; did you mean aab or aac?");
  CHECK(did_you_mean("zzzzz", {"peers"}).empty());
}

}  // namespace hs
