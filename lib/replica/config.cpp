#include "lib/replica/config.h"

namespace hs {

ReplicaConfig ReplicaConfig::with(ChainId chain_id, std::uint32_t epoch_length,
                                  Duration view_timeout, Duration idle_interval) {
  ReplicaConfig config;
  config.chain_id = chain_id;
  config.epoch_length = epoch_length;
  config.view_timeout = view_timeout;
  config.idle_interval = idle_interval;
  config.sync_retry = view_timeout / 8;
  config.sync_response_timeout = view_timeout / 4;
  return config;
}

bool ReplicaConfig::idle_interval_fits() const {
  const Duration echo_delay = view_timeout / 8 + idle_interval;
  return idle_interval + echo_delay < view_timeout;
}

}  // namespace hs
