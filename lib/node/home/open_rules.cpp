#include "lib/node/home/open_rules.h"

#include <algorithm>

#include "lib/base/hex.h"
#include "lib/blocktree/key_table.h"

namespace hs {
namespace {

std::string number(const std::optional<View>& view) {
  return view ? std::to_string(view->value) : "none";
}

}  // namespace

Status check_stamp(const SafetyStamp& found, const SafetyStamp& expected) {
  if (found.genesis != expected.genesis) {
    return fail(Errc::mismatch, "this home was made for genesis " + to_hex(found.genesis.view()) +
                                    ", but its genesis.yaml has the hash " +
                                    to_hex(expected.genesis.view()));
  }
  if (found.node != expected.node) {
    return fail(Errc::mismatch, "the voting record belongs to key " + to_hex(found.node.view()) +
                                    ", but key.yaml holds " + to_hex(expected.node.view()));
  }
  return {};
}

void write_owner(KvStore& database, const SafetyStamp& owner) {
  BorshWriter mark;
  mark.raw(owner.node.view());
  mark.raw(owner.genesis.view());
  WriteBatch batch;
  batch.put(key::owner(), std::move(mark).take());
  database.write(batch, /*sync=*/true);
}

Status check_owner(const KvReader& database, const SafetyStamp& expected) {
  const std::optional<Bytes> mark = database.get(key::owner());
  if (!mark || mark->size() != PublicKey::size + Hash::size) {
    return fail(Errc::mismatch, "the data folder does not say whose it is");
  }
  const auto node = BytesView(*mark).first(PublicKey::size);
  const auto genesis = BytesView(*mark).subspan(PublicKey::size);
  if (!std::ranges::equal(node, expected.node.view())) {
    return fail(Errc::mismatch, "the data folder belongs to the node with key " + to_hex(node) +
                                    ", but key.yaml holds " + to_hex(expected.node.view()));
  }
  if (!std::ranges::equal(genesis, expected.genesis.view())) {
    return fail(Errc::mismatch, "the data folder was made for genesis " + to_hex(genesis) +
                                    ", but genesis.yaml has the hash " +
                                    to_hex(expected.genesis.view()));
  }
  return {};
}

Result<SafetyContent> reconcile(const SafetyContent& found, const TreeReader& database) {
  SafetyContent content = found;
  const auto voted = database.highest_view_phase_voted();
  const PhaseCertificate lock = database.locked_pc();
  if (is_ahead(found.record, database)) {
    if (!found.data_was_reset) {
      return fail(Errc::mismatch,
                  "the voting record knows of a vote in view " + number(found.record.voted_view) +
                      " and a lock of view " + std::to_string(found.record.locked_view.value) +
                      ", the database only of view " + number(voted) + " and a lock of view " +
                      std::to_string(lock.view.value) + ": the data were rolled back");
    }
  } else {
    content.data_was_reset = false;
  }
  if (voted > found.record.voted_view) {
    content.record.voted_view = voted;
    // The database does not say for what it voted; only the view counts for the next vote.
    content.record.voted_phase = Phase::generic;
    content.record.voted_block = Hash{};
  }
  if (lock.view > found.record.locked_view) {
    content.record.locked_view = lock.view;
    content.record.locked_block = lock.block;
  }
  return content;
}

}  // namespace hs
