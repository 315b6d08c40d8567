#include "lib/net/hello.h"

#include "lib/base/hex.h"
#include "lib/base/limits.h"
#include "lib/base/overloaded.h"

namespace hs {
namespace {

constexpr std::uint8_t hello_tag = 0;
constexpr std::uint8_t refusal_tag = 1;
constexpr std::size_t peer_address_bytes_min = 32 + 4 + 1 + 2;

void encode_hello(BorshWriter& writer, const Hello& hello) {
  writer.u8(hello_tag);
  writer.u32(wire_version);
  encode(writer, hello.chain_id);
  encode(writer, hello.genesis_hash);
  writer.byte_string(as_bytes(std::string_view(hello.node_name).substr(0, node_name_bytes_max)));
  encode(writer, hello.listens);
  BorshWriter peers;
  std::size_t count = 0;
  const std::size_t bytes_max = hello_bytes_max - writer.bytes().size() - sizeof(std::uint32_t);
  for (const PeerAddress& peer : hello.known_peers) {
    const Bytes encoded = to_borsh(peer);
    if (count == known_peers_max || peers.bytes().size() + encoded.size() > bytes_max) break;
    peers.raw(encoded);
    ++count;
  }
  writer.count(count);
  writer.raw(peers.bytes());
}

Result<std::string> bounded_text(BorshReader& reader, std::size_t bytes_max) {
  HS_TRY(length, reader.u32());
  if (length > bytes_max) return fail(Errc::too_long, "a text longer than allowed");
  HS_TRY(bytes, reader.raw(length));
  return to_string(bytes);
}

Result<Greeting> decode_hello(BorshReader& reader) {
  HS_TRY(version, reader.u32());
  if (version != wire_version) {
    return fail(Errc::mismatch, "wire version: ours " + std::to_string(wire_version) + ", theirs " +
                                    std::to_string(version));
  }
  Hello hello;
  HS_TRY_STATUS(decode(reader, hello.chain_id));
  HS_TRY_STATUS(decode(reader, hello.genesis_hash));
  HS_TRY(name, bounded_text(reader, node_name_bytes_max));
  hello.node_name = name;
  HS_TRY_STATUS(decode(reader, hello.listens));
  HS_TRY(count, reader.count(peer_address_bytes_min));
  if (count > known_peers_max) return fail(Errc::too_long, "too many known peers");
  hello.known_peers.resize(count);
  for (PeerAddress& peer : hello.known_peers) HS_TRY_STATUS(decode(reader, peer));
  HS_TRY_STATUS(reader.finish());
  return hello;
}

}  // namespace

Bytes encode_greeting(const Greeting& greeting) {
  BorshWriter writer;
  std::visit(Overloaded{
                 [&](const Hello& hello) { encode_hello(writer, hello); },
                 [&](const Refusal& refusal) {
                   writer.u8(refusal_tag);
                   writer.byte_string(
                       as_bytes(std::string_view(refusal.reason).substr(0, refusal_bytes_max)));
                 },
             },
             greeting);
  return std::move(writer).take();
}

Result<Greeting> decode_greeting(BytesView bytes) {
  BorshReader reader(bytes);
  HS_TRY(tag, reader.u8());
  if (tag == hello_tag) return decode_hello(reader);
  if (tag != refusal_tag) return fail(Errc::bad_value, "unknown kind of hello");
  HS_TRY(reason, bounded_text(reader, refusal_bytes_max));
  HS_TRY_STATUS(reader.finish());
  return Refusal{.reason = reason};
}

std::optional<std::string> hello_mismatch(const Hello& ours, const Hello& theirs) {
  if (ours.chain_id != theirs.chain_id) {
    return "chain id: ours " + std::to_string(ours.chain_id.value) + ", theirs " +
           std::to_string(theirs.chain_id.value);
  }
  if (ours.genesis_hash != theirs.genesis_hash) {
    return "genesis: ours " + to_hex(ours.genesis_hash.view()) + ", theirs " +
           to_hex(theirs.genesis_hash.view());
  }
  return std::nullopt;
}

}  // namespace hs
