#include "lib/types/certificates.h"

#include "lib/base/limits.h"

namespace hs {
namespace {

constexpr std::array<std::string_view, 5> phase_names = {"generic", "prepare", "precommit",
                                                         "commit", "decide"};

// TimeoutVotes and block advertisements sign the same shape of bytes. [S05]
Bytes chain_and_number(ChainId chain, std::uint64_t number) {
  BorshWriter writer;
  encode(writer, chain);
  writer.u64(number);
  return std::move(writer).take();
}

}  // namespace

std::string_view name_of(Phase phase) { return phase_names.at(static_cast<std::size_t>(phase)); }

const PhaseCertificate& genesis_pc() {
  static const PhaseCertificate pc{};
  return pc;
}

bool PhaseCertificate::is_genesis() const { return *this == genesis_pc(); }

View view_of(const ProgressCertificate& certificate) {
  return std::visit([](const auto& c) { return c.view; }, certificate);
}

ChainId chain_id_of(const ProgressCertificate& certificate) {
  return std::visit([](const auto& c) { return c.chain_id; }, certificate);
}

Bytes phase_statement(ChainId chain, View view, const Hash& block, Phase phase) {
  BorshWriter writer;
  encode(writer, chain);
  encode(writer, view);
  encode(writer, block);
  encode(writer, phase);
  return std::move(writer).take();
}

Bytes timeout_statement(ChainId chain, View view) { return chain_and_number(chain, view.value); }

Bytes advertise_statement(ChainId chain, Height height) {
  return chain_and_number(chain, height.value);
}

Bytes statement_of(const PhaseCertificate& pc) {
  return phase_statement(pc.chain_id, pc.view, pc.block, pc.phase);
}

Bytes statement_of(const TimeoutCertificate& tc) { return timeout_statement(tc.chain_id, tc.view); }

void encode(BorshWriter& writer, const Phase& phase) {
  writer.u8(static_cast<std::uint8_t>(phase));
}

void encode(BorshWriter& writer, const SignatureSet& signatures) {
  writer.count(signatures.size());
  for (const auto& signature : signatures) encode(writer, signature);
}

void encode(BorshWriter& writer, const PhaseCertificate& pc) {
  encode(writer, pc.chain_id);
  encode(writer, pc.view);
  encode(writer, pc.block);
  encode(writer, pc.phase);
  encode(writer, pc.signatures);
}

void encode(BorshWriter& writer, const TimeoutCertificate& tc) {
  encode(writer, tc.chain_id);
  encode(writer, tc.view);
  encode(writer, tc.signatures);
}

void encode(BorshWriter& writer, const ProgressCertificate& certificate) {
  writer.u8(static_cast<std::uint8_t>(certificate.index()));
  std::visit([&](const auto& c) { encode(writer, c); }, certificate);
}

Status decode(BorshReader& reader, Phase& phase) {
  HS_TRY(tag, reader.u8());
  if (tag >= phase_names.size()) return fail(Errc::bad_value, "unknown phase");
  phase = static_cast<Phase>(tag);
  return {};
}

Status decode(BorshReader& reader, SignatureSet& signatures) {
  // An empty slot takes one byte here and 65 in memory: bounded before it is reserved. [S21]
  HS_TRY(count, reader.count(1));
  if (count > validators_max) return fail(Errc::too_long, "more signature slots than validators");
  signatures.clear();
  signatures.resize(count);
  for (auto& signature : signatures) HS_TRY_STATUS(decode(reader, signature));
  return {};
}

Status decode(BorshReader& reader, PhaseCertificate& pc) {
  HS_TRY_STATUS(decode(reader, pc.chain_id));
  HS_TRY_STATUS(decode(reader, pc.view));
  HS_TRY_STATUS(decode(reader, pc.block));
  HS_TRY_STATUS(decode(reader, pc.phase));
  return decode(reader, pc.signatures);
}

Status decode(BorshReader& reader, TimeoutCertificate& tc) {
  HS_TRY_STATUS(decode(reader, tc.chain_id));
  HS_TRY_STATUS(decode(reader, tc.view));
  return decode(reader, tc.signatures);
}

Status decode(BorshReader& reader, ProgressCertificate& certificate) {
  HS_TRY(tag, reader.u8());
  switch (tag) {
    case 0:
      return decode(reader, certificate.emplace<TimeoutCertificate>());
    case 1:
      return decode(reader, certificate.emplace<PhaseCertificate>());
    default:
      return fail(Errc::bad_value, "unknown kind of progress certificate");
  }
}

static_assert(
    std::is_same_v<std::variant_alternative_t<0, ProgressCertificate>, TimeoutCertificate>);
static_assert(std::is_same_v<std::variant_alternative_t<1, ProgressCertificate>, PhaseCertificate>);

}  // namespace hs
