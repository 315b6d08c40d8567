// A transaction and a block's data, as strangers hand them in.
#include "lib/kvapp/block_data.h"
#include "tests/fuzz/support/checks.h"
#include "tests/fuzz/support/target.h"

namespace hs {

HS_FUZZ_TARGET(transaction) {
  (void)fuzz::round_trip<Transaction>(input);
  const Data data{to_bytes(input)};
  const auto transactions = kv::encoded_transactions(data);
  if (transactions) HS_CHECK(kv::to_data(*transactions) == data);
}

}  // namespace hs
