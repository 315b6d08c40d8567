// testnet.yaml and the lines on the supervisor's socket.
#include <fstream>

#include "lib/base/check.h"
#include "testnet/protocol.h"
#include "testnet/record.h"
#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/target.h"
#include "tests/support/temp_dir.h"

namespace hs {

HS_FUZZ_TARGET(testnet) {
  static const test::TempDir folder;
  const TestnetLayout layout{folder.path()};
  const std::string text = to_string(input);
  std::ofstream(layout.testnet_yaml(), std::ios::binary) << text;
  {
    const fuzz::AllocationMeter meter;
    (void)read_testnet_record(layout);
    (void)decode_request(text);
    (void)decode_reply(text);
    HS_CHECK(meter.peak() <= fuzz::allocation_max(text.size(), fuzz::yaml_factor));
  }
  if (const auto record = read_testnet_record(layout)) {
    (void)record->nodes(layout);
    std::ofstream(layout.testnet_yaml(), std::ios::binary) << to_yaml(*record);
    const auto again = read_testnet_record(layout);
    HS_CHECK(again.has_value());
    HS_CHECK(*again == *record);
  }
  if (const auto request = decode_request(text)) {
    const auto again = decode_request(encode(*request));
    HS_CHECK(again.has_value());
    HS_CHECK(again->nodes == request->nodes);
  }
  if (const auto reply = decode_reply(text)) {
    HS_CHECK(decode_reply(encode(*reply)).has_value());
  }
}

}  // namespace hs
