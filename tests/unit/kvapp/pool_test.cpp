#include "lib/kvapp/pool.h"

#include "tests/support/catch.h"
#include "tests/unit/kvapp/model.h"

namespace hs::kv {
namespace {

using test::make_transaction;
using test::put;

bool never(const TransactionId&) { return false; }

struct Pool {
  TransactionPool pool;
  explicit Pool(const PoolLimits& limits = {}) : pool(test::test_chain, limits) {}

  // none: admitted
  std::optional<Refusal> admit(BytesView encoded, std::uint64_t next = 0) {
    const auto admitted = pool.admit(encoded, Height{next}, never);
    if (admitted) return std::nullopt;
    CHECK_FALSE(admitted.error().what.empty());
    return admitted.error().reason;
  }
  std::optional<Refusal> admit(const Transaction& transaction, std::uint64_t next = 0) {
    return admit(to_borsh(transaction), next);
  }
  std::vector<TransactionId> ids() {
    std::vector<TransactionId> all;
    pool.visit([&](const Pooled& pooled) {
      all.push_back(pooled.id);
      return true;
    });
    return all;
  }
};

TransactionId id_of(const Transaction& transaction) {
  return transaction_id(to_borsh(transaction));
}

}  // namespace

TEST_CASE("every refusal of the pool has its own reason", "[kvapp]") {
  Pool pool;
  CHECK(pool.admit(to_bytes("garbage")) == Refusal::malformed);
  CHECK(pool.admit(Bytes(transaction_bytes_max + 1)) == Refusal::too_large);
  Transaction elsewhere = make_transaction(1, put("k", "v"));
  elsewhere.chain_id = ChainId{8};
  CHECK(pool.admit(elsewhere) == Refusal::wrong_chain);
  CHECK(pool.admit(make_transaction(1, put("k", "v"), 9), 10) == Refusal::expired);
  CHECK(pool.admit(make_transaction(1, put("k", "v"), 10), 10) == std::nullopt);
  CHECK(pool.admit(make_transaction(2, put("k", "v"), 1010), 10) == std::nullopt);
  CHECK(pool.admit(make_transaction(2, put("k", "v"), 1011), 10) == Refusal::too_far_ahead);
  CHECK(pool.admit(make_transaction(3, put("k", "v"), UINT64_MAX), 10) == Refusal::too_far_ahead);
  CHECK(pool.admit(make_transaction(2, put("k", "v"), 1010), 10) == Refusal::duplicate);
  const auto committed = pool.pool.admit(to_borsh(make_transaction(4, put("k", "v"))), Height{0},
                                         [](const TransactionId&) { return true; });
  REQUIRE_FALSE(committed.has_value());
  CHECK(committed.error().reason == Refusal::committed);
}

TEST_CASE("refusals have names for programs", "[kvapp]") {
  CHECK(name_of(Refusal::malformed) == "malformed");
  CHECK(name_of(Refusal::client_full) == "client_full");
}

TEST_CASE("transactions leave in the order of their arrival", "[kvapp]") {
  Pool pool;
  std::vector<TransactionId> expected;
  for (std::uint64_t n : {5, 1, 9, 3}) {
    REQUIRE_FALSE(pool.admit(make_transaction(n, put("k", "v"))));
    expected.push_back(id_of(make_transaction(n, put("k", "v"))));
  }
  CHECK(pool.ids() == expected);
  pool.pool.remove(expected[1]);
  expected.erase(expected.begin() + 1);
  CHECK(pool.ids() == expected);
}

TEST_CASE("the pool is bounded in number, bytes and per client", "[kvapp]") {
  Pool few({.bytes = 1 << 20, .transactions = 2, .client_transactions = 9});
  CHECK_FALSE(few.admit(make_transaction(1, put("k", "v"))));
  CHECK_FALSE(few.admit(make_transaction(2, put("k", "v"))));
  CHECK(few.admit(make_transaction(3, put("k", "v"))) == Refusal::pool_full);

  const std::size_t size = to_borsh(make_transaction(1, put("k", "v"))).size();
  Pool small({.bytes = 2 * size + 1, .transactions = 9, .client_transactions = 9});
  CHECK_FALSE(small.admit(make_transaction(1, put("k", "v"))));
  CHECK_FALSE(small.admit(make_transaction(2, put("k", "v"))));
  CHECK(small.admit(make_transaction(3, put("k", "v"))) == Refusal::pool_full);

  Pool fair({.bytes = 1 << 20, .transactions = 9, .client_transactions = 2});
  CHECK_FALSE(fair.admit(make_transaction(1, put("k", "v"))));
  CHECK_FALSE(fair.admit(make_transaction(2, put("k", "v"))));
  CHECK(fair.admit(make_transaction(3, put("k", "v"))) == Refusal::client_full);
  CHECK_FALSE(fair.admit(make_transaction(3, put("k", "v"), 500, 2)));
}

TEST_CASE("what leaves the pool makes room again", "[kvapp]") {
  Pool pool({.bytes = 1 << 20, .transactions = 1, .client_transactions = 1});
  const Transaction first = make_transaction(1, put("k", "v"));
  CHECK_FALSE(pool.admit(first));
  CHECK(pool.pool.bytes() == to_borsh(first).size());
  pool.pool.remove(id_of(first));
  pool.pool.remove(id_of(first));
  CHECK(pool.pool.bytes() == 0);
  CHECK(pool.pool.size() == 0);
  CHECK_FALSE(pool.admit(first));
}

TEST_CASE("what has expired is dropped, and nothing else", "[kvapp]") {
  Pool pool;
  CHECK_FALSE(pool.admit(make_transaction(1, put("k", "v"), 7)));
  CHECK_FALSE(pool.admit(make_transaction(2, put("k", "v"), 5)));
  CHECK_FALSE(pool.admit(make_transaction(3, put("k", "v"), 6)));
  pool.pool.expire(Height{6});
  CHECK(pool.ids() == std::vector<TransactionId>{id_of(make_transaction(1, put("k", "v"), 7)),
                                                 id_of(make_transaction(3, put("k", "v"), 6))});
  pool.pool.expire(Height{8});
  CHECK(pool.pool.size() == 0);
  CHECK(pool.pool.bytes() == 0);
}

}  // namespace hs::kv
