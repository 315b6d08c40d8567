// The conformance vectors: where they are, and their JSON as our types. In them integers of 64 and
// 128 bits are decimal strings and bytes are lower-case hex; vectors/README.md describes the files.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "lib/base/hex.h"
#include "lib/types/messages.h"
#include "lib/types/update_set.h"
#include "lib/validators/validator_set.h"

namespace hs::test {

using Json = nlohmann::json;

// The folder named by HS_VECTORS, or else the copy beside this file.
[[nodiscard]] std::string vectors_folder();
// None, after printing "skipped: NAME ...", if the folder has no such file. Throws if it is no
// JSON.
[[nodiscard]] std::optional<Json> load_vectors(const std::string& name);

// Each throws std::runtime_error, naming the value, if the JSON is not of its form.
[[nodiscard]] std::uint64_t number(const Json& json);  // a decimal string or a JSON integer
[[nodiscard]] Uint128 wide_number(const Json& json);
[[nodiscard]] Bytes hex_bytes(const Json& json);
template <class Fixed>
[[nodiscard]] Fixed fixed(const Json& json) {
  const auto value = fixed_from_hex<Fixed>(json.get<std::string>());
  if (!value) throw std::runtime_error(json.dump() + ": " + value.error().what);
  return *value;
}
[[nodiscard]] inline Hash hash(const Json& json) { return fixed<Hash>(json); }
[[nodiscard]] inline PublicKey public_key(const Json& json) { return fixed<PublicKey>(json); }
[[nodiscard]] std::string decimal(Uint128 number);

[[nodiscard]] Phase phase(const Json& json);  // "Generic", "Prepare", ...
[[nodiscard]] SignatureSet signatures(const Json& json);
[[nodiscard]] PhaseCertificate phase_certificate(const Json& json);
[[nodiscard]] TimeoutCertificate timeout_certificate(const Json& json);
[[nodiscard]] Block block(const Json& json);
[[nodiscard]] Message message(const Json& json);             // an object with "kind"
[[nodiscard]] ValidatorSet validator_set(const Json& json);  // [{"key", "power"}, ...]
[[nodiscard]] ValidatorSetUpdates validator_set_updates(const Json& json);

}  // namespace hs::test
