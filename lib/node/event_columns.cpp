#include "lib/node/event_columns.h"

#include "lib/base/overloaded.h"
#include "lib/net/escape.h"
#include "lib/rpc/encoding.h"

namespace hs {
namespace {

constexpr std::size_t shown_characters = 7;
constexpr std::size_t reason_bytes_max = 300;

class Line {
 public:
  Line(const Event& event, std::chrono::system_clock::time_point at) : text_(name_of(event)) {
    const auto since = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch());
    *this << static_cast<std::uint64_t>(since.count());
  }
  Line& operator<<(const std::string& field) {
    text_ += ", " + field;
    return *this;
  }
  Line& operator<<(std::uint64_t number) { return *this << std::to_string(number); }
  Line& operator<<(View view) { return *this << view.value; }
  Line& operator<<(Height height) { return *this << height.value; }
  Line& operator<<(Phase phase) { return *this << std::string(name_of(phase)); }
  template <class Tag, std::size_t N>
  Line& operator<<(const FixedBytes<Tag, N>& bytes) {
    return *this << to_base64(bytes.view()).substr(0, shown_characters);
  }
  Line& operator<<(const PhaseCertificate& pc) { return *this << pc.block << pc.view << pc.phase; }
  Line& operator<<(const PhaseVote& vote) { return *this << vote.block << vote.view << vote.phase; }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string sentence(const std::string& text) { return escape_peer_text(text, reason_bytes_max); }

void put_fields(Line& line, const Event& event) {
  using namespace event;
  std::visit(
      Overloaded{
          [&](const InsertBlock& e) { line << e.block->hash << e.block->height; },
          [&](const CommitBlock& e) { line << e.block << e.height; },
          [&](const PruneBlock& e) { line << e.block; },
          [&](const UpdateHighestPC& e) { line << e.highest_pc; },
          [&](const UpdateLockedPC& e) { line << e.locked_pc; },
          [&](const UpdateHighestTC& e) { line << e.highest_tc.view; },
          [&](const UpdateValidatorSet& e) { line << e.cause_block; },
          [&](const Propose& e) { line << e.block << e.height; },
          [&](const event::Nudge& e) { line << e.justify; },
          [&](const event::PhaseVote& e) { line << e.vote; },
          [&](const event::NewView& e) { line << e.view << e.highest_pc_view; },
          [&](const event::TimeoutVote& e) { line << e.view; },
          [&](const event::AdvanceView& e) { line << view_of(e.certificate); },
          [&](const ReceiveProposal& e) { line << e.origin << e.block << e.height; },
          [&](const ReceiveNudge& e) { line << e.origin << e.justify; },
          [&](const ReceivePhaseVote& e) { line << e.origin << e.vote; },
          [&](const ReceiveNewView& e) { line << e.origin << e.view << e.highest_pc_view; },
          [&](const ReceiveTimeoutVote& e) { line << e.origin << e.view; },
          [&](const ReceiveAdvanceView& e) { line << e.origin << e.view; },
          [&](const StartView& e) { line << e.leader << e.view; },
          [&](const ViewTimeout& e) { line << e.view; },
          [&](const CollectPC& e) { line << e.pc; },
          [&](const CollectTC& e) { line << e.tc.view; },
          [&](const StartSync& e) { line << e.peer; },
          [&](const EndSync& e) { line << e.peer << e.blocks_synced; },
          [&](const ReceiveSyncRequest& e) {
            line << e.peer << e.start_height << std::uint64_t{e.limit};
          },
          [&](const SendSyncResponse& e) {
            line << e.peer << std::uint64_t{e.blocks} << e.highest_pc_view;
          },
          [&](const Equivocation& e) { line << e.signer << e.first << e.second.block; },
          [&](const InvalidMessage& e) { line << e.origin << sentence(e.kind) << sentence(e.why); },
          [&](const BanPeer& e) { line << e.peer << sentence(e.why); },
          [&](const AppFailure& e) { line << sentence(e.call) << sentence(e.why); },
          [&](const SafetyViolation& e) { line << e.ours << e.theirs << sentence(e.why); },
      },
      event);
}

}  // namespace

std::string to_columns(const Event& event, std::chrono::system_clock::time_point at) {
  Line line(event, at);
  put_fields(line, event);
  return line.take();
}

}  // namespace hs
