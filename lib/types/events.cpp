#include "lib/types/events.h"

namespace hs::event {

void encode(BorshWriter& writer, const Equivocation& pair) {
  hs::encode(writer, pair.signer);
  hs::encode(writer, pair.first);
  hs::encode(writer, pair.second);
}

Status decode(BorshReader& reader, Equivocation& pair) {
  HS_TRY_STATUS(hs::decode(reader, pair.signer));
  HS_TRY_STATUS(hs::decode(reader, pair.first));
  return hs::decode(reader, pair.second);
}

void encode(BorshWriter& writer, const SafetyViolation& fork) {
  hs::encode(writer, fork.ours);
  hs::encode(writer, fork.theirs);
  writer.byte_string(to_bytes(fork.why));
}

Status decode(BorshReader& reader, SafetyViolation& fork) {
  HS_TRY_STATUS(hs::decode(reader, fork.ours));
  HS_TRY_STATUS(hs::decode(reader, fork.theirs));
  HS_TRY(why, reader.byte_string());
  fork.why.assign(why.begin(), why.end());
  return {};
}

}  // namespace hs::event

namespace hs {
namespace {

// One name per type, so that a new event without one does not compile.
template <class T>
struct Name;
#define HS_EVENT_NAME(type)                         \
  template <>                                       \
  struct Name<event::type> {                        \
    static constexpr std::string_view text = #type; \
  }
HS_EVENT_NAME(InsertBlock);
HS_EVENT_NAME(CommitBlock);
HS_EVENT_NAME(PruneBlock);
HS_EVENT_NAME(UpdateHighestPC);
HS_EVENT_NAME(UpdateLockedPC);
HS_EVENT_NAME(UpdateHighestTC);
HS_EVENT_NAME(UpdateValidatorSet);
HS_EVENT_NAME(Propose);
HS_EVENT_NAME(Nudge);
HS_EVENT_NAME(PhaseVote);
HS_EVENT_NAME(NewView);
HS_EVENT_NAME(TimeoutVote);
HS_EVENT_NAME(AdvanceView);
HS_EVENT_NAME(ReceiveProposal);
HS_EVENT_NAME(ReceiveNudge);
HS_EVENT_NAME(ReceivePhaseVote);
HS_EVENT_NAME(ReceiveNewView);
HS_EVENT_NAME(ReceiveTimeoutVote);
HS_EVENT_NAME(ReceiveAdvanceView);
HS_EVENT_NAME(StartView);
HS_EVENT_NAME(ViewTimeout);
HS_EVENT_NAME(CollectPC);
HS_EVENT_NAME(CollectTC);
HS_EVENT_NAME(StartSync);
HS_EVENT_NAME(EndSync);
HS_EVENT_NAME(ReceiveSyncRequest);
HS_EVENT_NAME(SendSyncResponse);
HS_EVENT_NAME(Equivocation);
HS_EVENT_NAME(InvalidMessage);
HS_EVENT_NAME(BanPeer);
HS_EVENT_NAME(AppFailure);
HS_EVENT_NAME(SafetyViolation);
#undef HS_EVENT_NAME

}  // namespace

std::string_view name_of(const Event& event) {
  return std::visit([]<class T>(const T&) { return Name<T>::text; }, event);
}

}  // namespace hs
