#include "tests/support/catch.h"
#include "tests/support/tree.h"

namespace hs::test {

TEST_CASE("a view folds the pending updates of a branch over the committed state",
          "[blocktree][I18]") {
  Tree tree(puts({{"base", "0"}, {"gone", "0"}, {"back", "0"}}));
  AppStateUpdates first = puts({{"x", "a"}, {"y", "a"}});
  first.erase(to_bytes("gone"));
  first.erase(to_bytes("back"));
  const Block a = tree.insert(first_block("a"), first);
  AppStateUpdates second = puts({{"x", "b"}, {"back", "b"}});
  second.erase(to_bytes("y"));
  const Block b = tree.insert(block_on(a, 1, "b"), second);
  const Block c = tree.insert(block_on(b, 2, "c"));
  const Block fork = tree.insert(block_on(a, 3, "fork"), puts({{"x", "fork"}}));

  const auto check_after_c = [&](const AppView& view) {
    CHECK(text(view.get(as_bytes("base"))) == "0");
    CHECK(text(view.get(as_bytes("x"))) == "b");
    CHECK_FALSE(view.get(as_bytes("y")));
    CHECK_FALSE(view.get(as_bytes("gone")));
    CHECK(text(view.get(as_bytes("back"))) == "b");
  };
  // The same answer whatever part of the branch is committed.
  check_after_c(*tree->app_view(c.hash));
  check_after_c(*tree.stored().app_view(c.hash));
  CHECK(text(tree->app_view(fork.hash)->get(as_bytes("x"))) == "fork");
  CHECK(text(tree->app_view(a.hash)->get(as_bytes("y"))) == "a");
  CHECK(text(tree->app_view(std::nullopt)->get(as_bytes("gone"))) == "0");
  CHECK_FALSE(tree->app_view(std::nullopt)->get(as_bytes("x")));
  tree.commit(a);
  check_after_c(*tree->app_view(c.hash));
  CHECK(text(tree->app_view(std::nullopt)->get(as_bytes("x"))) == "a");
  tree.commit(c);
  check_after_c(*tree->app_view(c.hash));
  check_after_c(*tree->app_view(std::nullopt));
  check_after_c(*tree.stored().app_view(c.hash));
}

TEST_CASE("a view shows the data and parents of ancestors and the committed set", "[blocktree]") {
  Tree tree;
  const Block a = tree.insert(first_block("a"));
  const Block b = tree.insert(block_on(a, 1, "b"));
  const auto view = tree->app_view(b.hash);
  CHECK(view->data_of(b.hash) == b.data);
  CHECK(view->data_of(a.hash) == a.data);
  CHECK_FALSE(view->data_of(test_hash("unknown")));
  CHECK(view->parent_of(b.hash) == a.hash);
  CHECK_FALSE(view->parent_of(a.hash));
  CHECK(view->committed_validators() == *tree->validators().committed);
  CHECK(tree.stored().app_view(b.hash)->committed_validators() == *tree->validators().committed);
}

TEST_CASE("a view of a long uncommitted branch is right beyond the cache", "[blocktree][I18]") {
  Tree tree;
  Block tip = tree.insert(first_block("0"), puts({{"0", "0"}}));
  for (std::uint64_t i = 1; i < 40; ++i) {
    const std::string name = std::to_string(i);
    tip = tree.insert(block_on(tip, i, name), puts({{name, name}}));
  }
  for (int round = 0; round < 2; ++round) {
    const auto view = tree->app_view(tip.hash);
    for (int i = 0; i < 40; ++i) {
      CHECK(text(view->get(as_bytes(std::to_string(i)))) == std::to_string(i));
    }
  }
}

TEST_CASE("committed app entries are listed by prefix without the store's own prefix",
          "[blocktree]") {
  Tree tree(puts({{"a1", "1"}, {"a2", "2"}, {"b", "3"}}));
  std::vector<std::string> seen;
  const auto visit = [&](BytesView key, BytesView value) {
    seen.push_back(to_string(key) + "=" + to_string(value));
    return true;
  };
  tree.stored().scan_app(as_bytes("a"), visit);
  CHECK(seen == std::vector<std::string>{"a1=1", "a2=2"});
  seen.clear();
  tree.stored().scan_app({}, visit);
  CHECK(seen.size() == 3);
}

}  // namespace hs::test
