#include "cli/decoded.h"

#include "lib/base/hex.h"
#include "lib/base/overloaded.h"
#include "lib/kvapp/queries.h"
#include "lib/net/frame.h"
#include "lib/net/hello.h"
#include "lib/node/gossip.h"
#include "lib/rpc/event_view.h"
#include "lib/types/messages.h"
#include "lib/validators/validator_set.h"

namespace hs {
namespace {

template <class Tag, std::size_t N>
std::string hex(const FixedBytes<Tag, N>& bytes) {
  return to_hex(bytes.view());
}

// Numbers up to 2^63 are exact in our JSON, but not in every reader's.
std::string chain(ChainId id) { return std::to_string(id.value); }

Json signatures_view(const SignatureSet& signatures) {
  Json list = Json::array();
  for (const auto& signature : signatures) {
    list.push_back(signature ? Json(hex(*signature)) : Json());
  }
  return list;
}

Json view(const PhaseCertificate& pc) {
  Json object{{"chain_id", chain(pc.chain_id)},
              {"view", pc.view.value},
              {"block", hex(pc.block)},
              {"phase", name_of(pc.phase)},
              {"signer_bits", signer_bits(pc.signatures)}};
  if (pc.is_genesis()) object["genesis"] = true;
  object["signatures"] = signatures_view(pc.signatures);
  return object;
}

Json view(const TimeoutCertificate& tc) {
  return {{"chain_id", chain(tc.chain_id)},
          {"view", tc.view.value},
          {"signer_bits", signer_bits(tc.signatures)},
          {"signatures", signatures_view(tc.signatures)}};
}

Json view(const Transaction& transaction) {
  Json object{{"id", hex(transaction_id(to_borsh(transaction)))},
              {"chain_id", chain(transaction.chain_id)},
              {"client", hex(transaction.client)},
              {"sequence", std::to_string(transaction.sequence)},
              {"valid_until", transaction.valid_until.value},
              {"kind", kv::name_of(transaction.operation)}};
  if (const Bytes* key = kv::key_of(transaction.operation)) put_bytes(object, "key", *key);
  std::visit(Overloaded{[&](const kv::Put& put) { put_bytes(object, "value", put.value); },
                        [](const kv::Delete&) {},
                        [&](const kv::CompareAndSet& cas) {
                          if (cas.expected) {
                            put_bytes(object, "expected", *cas.expected);
                          } else {
                            object["expected"] = nullptr;
                          }
                          put_bytes(object, "value", cas.value);
                        },
                        [&](const kv::SetValidator& set) {
                          object["public_key"] = to_hex(set.validator.view());
                          object["power"] = set.power.value;
                        },
                        [&](const kv::RemoveValidator& remove) {
                          object["public_key"] = to_hex(remove.validator.view());
                        }},
             transaction.operation);
  return object;
}

Json view_of_encoded(const Bytes& bytes) {
  const auto transaction = from_borsh<Transaction>(bytes);
  return transaction ? view(*transaction) : Json(to_hex(bytes));
}

// Data belong to the app; what is not the built-in app's is shown as bytes.
Json view(const Data& data) {
  Json object{{"datums", data.size()}};
  const auto encoded = kv::transactions_of(data);
  if (!encoded) {
    object["not_transactions"] = encoded.error().what;
    object["bytes"] = Json::array();
    for (const Datum& datum : data) object["bytes"].push_back(to_hex(datum));
    return object;
  }
  object["transactions"] = Json::array();
  for (const Bytes& bytes : *encoded) object["transactions"].push_back(view_of_encoded(bytes));
  return object;
}

Json view(const Block& block) {
  const bool fits = block_hash(block.height, block.justify, block.data_hash) == block.hash;
  return {{"height", block.height.value},
          {"hash", hex(block.hash)},
          {"hash_fits", fits},
          {"justify", view(block.justify)},
          {"data_hash", hex(block.data_hash)},
          {"data", view(block.data)}};
}

Json view(const ValidatorSet& set) {
  Json members = Json::array();
  for (const Validator& member : set.members()) {
    members.push_back({{"public_key", hex(member.key)}, {"power", member.power.value}});
  }
  return {{"validators", members}};
}

Json view(const ProgressCertificate& certificate) {
  return std::visit(Overloaded{[](const TimeoutCertificate& tc) {
                                 return Json{{"kind", "TimeoutCertificate"}, {"value", view(tc)}};
                               },
                               [](const PhaseCertificate& pc) {
                                 return Json{{"kind", "PhaseCertificate"}, {"value", view(pc)}};
                               }},
                    certificate);
}

Json view(const Proposal& m) {
  return {{"chain_id", chain(m.chain_id)}, {"view", m.view.value}, {"block", view(m.block)}};
}
Json view(const Nudge& m) {
  return {{"chain_id", chain(m.chain_id)}, {"view", m.view.value}, {"justify", view(m.justify)}};
}
Json view(const PhaseVote& m) {
  return {{"chain_id", chain(m.chain_id)},
          {"view", m.view.value},
          {"block", hex(m.block)},
          {"phase", name_of(m.phase)},
          {"signature", hex(m.signature)}};
}
Json view(const NewView& m) {
  return {
      {"chain_id", chain(m.chain_id)}, {"view", m.view.value}, {"highest_pc", view(m.highest_pc)}};
}
Json view(const TimeoutVote& m) {
  return {{"chain_id", chain(m.chain_id)},
          {"view", m.view.value},
          {"signature", hex(m.signature)},
          {"highest_tc", m.highest_tc ? view(*m.highest_tc) : Json()}};
}
Json view(const AdvanceView& m) { return {{"certificate", view(m.progress_certificate)}}; }
Json view(const AdvertiseBlock& m) {
  return {{"chain_id", chain(m.chain_id)},
          {"highest_committed_block_height", m.highest_committed_block_height.value},
          {"signature", hex(m.signature)}};
}
Json view(const AdvertisePC& m) { return {{"highest_pc", view(m.highest_pc)}}; }
Json view(const BlockSyncRequest& m) {
  return {
      {"chain_id", chain(m.chain_id)}, {"start_height", m.start_height.value}, {"limit", m.limit}};
}
Json view(const BlockSyncResponse& m) {
  Json blocks = Json::array();
  for (const Block& block : m.blocks) blocks.push_back(view(block));
  return {{"blocks", blocks}, {"highest_pc", view(m.highest_pc)}};
}

Json view(const Hello& hello) {
  Json peers = Json::array();
  for (const PeerAddress& peer : hello.known_peers) peers.push_back(to_string(peer));
  Json object{{"chain_id", chain(hello.chain_id)}, {"genesis_hash", hex(hello.genesis_hash)}};
  put_bytes(object, "node_name", as_bytes(hello.node_name));
  object["listens"] = hello.listens ? Json(to_string(*hello.listens)) : Json();
  object["known_peers"] = peers;
  return object;
}

template <class T>
Result<Decoded> decode_typed(const std::string& name, BytesView bytes) {
  HS_TRY(value, from_borsh<T>(bytes));
  return Decoded{name, view(value)};
}

Result<Decoded> decode_message(BytesView bytes) {
  HS_TRY(message, from_borsh<Message>(bytes));
  return Decoded{std::string(name_of(message)),
                 std::visit([](const auto& any) { return view(any); }, message)};
}

Result<Decoded> decode_greeting_frame(BytesView bytes) {
  HS_TRY(greeting, decode_greeting(bytes));
  if (const auto* hello = std::get_if<Hello>(&greeting)) return Decoded{"Hello", view(*hello)};
  Json object;
  put_bytes(object, "reason", as_bytes(std::get<Refusal>(greeting).reason));
  return Decoded{"Refusal", object};
}

Result<Decoded> decode_transactions(BytesView bytes) {
  HS_TRY(frame, decode_transaction_frame(bytes));
  Json transactions = Json::array();
  for (const Bytes& encoded : frame.transactions) transactions.push_back(view_of_encoded(encoded));
  return Decoded{"Transactions",
                 {{"pass_on", frame.pass_on}, {"transactions", std::move(transactions)}}};
}

Result<Decoded> decode_body(const Frame& frame) {
  switch (frame.channel) {
    case Channel::hello:
      return decode_greeting_frame(frame.body);
    case Channel::message:
      return decode_message(frame.body);
    case Channel::transactions:
      return decode_transactions(frame.body);
    case Channel::ping:
      return Decoded{"Ping", Json::object()};
  }
  return fail(Errc::bad_value, "unknown channel");
}

Result<Decoded> decode_frame(BytesView bytes) {
  FrameDecoder decoder;
  HS_TRY(frame, decoder.next(bytes, frame_bytes_max));
  if (!frame) return fail(Errc::truncated, "the frame is not complete");
  if (!bytes.empty()) return fail(Errc::trailing, "input goes on after the frame");
  HS_TRY(body, decode_body(*frame));
  const Json channel = static_cast<std::uint64_t>(frame->channel);
  return Decoded{"Frame", {{"channel", channel}, {"kind", body.kind}, {"value", body.value}}};
}

struct Kind {
  std::string name;
  Result<Decoded> (*decode)(BytesView bytes);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{
      {"frame", decode_frame},
      {"message", decode_message},
      {"block", [](BytesView b) { return decode_typed<Block>("Block", b); }},
      {"pc", [](BytesView b) { return decode_typed<PhaseCertificate>("PhaseCertificate", b); }},
      {"tc", [](BytesView b) { return decode_typed<TimeoutCertificate>("TimeoutCertificate", b); }},
      {"transaction", [](BytesView b) { return decode_typed<Transaction>("Transaction", b); }},
      {"data", [](BytesView b) { return decode_typed<Data>("Data", b); }},
      {"validator-set", [](BytesView b) { return decode_typed<ValidatorSet>("ValidatorSet", b); }}};
  return all;
}

}  // namespace

const std::vector<std::string>& decodable_kinds() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Kind& kind : kinds()) all.push_back(kind.name);
    return all;
  }();
  return names;
}

Result<Decoded> decode_as(const std::string& kind, BytesView bytes) {
  for (const Kind& each : kinds()) {
    if (each.name == kind) return each.decode(bytes);
  }
  return fail(Errc::bad_value, "unknown kind '" + kind + "'");
}

Result<Decoded> decode_any(BytesView bytes) {
  for (const Kind& kind : kinds()) {
    auto decoded = kind.decode(bytes);
    if (decoded) return decoded;
  }
  return fail(Errc::bad_value,
              (bytes.size() == 1 ? "this byte is"
                                 : "these " + std::to_string(bytes.size()) + " bytes are") +
                  " nothing that the protocol sends");
}

}  // namespace hs
