// The document that a chain starts from: who validates, and what all replicas must agree on. Schema
// hs.genesis/v1, YAML for people; the hash is over the canonical Borsh form, so layout and comments
// of the file do not matter, and every replica shows it in its handshake.
//
//   schema: hs.genesis/v1
//   chain_id: 4242
//   testnet: true
//   app: kv
//   validators:
//     - {name: n0, public_key: "9f3c...", power: 1}
//   authority: "ab12..."             # optional: whose signature changes the validator set
//   params: {view_timeout: 1000ms, epoch_length: 10}   # and, if so, reference_peers: true
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "lib/crypto/sha256.h"
#include "lib/validators/validator_set.h"

namespace hs {

struct GenesisValidator {
  std::string name;
  PublicKey public_key;
  Power power;
  bool test = false;  // its key was made from a known seed; such a document must be a test genesis
  friend bool operator==(const GenesisValidator&, const GenesisValidator&) = default;
};

struct GenesisParams {
  Duration view_timeout = milliseconds(1000);  // T; whole milliseconds
  std::uint32_t epoch_length = 10;             // N, in views
  // Replicas of the reference take part, so all keep its deadlines, in whole seconds, and send what
  // it relies on (lib/replica/config.h). [PROTOCOL 9]
  bool reference_peers = false;
  friend bool operator==(const GenesisParams&, const GenesisParams&) = default;
};

struct Genesis {
  ChainId chain_id;      // 1 ..= 2^63; 0 is the genesis certificate's [PROTOCOL 1.4]
  bool testnet = false;  // allows test keys, faults and unsynced storage; marked in every status
  std::string app = "kv";
  std::vector<GenesisValidator> validators;  // ascending by public key
  std::optional<PublicKey> authority;
  GenesisParams params;
  friend bool operator==(const Genesis&, const Genesis&) = default;

  // SHA-256 of the canonical form.
  [[nodiscard]] Hash hash() const;
  // Requires check_genesis() to have passed, as of every Genesis that the functions below return.
  [[nodiscard]] ValidatorSet validator_set() const;
  [[nodiscard]] const GenesisValidator* find(const PublicKey& key) const;  // null for a stranger
};

constexpr Duration view_timeout_min = milliseconds(10);
constexpr Duration view_timeout_max = std::chrono::hours(1);
constexpr std::uint32_t epoch_length_max = 1'000'000;
constexpr std::uint64_t genesis_power_max = (std::uint64_t{1} << 53) - 1;  // total

// Is this a document that a chain may start from? The very check of `genesis validate` and `node
// run`. Errors: bad_value, duplicate, too_long, denied (test keys outside a test genesis).
[[nodiscard]] Status check_genesis(const Genesis& genesis);

// Errors: as check_genesis() and lib/config/yaml.h, all with file:line:column.
[[nodiscard]] Result<Genesis> parse_genesis(std::string_view text, const std::string& file_name);
[[nodiscard]] Result<Genesis> read_genesis_file(const std::filesystem::path& path);
[[nodiscard]] std::string to_yaml(const Genesis& genesis);
// Errors: exists (unless `replace`), io.
[[nodiscard]] Status write_genesis_file(const std::filesystem::path& path, const Genesis& genesis,
                                        bool replace);

// What a user should know of a document that is valid: members without which nothing commits, and
// powers so unequal that the loss of a strong member makes commits rare. Sentences. [S47]
[[nodiscard]] std::vector<std::string> genesis_warnings(const Genesis& genesis);

struct GenesisDraft {
  std::optional<ChainId> chain_id;  // default: drawn from the system's random device
  bool testnet = false;
  std::vector<GenesisValidator> validators;
  std::optional<PublicKey> authority;
  std::optional<Duration> view_timeout;       // default 1000 ms
  std::optional<std::uint32_t> epoch_length;  // default max(10, 2n)
  bool reference_peers = false;
};
struct CreatedGenesis {
  Genesis genesis;
  std::vector<std::string> warnings;  // genesis_warnings()
};
// Sorts the validators, divides their powers by the greatest common divisor, fills in the defaults
// and checks. Errors: as check_genesis(); io.
[[nodiscard]] Result<CreatedGenesis> create_genesis(const GenesisDraft& draft);

}  // namespace hs
