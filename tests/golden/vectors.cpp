#include "tests/golden/vectors.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "lib/base/hex.h"

namespace hs::test {
namespace {

[[noreturn]] void wrong_form(const Json& json, const char* expected) {
  throw std::runtime_error("not " + std::string(expected) + ": " + json.dump());
}

}  // namespace

std::string vectors_folder() {
  const char* named = std::getenv("HS_VECTORS");
  return named != nullptr && *named != '\0' ? named : HS_SOURCE_DIR "/tests/golden/vectors";
}

std::optional<Json> load_vectors(const std::string& name) {
  const std::string path = vectors_folder() + "/" + name;
  std::ifstream file(path);
  if (!file) {
    std::cout << "skipped: " << name << " is not in " << vectors_folder() << std::endl;
    return std::nullopt;
  }
  return Json::parse(file);
}

Uint128 wide_number(const Json& json) {
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  if (!json.is_string()) wrong_form(json, "a number");
  const auto& text = json.get_ref<const std::string&>();
  if (text.empty() || text.size() > 39) wrong_form(json, "a decimal number");
  Uint128 value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') wrong_form(json, "a decimal number");
    value = 10 * value + static_cast<std::uint8_t>(c - '0');
  }
  return value;
}

std::uint64_t number(const Json& json) {
  const Uint128 value = wide_number(json);
  if (value > ~std::uint64_t{0}) wrong_form(json, "a number of 64 bits");
  return static_cast<std::uint64_t>(value);
}

std::string decimal(Uint128 number) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(number % 10)));
    number /= 10;
  } while (number > 0);
  return digits;
}

Bytes hex_bytes(const Json& json) {
  const auto bytes = from_hex(json.get_ref<const std::string&>());
  if (!bytes) wrong_form(json, "hex");
  return *bytes;
}

Phase phase(const Json& json) {
  constexpr std::array<std::string_view, 5> names = {"Generic", "Prepare", "Precommit", "Commit",
                                                     "Decide"};
  const auto found = std::find(names.begin(), names.end(), json.get_ref<const std::string&>());
  if (found == names.end()) wrong_form(json, "a phase");
  return static_cast<Phase>(found - names.begin());
}

SignatureSet signatures(const Json& json) {
  SignatureSet set;
  for (const Json& slot : json) {
    set.push_back(slot.is_null() ? std::nullopt : std::optional(fixed<Signature>(slot)));
  }
  return set;
}

PhaseCertificate phase_certificate(const Json& json) {
  return {.chain_id = ChainId{number(json.at("chain_id"))},
          .view = View{number(json.at("view"))},
          .block = hash(json.at("block")),
          .phase = phase(json.at("phase")),
          .signatures = signatures(json.at("signatures"))};
}

TimeoutCertificate timeout_certificate(const Json& json) {
  return {.chain_id = ChainId{number(json.at("chain_id"))},
          .view = View{number(json.at("view"))},
          .signatures = signatures(json.at("signatures"))};
}

Block block(const Json& json) {
  Block block{.height = Height{number(json.at("height"))},
              .hash = hash(json.at("hash")),
              .justify = phase_certificate(json.at("justify")),
              .data_hash = hash(json.at("data_hash")),
              .data = {}};
  for (const Json& datum : json.at("data")) block.data.push_back(hex_bytes(datum));
  return block;
}

namespace {

ChainId chain_of(const Json& json) { return ChainId{number(json.at("chain_id"))}; }
View view_in(const Json& json) { return View{number(json.at("view"))}; }

TimeoutVote timeout_vote(const Json& json) {
  TimeoutVote vote{.chain_id = chain_of(json),
                   .view = view_in(json),
                   .signature = fixed<Signature>(json.at("signature")),
                   .highest_tc = {}};
  if (json.contains("highest_tc") && !json.at("highest_tc").is_null()) {
    vote.highest_tc = timeout_certificate(json.at("highest_tc"));
  }
  return vote;
}

BlockSyncResponse block_sync_response(const Json& json) {
  BlockSyncResponse response;
  for (const Json& item : json.at("blocks")) response.blocks.push_back(block(item));
  response.highest_pc = phase_certificate(json.at("highest_pc"));
  return response;
}

}  // namespace

Message message(const Json& json) {
  const auto& kind = json.at("kind").get_ref<const std::string&>();
  if (kind == "Proposal") return Proposal{chain_of(json), view_in(json), block(json.at("block"))};
  if (kind == "Nudge") {
    return Nudge{chain_of(json), view_in(json), phase_certificate(json.at("justify"))};
  }
  if (kind == "PhaseVote") {
    return PhaseVote{chain_of(json), view_in(json), hash(json.at("block")), phase(json.at("phase")),
                     fixed<Signature>(json.at("signature"))};
  }
  if (kind == "NewView") {
    return NewView{chain_of(json), view_in(json), phase_certificate(json.at("highest_pc"))};
  }
  if (kind == "TimeoutVote") return timeout_vote(json);
  if (kind == "AdvanceView") {
    if (json.contains("tc")) return AdvanceView{timeout_certificate(json.at("tc"))};
    return AdvanceView{phase_certificate(json.at("pc"))};
  }
  if (kind == "AdvertiseBlock") {
    return AdvertiseBlock{chain_of(json), Height{number(json.at("highest_committed_block_height"))},
                          fixed<Signature>(json.at("signature"))};
  }
  if (kind == "AdvertisePC") return AdvertisePC{phase_certificate(json.at("highest_pc"))};
  if (kind == "BlockSyncRequest") {
    return BlockSyncRequest{chain_of(json), Height{number(json.at("start_height"))},
                            static_cast<std::uint32_t>(number(json.at("limit")))};
  }
  if (kind == "BlockSyncResponse") return block_sync_response(json);
  wrong_form(json, "a message");
}

ValidatorSet validator_set(const Json& json) {
  std::vector<Validator> members;
  for (const Json& member : json) {
    members.push_back({public_key(member.at("key")), Power{number(member.at("power"))}});
  }
  auto set = ValidatorSet::from_members(std::move(members));
  if (!set) throw std::runtime_error(set.error().what);
  return *std::move(set);
}

ValidatorSetUpdates validator_set_updates(const Json& json) {
  ValidatorSetUpdates updates;
  for (const Json& pair : json.at("inserts")) {
    updates.insert(public_key(pair.at(0)), Power{number(pair.at(1))});
  }
  for (const Json& key : json.at("deletes")) updates.erase(public_key(key));
  return updates;
}

}  // namespace hs::test
