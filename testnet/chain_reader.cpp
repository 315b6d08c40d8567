#include "testnet/chain_reader.h"

#include <nlohmann/json.hpp>

#include "lib/base/hex.h"
#include "lib/codec/borsh.h"
#include "lib/crypto/sha256.h"
#include "lib/rpc/encoding.h"

namespace hs {
namespace {

constexpr RpcClient::Timeouts timeouts = {.connect = std::chrono::milliseconds(500),
                                          .answer = std::chrono::milliseconds(5000)};

Result<Json> get(RpcClient& client, const std::string& target) {
  HS_TRY(reply, client.get(target));
  if (reply.status == 404) return fail(Errc::not_found, target + " is not there");
  if (!reply.ok()) return fail(Errc::bad_value, target + ": HTTP " + std::to_string(reply.status));
  HS_TRY(json, json_of(reply));
  if (!json.is_object()) return fail(Errc::bad_value, target + ": no object");
  return json;
}

// The array `name` of an answer.
Result<Json> list_of(const Json& answer, const char* name) {
  const auto found = answer.find(name);
  if (found == answer.end() || !found->is_array()) {
    return fail(Errc::bad_value, std::string("an answer without ") + name);
  }
  return *found;
}

}  // namespace

Result<CheckedHeader> header_from(const Bytes& bytes) {
  CheckedHeader header;
  Hash data_hash;
  BorshReader reader(bytes);
  HS_TRY_STATUS(decode(reader, header.height));
  HS_TRY_STATUS(decode(reader, header.justify));
  HS_TRY_STATUS(decode(reader, data_hash));
  HS_TRY_STATUS(reader.finish());
  // The hash of a block is that of exactly these bytes. [PROTOCOL 1.5]
  header.hash = sha256(bytes);
  return header;
}

ChainReader::ChainReader(const TestnetNode& node)
    : client_(TcpEndpoint{"127.0.0.1", node.rpc_port}, timeouts) {}

Result<std::optional<Height>> ChainReader::committed_height() {
  HS_TRY(status, get(client_, "/v1/status"));
  const auto height = status.find("committed_height");
  if (height == status.end()) return fail(Errc::bad_value, "a status without a height");
  if (!height->is_number_unsigned()) return std::optional<Height>();
  return std::optional(Height{height->get<std::uint64_t>()});
}

Result<std::vector<CheckedHeader>> ChainReader::headers(Height to, std::size_t limit) {
  HS_TRY(answer, get(client_, "/v1/headers?to=" + std::to_string(to.value) +
                                  "&limit=" + std::to_string(limit)));
  HS_TRY(list, list_of(answer, "headers"));
  std::vector<CheckedHeader> headers;
  for (const Json& entry : list) {
    const auto text = entry.find("header_b64");
    if (text == entry.end() || !text->is_string()) return fail(Errc::bad_value, "no header");
    HS_TRY(bytes, from_base64(text->get<std::string>()));
    HS_TRY(header, header_from(bytes));
    const bool follows = headers.empty() ? header.height == to
                                         : next(header.height) == headers.back().height &&
                                               headers.back().justify.block == header.hash;
    if (!follows) {
      return fail(Errc::corrupt, "height " + std::to_string(header.height.value) +
                                     " does not belong to the chain above it");
    }
    headers.push_back(std::move(header));
  }
  if (headers.empty()) return fail(Errc::not_found, "no blocks at that height");
  return headers;
}

Result<std::vector<ToldChange>> ChainReader::set_changes() {
  std::vector<ToldChange> changes;
  std::uint64_t from = 0;
  while (true) {
    HS_TRY(answer, get(client_, "/v1/validators/changes?from=" + std::to_string(from)));
    HS_TRY(list, list_of(answer, "changes"));
    for (const Json& entry : list) {
      const auto height = entry.find("height");
      const auto transaction = entry.find("transaction");
      const bool whole = height != entry.end() && height->is_number_unsigned() &&
                         transaction != entry.end() && transaction->is_string();
      if (!whole) return fail(Errc::bad_value, "a change of the set that is none");
      HS_TRY(bytes, from_hex(transaction->get<std::string>()));
      changes.push_back({Height{height->get<std::uint64_t>()}, bytes});
    }
    const auto next = answer.find("next");
    if (next == answer.end() || !next->is_number_unsigned()) return changes;
    // Always forwards, whatever the node says.
    if (next->get<std::uint64_t>() <= from) return fail(Errc::bad_value, "changes in a circle");
    from = next->get<std::uint64_t>();
  }
}

Result<std::vector<SeenDoubleVote>> ChainReader::double_votes() {
  HS_TRY(answer, get(client_, "/v1/evidence"));
  HS_TRY(list, list_of(answer, "evidence"));
  std::vector<SeenDoubleVote> seen;
  for (const Json& pair : list) {
    const auto name = pair.find("name");
    const bool named = name != pair.end() && name->is_string();
    const auto signer = pair.find("signer");
    const bool is_signed = signer != pair.end() && signer->is_string();
    seen.push_back({.signer = is_signed ? signer->get<std::string>() : std::string(),
                    .sentence = (named ? name->get<std::string>() : std::string("a validator")) +
                                " voted twice: " + to_line(pair)});
  }
  return seen;
}

}  // namespace hs
