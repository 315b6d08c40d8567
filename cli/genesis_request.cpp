#include "cli/genesis_request.h"

#include <algorithm>

#include "cli/error.h"
#include "cli/key_options.h"
#include "cli/values.h"
#include "lib/base/hex.h"
#include "lib/config/suggest.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

bool looks_like_public_key(const std::string& text) {
  return text.size() == 2 * PublicKey::size && from_hex(text).has_value();
}

// NAME=KEY:POWER, where KEY is a public key or a key file. The last colon counts: a path may hold
// one.
GenesisValidator parse_validator(const std::string& text) {
  const auto equals = text.find('=');
  const auto colon = text.rfind(':');
  if (equals == std::string::npos || colon == std::string::npos || colon < equals) {
    throw usage_error("--validator " + text + ": expected NAME=KEY:POWER", "",
                      "as in --validator alice=keys/alice.yaml:1");
  }
  GenesisValidator validator;
  validator.name = text.substr(0, equals);
  or_throw(check_key_name(validator.name), "--validator " + text);
  const std::string key = text.substr(equals + 1, colon - equals - 1);
  const auto power = parse_number(text.substr(colon + 1));
  if (!power || *power == 0 || *power > genesis_power_max) {
    throw usage_error("--validator " + text + ": the power must be 1 to " +
                      std::to_string(genesis_power_max));
  }
  validator.power = Power{*power};
  if (looks_like_public_key(key)) {
    validator.public_key = *fixed_from_hex<PublicKey>(key);
  } else {
    const KeyInfo info = key_or_throw(read_key_info(key), "--validator " + text);
    validator.public_key = info.public_key;
    validator.test = info.test;
  }
  return validator;
}

void apply_param(const std::string& text, GenesisDraft& draft) {
  const auto equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (name == "view_timeout") {
    draft.view_timeout = or_throw(parse_duration(value), "--param " + text);
  } else if (name == "reference_peers") {
    if (value != "true" && value != "false") {
      throw usage_error("--param " + text + ": expected true or false");
    }
    draft.reference_peers = value == "true";
  } else if (name == "epoch_length") {
    const auto length = parse_number(value);
    if (!length || *length == 0 || *length > epoch_length_max) {
      throw usage_error("--param " + text + ": expected 1 to " + std::to_string(epoch_length_max));
    }
    draft.epoch_length = static_cast<std::uint32_t>(*length);
  } else {
    throw usage_error("--param " + text + ": unknown parameter '" + name + "'" +
                          did_you_mean(name, {"view_timeout", "epoch_length", "reference_peers"}),
                      "", "view_timeout=500ms, epoch_length=20 or reference_peers=true");
  }
}

void make_validators(const Context& context, GenesisRequest& request) {
  const std::size_t count = context.arguments.number("validators");
  const fs::path folder = context.arguments.text("keys-dir");
  std::vector<fs::path> paths;
  for (std::size_t i = 0; i < count; ++i) {
    paths.push_back(folder / ("n" + std::to_string(i) + ".yaml"));
  }
  if (!context.arguments.flag("force")) refuse_existing(paths);
  require_unencrypted(context);
  const auto keys = or_throw(
      generate_validator_keys(count, context.arguments.find("insecure-seed")), "making keys");
  for (std::size_t i = 0; i < count; ++i) {
    request.draft.validators.push_back({.name = keys[i].name,
                                        .public_key = keys[i].key.public_key(),
                                        .power = Power{1},
                                        .test = keys[i].test});
    request.new_keys.push_back({paths[i], keys[i]});
  }
}

}  // namespace

GenesisRequest genesis_request(const Context& context) {
  const Arguments& arguments = context.arguments;
  if (arguments.given("validators") == arguments.given("validator")) {
    throw usage_error("say who validates: either --validators N or --validator NAME=KEY:POWER", "",
                      "hs genesis create --validators 4 --unencrypted");
  }
  GenesisRequest request;
  GenesisDraft& draft = request.draft;
  draft.testnet = arguments.flag("testnet");
  if (const auto chain_id = arguments.find_number("chain-id")) draft.chain_id = ChainId{*chain_id};
  if (const auto authority = arguments.find("authority")) {
    draft.authority = or_throw(fixed_from_hex<PublicKey>(*authority), "--authority");
  }
  for (const std::string& param : arguments.texts("param")) apply_param(param, draft);
  for (const std::string& validator : arguments.texts("validator")) {
    draft.validators.push_back(parse_validator(validator));
  }
  if (arguments.given("validators")) make_validators(context, request);
  return request;
}

}  // namespace hs
