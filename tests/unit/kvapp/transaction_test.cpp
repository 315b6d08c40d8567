#include "lib/kvapp/transaction.h"

#include "lib/base/hex.h"
#include "lib/kvapp/block_data.h"
#include "lib/kvapp/limits.h"
#include "tests/support/catch.h"
#include "tests/unit/kvapp/model.h"

namespace hs {
namespace {

using test::cas;
using test::make_transaction;
using test::put;

std::string hex_of(const Transaction& transaction) { return to_hex(to_borsh(transaction)); }

// chain 7, client 01 * 16, sequence 2, valid until 3
const std::string head =
    "0700000000000000"
    "01010101010101010101010101010101"
    "0200000000000000"
    "0300000000000000";

}  // namespace

TEST_CASE("a transaction has the bytes that clients elsewhere will write", "[kvapp]") {
  CHECK(hex_of(make_transaction(2, put("k", "vw"), 3)) == head +
                                                              "00"
                                                              "01000000"
                                                              "6b"
                                                              "02000000"
                                                              "7677");
  CHECK(hex_of(make_transaction(2, kv::Delete{to_bytes("k")}, 3)) == head +
                                                                         "01"
                                                                         "01000000"
                                                                         "6b");
  CHECK(hex_of(make_transaction(2, cas("k", "v", "w"), 3)) == head +
                                                                  "02"
                                                                  "01000000"
                                                                  "6b"
                                                                  "01"
                                                                  "01000000"
                                                                  "76"
                                                                  "01000000"
                                                                  "77");
  CHECK(hex_of(make_transaction(2, cas("k", std::nullopt, "w"), 3)) == head +
                                                                           "02"
                                                                           "01000000"
                                                                           "6b"
                                                                           "00"
                                                                           "01000000"
                                                                           "77");
}

TEST_CASE("changes of the validator set have their bytes, too", "[kvapp]") {
  PublicKey key;
  key.bytes.fill(0xaa);
  Signature signature;
  signature.bytes.fill(0xbb);
  const std::string key_hex(64, 'a');
  const std::string signature_hex(128, 'b');
  CHECK(hex_of(make_transaction(2, kv::SetValidator{key, Power{5}, signature}, 3)) ==
        head + "03" + key_hex + "0500000000000000" + signature_hex);
  CHECK(hex_of(make_transaction(2, kv::RemoveValidator{key, signature}, 3)) ==
        head + "04" + key_hex + signature_hex);
}

TEST_CASE("every operation is read back as it was written", "[kvapp]") {
  for (const Transaction& transaction :
       {make_transaction(1, put("key", "")), make_transaction(2, kv::Delete{to_bytes("key")}),
        make_transaction(3, cas("key", "", "x")),
        make_transaction(4, cas("key", std::nullopt, ""))}) {
    const auto decoded = from_borsh<Transaction>(to_borsh(transaction));
    REQUIRE(decoded.has_value());
    CHECK(*decoded == transaction);
  }
}

TEST_CASE("bytes that no encoder writes are refused", "[kvapp]") {
  const auto refused = [](const std::string& hex) {
    return !from_borsh<Transaction>(*from_hex(hex)).has_value();
  };
  CHECK(refused(head + "03"
                       "01000000"
                       "6b"
                       "01000000"
                       "76"));  // unknown operation
  CHECK(refused(head + "00"
                       "00000000"
                       "01000000"
                       "76"));  // empty key
  CHECK(refused(head + "01"
                       "01000000"
                       "6b"
                       "00"));  // goes on
  CHECK(refused(head + "02"
                       "01000000"
                       "6b"
                       "02"
                       "01000000"
                       "77"));  // a flag of 2
  CHECK(refused(head + "00"
                       "ffffffff"
                       "6b"));  // a length beyond the end
  const std::string good = hex_of(make_transaction(2, cas("k", "v", "w"), 3));
  for (std::size_t length = 0; length < good.size(); length += 2) {
    CHECK(refused(good.substr(0, length)));
  }
}

TEST_CASE("keys have 1 to 1024 bytes", "[kvapp]") {
  const auto with_key = [](std::size_t size) {
    return to_borsh(make_transaction(1, put(std::string(size, 'k'), "v")));
  };
  CHECK(from_borsh<Transaction>(with_key(1024)).has_value());
  CHECK_FALSE(from_borsh<Transaction>(with_key(1025)).has_value());
}

TEST_CASE("a transaction has at most 256 KiB", "[kvapp]") {
  const std::size_t rest = to_borsh(make_transaction(1, put("k", ""))).size();
  const auto of_size = [&](std::size_t size) {
    return to_borsh(make_transaction(1, put("k", std::string(size - rest, 'v'))));
  };
  CHECK(from_borsh<Transaction>(of_size(kv::transaction_bytes_max)).has_value());
  const auto larger = from_borsh<Transaction>(of_size(kv::transaction_bytes_max + 1));
  REQUIRE_FALSE(larger.has_value());
  CHECK(larger.error().code == Errc::too_long);
}

TEST_CASE("the id is the hash of the bytes", "[kvapp]") {
  const Bytes bytes = to_borsh(make_transaction(1, put("k", "v")));
  CHECK(transaction_id(bytes).bytes == sha256(bytes).bytes);
}

TEST_CASE("the data hash covers the canonical form of the data", "[kvapp][S04]") {
  for (const Data& data : {Data{}, Data{{}}, Data{{1, 2, 3}}, Data{{1}, {2}}}) {
    CHECK(kv::hash_of(data) == sha256(to_borsh(data)));
  }
}

TEST_CASE("a block's data are one datum, or none for no transactions", "[kvapp]") {
  const Bytes one = to_bytes("one");
  const Bytes two = to_bytes("two");
  CHECK(kv::to_data({}).empty());
  const Data data = kv::to_data({one, two});
  REQUIRE(data.size() == 1);
  CHECK(to_hex(data[0]) ==
        "02000000"
        "03000000"
        "6f6e65"
        "03000000"
        "74776f");
  const auto borrowed = kv::encoded_transactions(data);
  REQUIRE(borrowed.has_value());
  REQUIRE(borrowed->size() == 2);
  CHECK(to_bytes(borrowed->at(1)) == two);
}

TEST_CASE("data that are not canonical or too large are refused", "[kvapp]") {
  const auto refused = [](const Data& data) { return !kv::encoded_transactions(data).has_value(); };
  CHECK_FALSE(refused({}));
  CHECK(refused({{}}));                       // no count
  CHECK(refused({*from_hex("00000000")}));    // no transaction
  CHECK(refused({*from_hex("0100000000")}));  // cut short
  CHECK(refused({*from_hex("010000000100000061"), *from_hex("010000000100000061")}));
  CHECK(refused({*from_hex("01000000010000006162")}));  // goes on
  CHECK(refused({*from_hex("ffffffff0100000061")}));    // a count beyond the end
  CHECK_FALSE(refused({*from_hex("010000000100000061")}));

  const Bytes large(kv::transaction_bytes_max, 'x');
  std::vector<BytesView> views(7, large);
  CHECK_FALSE(refused(kv::to_data(views)));
  views.push_back(large);  // 8 * 256 KiB and the lengths
  CHECK(refused(kv::to_data(views)));
  const Bytes larger(kv::transaction_bytes_max + 1, 'x');
  CHECK(refused(kv::to_data({larger})));
  const Bytes tiny{1};
  CHECK_FALSE(refused(kv::to_data(std::vector<BytesView>(kv::block_transactions_max, tiny))));
  CHECK(refused(kv::to_data(std::vector<BytesView>(kv::block_transactions_max + 1, tiny))));
}

}  // namespace hs
