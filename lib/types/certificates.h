// Phase certificates (the "quorum certificate" of the literature) and timeout certificates, and the
// statements that their signers sign. [PROTOCOL 1.3, 1.4, 1.6, 1.7]
#pragma once
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/codec/borsh.h"
#include "lib/crypto/sha256.h"
#include "lib/crypto/signatures.h"
#include "lib/types/scalars.h"

namespace hs {

enum class Phase : std::uint8_t { generic = 0, prepare = 1, precommit = 2, commit = 3, decide = 4 };

[[nodiscard]] std::string_view name_of(Phase phase);  // "generic", "prepare", ...

// One slot per member of one validator set, in ascending order of keys; empty where a member did
// not sign.
using SignatureSet = std::vector<std::optional<Signature>>;

struct PhaseCertificate {
  ChainId chain_id;
  View view;
  Hash block;
  Phase phase = Phase::generic;
  SignatureSet signatures;

  // The literal of PROTOCOL 1.4: chain id 0 whatever the chain, correct by definition, and the
  // justify of every block of height 0.
  [[nodiscard]] bool is_genesis() const;
  friend bool operator==(const PhaseCertificate&, const PhaseCertificate&) = default;
};
[[nodiscard]] const PhaseCertificate& genesis_pc();

struct TimeoutCertificate {
  ChainId chain_id;
  View view;
  SignatureSet signatures;
  friend bool operator==(const TimeoutCertificate&, const TimeoutCertificate&) = default;
};

// What shows that a view may be left.
using ProgressCertificate = std::variant<TimeoutCertificate, PhaseCertificate>;
[[nodiscard]] View view_of(const ProgressCertificate& certificate);
[[nodiscard]] ChainId chain_id_of(const ProgressCertificate& certificate);

// The signed byte strings of 1.7. An advertisement of height h signs the same bytes as a
// TimeoutVote of view h; S05 says how that is kept harmless.
[[nodiscard]] Bytes phase_statement(ChainId chain, View view, const Hash& block, Phase phase);
[[nodiscard]] Bytes timeout_statement(ChainId chain, View view);
[[nodiscard]] Bytes advertise_statement(ChainId chain, Height height);
[[nodiscard]] Bytes statement_of(const PhaseCertificate& pc);
[[nodiscard]] Bytes statement_of(const TimeoutCertificate& tc);

void encode(BorshWriter& writer, const Phase& phase);
void encode(BorshWriter& writer, const SignatureSet& signatures);
void encode(BorshWriter& writer, const PhaseCertificate& pc);
void encode(BorshWriter& writer, const TimeoutCertificate& tc);
void encode(BorshWriter& writer, const ProgressCertificate& certificate);
Status decode(BorshReader& reader, Phase& phase);
Status decode(BorshReader& reader, SignatureSet& signatures);
Status decode(BorshReader& reader, PhaseCertificate& pc);
Status decode(BorshReader& reader, TimeoutCertificate& tc);
Status decode(BorshReader& reader, ProgressCertificate& certificate);

}  // namespace hs
