#include "genesis/genesis.h"

#include <algorithm>

#include "genesis/fault.h"
#include "keys/durable_file.h"
#include "keys/key_file.h"
#include "lib/base/check.h"
#include "lib/base/limits.h"
#include "lib/codec/borsh.h"
#include "lib/config/yaml.h"

namespace hs {
namespace {

constexpr std::string_view genesis_schema = "hs.genesis/v1";

bool by_key(const GenesisValidator& a, const GenesisValidator& b) {
  return a.public_key < b.public_key;
}

std::uint64_t milliseconds_of(Duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(duration).count());
}

}  // namespace

Hash Genesis::hash() const {
  BorshWriter writer;
  writer.byte_string(as_bytes(genesis_schema));
  encode(writer, chain_id);
  writer.boolean(testnet);
  writer.byte_string(as_bytes(app));
  writer.count(validators.size());
  for (const GenesisValidator& validator : validators) {
    writer.byte_string(as_bytes(validator.name));
    encode(writer, validator.public_key);
    encode(writer, validator.power);
    writer.boolean(validator.test);
  }
  encode(writer, authority);
  writer.u64(milliseconds_of(params.view_timeout));
  writer.u32(params.epoch_length);
  // Absent where it is false: documents from before it existed keep their hash.
  if (params.reference_peers) writer.boolean(true);
  return sha256(writer.bytes());
}

ValidatorSet Genesis::validator_set() const {
  std::vector<Validator> members;
  for (const GenesisValidator& validator : validators) {
    members.push_back({validator.public_key, validator.power});
  }
  auto set = ValidatorSet::from_members(std::move(members));
  HS_CHECK(set.has_value());
  return *std::move(set);
}

const GenesisValidator* Genesis::find(const PublicKey& key) const {
  const auto found =
      std::find_if(validators.begin(), validators.end(),
                   [&](const GenesisValidator& validator) { return validator.public_key == key; });
  return found == validators.end() ? nullptr : &*found;
}

Status check_genesis(const Genesis& genesis) {
  if (!std::is_sorted(genesis.validators.begin(), genesis.validators.end(), by_key)) {
    return fail(Errc::bad_value, "the validators are not in the order of their keys");
  }
  if (const auto fault = find_fault(genesis)) return std::unexpected(fault->error);
  return {};
}

namespace {

Result<GenesisValidator> parse_validator(const YamlValue& value) {
  HS_TRY(fields, value.fields({"name", "public_key", "power", "test_key"}));
  GenesisValidator validator;
  HS_TRY(name_value, fields.required("name"));
  HS_TRY(name, name_value.text());
  validator.name = name;
  HS_TRY(key_value, fields.required("public_key"));
  HS_TRY(key, key_value.hex<PublicKey>());
  validator.public_key = key;
  HS_TRY(power_value, fields.required("power"));
  HS_TRY(power, power_value.number(1, genesis_power_max));
  validator.power = Power{power};
  if (const auto test_value = fields.optional("test_key")) {
    HS_TRY(test, test_value->boolean());
    validator.test = test;
  }
  return validator;
}

Result<GenesisParams> parse_params(const YamlValue& value) {
  HS_TRY(fields, value.fields({"view_timeout", "epoch_length", "reference_peers"}));
  GenesisParams params;
  HS_TRY(timeout_value, fields.required("view_timeout"));
  HS_TRY(timeout, timeout_value.duration(view_timeout_min, view_timeout_max));
  if (timeout % milliseconds(1) != Duration::zero()) {
    return timeout_value.wrong("expected whole milliseconds");
  }
  params.view_timeout = timeout;
  HS_TRY(length_value, fields.required("epoch_length"));
  HS_TRY(length, length_value.number(1, epoch_length_max));
  params.epoch_length = static_cast<std::uint32_t>(length);
  if (const auto reference_peers = fields.optional("reference_peers")) {
    HS_TRY(flag, reference_peers->boolean());
    params.reference_peers = flag;
  }
  return params;
}

Result<std::optional<PublicKey>> parse_authority(const YamlFields& fields) {
  const auto value = fields.optional("authority");
  if (!value) return std::optional<PublicKey>();
  HS_TRY(key, value->hex<PublicKey>());
  if (!is_admissible_key(key)) return value->wrong("no usable Ed25519 public key");
  return std::optional(key);
}

}  // namespace

Result<Genesis> parse_genesis(std::string_view text, const std::string& file_name) {
  HS_TRY(root, parse_yaml(text, file_name));
  HS_TRY(fields, root.fields(genesis_schema,
                             {"chain_id", "testnet", "app", "validators", "authority", "params"}));
  Genesis genesis;
  HS_TRY(chain_value, fields.required("chain_id"));
  HS_TRY(chain_id, chain_value.number(1, number_max));
  genesis.chain_id = ChainId{chain_id};
  if (const auto testnet_value = fields.optional("testnet")) {
    HS_TRY(testnet, testnet_value->boolean());
    genesis.testnet = testnet;
  }
  HS_TRY(app_value, fields.required("app"));
  HS_TRY(app, app_value.one_of({"kv"}));
  genesis.app = app;
  HS_TRY(validators_value, fields.required("validators"));
  HS_TRY(validators, validators_value.list());
  for (const YamlValue& value : validators) {
    HS_TRY(validator, parse_validator(value));
    genesis.validators.push_back(std::move(validator));
  }
  HS_TRY(authority, parse_authority(fields));
  genesis.authority = authority;
  HS_TRY(params_value, fields.required("params"));
  HS_TRY(params, parse_params(params_value));
  genesis.params = params;

  // Judged in the order of the file, so that a fault can be shown where it stands.
  if (const auto fault = find_fault(genesis)) {
    const YamlValue& place = fault->validator ? validators[*fault->validator] : validators_value;
    return place.wrong(fault->error.what, fault->error.code);
  }
  std::sort(genesis.validators.begin(), genesis.validators.end(), by_key);
  return genesis;
}

Result<Genesis> read_genesis_file(const std::filesystem::path& path) {
  HS_TRY(text, read_text_file(path.string()));
  return parse_genesis(text, path.string());
}

std::string to_yaml(const Genesis& genesis) {
  std::string text = "schema: " + std::string(genesis_schema) + "\n";
  text += "chain_id: " + std::to_string(genesis.chain_id.value) + "\n";
  if (genesis.testnet) text += "testnet: true\n";
  text += "app: " + genesis.app + "\n";
  text += "validators:\n";
  for (const GenesisValidator& validator : genesis.validators) {
    text += "  - {name: " + yaml_quoted(validator.name) +
            ", public_key: " + yaml_quoted(to_hex(validator.public_key.bytes)) +
            ", power: " + std::to_string(validator.power.value) +
            (validator.test ? ", test_key: true" : "") + "}\n";
  }
  if (genesis.authority) {
    text += "authority: " + yaml_quoted(to_hex(genesis.authority->bytes)) + "\n";
  }
  text += "params: {view_timeout: " + std::to_string(milliseconds_of(genesis.params.view_timeout)) +
          "ms, epoch_length: " + std::to_string(genesis.params.epoch_length) +
          (genesis.params.reference_peers ? ", reference_peers: true" : "") + "}\n";
  return text;
}

Status write_genesis_file(const std::filesystem::path& path, const Genesis& genesis, bool replace) {
  return write_durable_file(path, to_yaml(genesis), FileAccess::readable, replace);
}

}  // namespace hs
