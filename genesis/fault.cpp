#include "genesis/fault.h"

#include <map>

#include "keys/key_file.h"
#include "lib/base/hex.h"
#include "lib/base/limits.h"

namespace hs {
namespace {

std::optional<GenesisFault> fault(Errc code, std::string what,
                                  std::optional<std::size_t> validator = std::nullopt) {
  return GenesisFault{{code, std::move(what)}, validator};
}

std::optional<GenesisFault> fault_of_validator(const GenesisValidator& validator, bool testnet,
                                               std::size_t position) {
  if (const auto name = check_key_name(validator.name); !name) {
    return fault(Errc::bad_value, name.error().what, position);
  }
  const std::string who = "validator " + validator.name;
  if (validator.power.value == 0) return fault(Errc::bad_value, who + " has power 0", position);
  if (!is_admissible_key(validator.public_key)) {
    return fault(Errc::bad_value,
                 who + ": " + to_hex(validator.public_key.bytes) + " is no usable Ed25519 key",
                 position);
  }
  if (validator.test && !testnet) {
    return fault(Errc::bad_value,
                 who +
                     " has a test key, which anybody can compute; only a genesis with "
                     "'testnet: true' may have such validators",
                 position);
  }
  return std::nullopt;
}

std::optional<GenesisFault> fault_of_whole(const Genesis& genesis) {
  if (genesis.chain_id.value == 0 || genesis.chain_id.value > number_max) {
    return fault(Errc::bad_value, "the chain id must be 1 to 2^63");
  }
  if (genesis.app != "kv") return fault(Errc::bad_value, "unknown app '" + genesis.app + "'");
  if (genesis.authority && !is_admissible_key(*genesis.authority)) {
    return fault(Errc::bad_value, "the authority's key is no usable Ed25519 key");
  }
  const GenesisParams& params = genesis.params;
  const bool good_timeout = params.view_timeout >= view_timeout_min &&
                            params.view_timeout <= view_timeout_max &&
                            params.view_timeout % milliseconds(1) == Duration::zero();
  if (!good_timeout) {
    return fault(Errc::bad_value, "view_timeout must be whole milliseconds, 10ms to 1h");
  }
  // The reference truncates its deadlines to seconds. [S09, S49]
  if (params.reference_peers && params.view_timeout % std::chrono::seconds(1) != Duration::zero()) {
    return fault(Errc::bad_value, "with reference_peers, view_timeout must be whole seconds");
  }
  if (params.epoch_length == 0 || params.epoch_length > epoch_length_max) {
    return fault(Errc::bad_value, "epoch_length must be 1 to " + std::to_string(epoch_length_max));
  }
  if (genesis.validators.empty()) return fault(Errc::bad_value, "there are no validators");
  if (genesis.validators.size() > validators_max) {
    return fault(Errc::too_long, "more than " + std::to_string(validators_max) + " validators");
  }
  return std::nullopt;
}

}  // namespace

std::optional<GenesisFault> find_fault(const Genesis& genesis) {
  if (auto found = fault_of_whole(genesis)) return found;
  std::map<PublicKey, std::string> keys;
  std::map<std::string, PublicKey> names;
  Uint128 total = 0;
  for (std::size_t i = 0; i < genesis.validators.size(); ++i) {
    const GenesisValidator& validator = genesis.validators[i];
    if (auto found = fault_of_validator(validator, genesis.testnet, i)) return found;
    const auto [key, is_new_key] = keys.emplace(validator.public_key, validator.name);
    if (!is_new_key) {
      return fault(Errc::duplicate,
                   "validators " + key->second + " and " + validator.name + " have the same key",
                   i);
    }
    if (!names.emplace(validator.name, validator.public_key).second) {
      return fault(Errc::duplicate, "two validators are called " + validator.name, i);
    }
    total += validator.power.value;
    if (total > genesis_power_max) {
      return fault(Errc::bad_value,
                   "the total power exceeds 2^53 - 1 with validator " + validator.name, i);
    }
  }
  return std::nullopt;
}

}  // namespace hs
