// From what a user asks for to a document that is fit to start a chain from.
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>

#include "genesis/genesis.h"

namespace hs {
namespace {

// Identifies one chain among all that anyone ever starts, and is exact in every JSON reader.
Result<ChainId> random_chain_id() {
  std::uint64_t number = 0;
  while (number == 0) {
    if (::getrandom(&number, sizeof(number), 0) != static_cast<ssize_t>(sizeof(number))) {
      return fail(Errc::io,
                  std::string("no random numbers from the system: ") + std::strerror(errno));
    }
    number >>= 11;
  }
  return ChainId{number};
}

// The leader's turns follow the powers: a cycle of total-power views is as short as it can be once
// nothing divides all of them.
void reduce_powers(std::vector<GenesisValidator>& validators) {
  std::uint64_t divisor = 0;
  for (const GenesisValidator& validator : validators) {
    divisor = std::gcd(divisor, validator.power.value);
  }
  if (divisor <= 1) return;
  for (GenesisValidator& validator : validators) validator.power.value /= divisor;
}

std::string share_warning(const GenesisValidator& validator) {
  return "validator " + validator.name +
         " holds a third of the power or more: nothing commits while it is down";
}

}  // namespace

std::vector<std::string> genesis_warnings(const Genesis& genesis) {
  std::vector<std::string> warnings;
  const std::size_t count = genesis.validators.size();
  if (count < 4) {
    warnings.push_back(count == 1
                           ? "with 1 validator nothing commits while it is down"
                           : "with " + std::to_string(count) +
                                 " validators nothing commits while any one of them is down; "
                                 "4 tolerate the loss of one");
    return warnings;
  }
  const ValidatorSet set = genesis.validator_set();
  std::uint64_t least = genesis.validators[0].power.value;
  std::uint64_t most = least;
  for (const GenesisValidator& validator : genesis.validators) {
    least = std::min(least, validator.power.value);
    most = std::max(most, validator.power.value);
    if (validator.power.value > set.faulty_power_max()) {
      warnings.push_back(share_warning(validator));
    }
  }
  // A commit with a member down needs three live leaders in a row; the more unequal the powers, the
  // rarer such a row is in the cycle of leaders. [S47]
  constexpr std::uint64_t unequal_ratio = 10;
  if (most / least >= unequal_ratio) {
    warnings.push_back("powers differ by a factor of " + std::to_string(most / least) +
                       ": after the loss of a strong validator commits can be rare");
  }
  return warnings;
}

Result<CreatedGenesis> create_genesis(const GenesisDraft& draft) {
  Genesis genesis;
  if (draft.chain_id) {
    genesis.chain_id = *draft.chain_id;
  } else {
    HS_TRY(chain_id, random_chain_id());
    genesis.chain_id = chain_id;
  }
  genesis.testnet = draft.testnet;
  genesis.validators = draft.validators;
  std::sort(genesis.validators.begin(), genesis.validators.end(),
            [](const auto& a, const auto& b) { return a.public_key < b.public_key; });
  reduce_powers(genesis.validators);
  genesis.authority = draft.authority;
  genesis.params.reference_peers = draft.reference_peers;
  genesis.params.view_timeout = draft.view_timeout.value_or(milliseconds(1000));
  constexpr std::size_t epoch_length_least = 10;
  const std::size_t epoch_length = std::max(epoch_length_least, 2 * draft.validators.size());
  genesis.params.epoch_length =
      draft.epoch_length.value_or(static_cast<std::uint32_t>(epoch_length));
  HS_TRY_STATUS(check_genesis(genesis));
  return CreatedGenesis{genesis, genesis_warnings(genesis)};
}

}  // namespace hs
