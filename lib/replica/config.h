// What a replica must be told at birth. Durations are exact, never truncated [S09].
#pragma once
#include <cstdint>

#include "lib/base/limits.h"
#include "lib/base/time.h"
#include "lib/types/scalars.h"

namespace hs {

struct ReplicaConfig {
  ChainId chain_id;
  std::uint32_t epoch_length = 10;              // N, views; the same everywhere; >= 1
  Duration view_timeout = milliseconds(1000);   // T; the same everywhere
  Duration idle_interval = milliseconds(250);   // an empty block after this long without work
  Duration advertise_interval = milliseconds(1000);
  Duration sync_retry = milliseconds(125);             // T/8
  Duration sync_response_timeout = milliseconds(250);  // T/4
  Duration ban_min = milliseconds(10'000);
  Duration ban_max = milliseconds(600'000);
  std::uint64_t sync_trigger_view_difference = 2;
  std::uint32_t sync_request_blocks = sync_request_blocks_max;
  std::size_t message_buffer_bytes = message_buffer_bytes_max;
  // For networks that contain reference replicas: deadlines in whole seconds on the reference's
  // grid [S49], nothing of the happy path suppressed [S51], no certificate inside TimeoutVotes
  // [S06].
  bool reference_peers = false;

  // The defaults for a given T, idle_interval and N. [ARCHITECTURE 5]
  [[nodiscard]] static ReplicaConfig with(ChainId chain_id, std::uint32_t epoch_length,
                                          Duration view_timeout, Duration idle_interval);
  // Does an idle chain keep within the budget of PROTOCOL S49: 2 * EWNL + idle_interval + echo
  // delay < T, with no allowance for the network?
  [[nodiscard]] bool idle_interval_fits() const;
};

}  // namespace hs
