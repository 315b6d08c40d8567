#include "lib/sim/stored_facts.h"

#include <algorithm>
#include <string>

#include "lib/base/hex.h"
#include "lib/blocktree/key_table.h"

namespace hs::sim {
namespace {

// Stored layouts, spelt out here on purpose and not taken from the tree's code. [PROTOCOL 6.1]
constexpr std::uint8_t key_block_at_height = 0x01;
constexpr std::uint8_t key_locked_pc = 0x07;
constexpr std::uint8_t key_view_entered = 0x08;
constexpr std::uint8_t key_highest_pc = 0x09;
constexpr std::uint8_t key_highest_tc = 0x0c;
constexpr std::uint8_t key_view_voted = 0x10;
constexpr std::size_t view_offset_in_certificate = 8;  // after the chain id
constexpr std::size_t block_offset_in_certificate = 16;
constexpr std::size_t phase_offset_in_certificate = 48;
constexpr std::uint8_t phase_prepare = 1;
constexpr std::uint8_t phase_decide = 4;

std::optional<std::uint64_t> number_at(BytesView bytes, std::size_t offset) {
  if (bytes.size() < offset + 8) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;) number = number << 8 | bytes[offset + i];
  return number;
}

std::optional<View> view_at(BytesView bytes, std::size_t offset) {
  const auto number = number_at(bytes, offset);
  if (!number) return std::nullopt;
  return View{*number};
}

Certified certified_by(BytesView certificate) {
  Certified certified;
  if (certificate.size() <= phase_offset_in_certificate) return certified;
  const BytesView block = certificate.subspan(block_offset_in_certificate, Hash::size);
  std::ranges::copy(block, certified.block.bytes.begin());
  certified.phase = certificate[phase_offset_in_certificate];
  return certified;
}

// May the view of the lock or of the highest PC go back? From a phase of an update that the old set
// has signed to its Decide PC, or to what has followed that one in the same batch. [S58]
bool is_followed_by(const Certified& before, const Certified& after) {
  const bool is_of_old_set = before.phase >= phase_prepare && before.phase < phase_decide;
  const bool is_same_block = after.block == before.block;
  return is_of_old_set && (!is_same_block || after.phase == phase_decide);
}

bool is_committed(const Hash& block, const KvReader& disk) {
  const std::optional<Bytes> height = disk.get(key::block_height(block));
  const auto number = height ? number_at(*height, 0) : std::nullopt;
  const auto at_height = number ? disk.get(key::block_at_height(Height{*number})) : std::nullopt;
  return at_height && std::ranges::equal(*at_height, block.view());
}

void read_entry(StoredFacts& facts, BytesView key, BytesView value) {
  switch (key.front()) {
    case key_block_at_height: {
      const auto height = number_at(key, 1);
      if (height && (!facts.committed || facts.committed->value < *height)) {
        facts.committed = Height{*height};
      }
      break;
    }
    case key_locked_pc:
      facts.locked = view_at(value, view_offset_in_certificate);
      facts.locked_of = certified_by(value);
      break;
    case key_view_entered:
      facts.entered = view_at(value, 0);
      break;
    case key_highest_pc:
      facts.highest_pc = view_at(value, view_offset_in_certificate);
      facts.highest_pc_of = certified_by(value);
      break;
    case key_highest_tc:
      facts.highest_tc = view_at(value, view_offset_in_certificate);
      break;
    case key_view_voted:
      facts.voted = view_at(value, 0);
      break;
    default:
      break;
  }
}

template <class Number>
std::string show(const std::optional<Number>& number) {
  return number ? std::to_string(number->value) : "none";
}

}  // namespace

void StoredFacts::read(const WriteBatch& batch) {
  for (const auto& [key, value] : batch.changes()) {
    if (!key.empty() && value) read_entry(*this, key, *value);
  }
}

StoredFacts StoredFacts::of(const KvReader& store) {
  StoredFacts facts;
  for (const std::uint8_t prefix : {key_block_at_height, key_locked_pc, key_view_entered,
                                    key_highest_pc, key_highest_tc, key_view_voted}) {
    store.scan(BytesView(&prefix, 1), [&](BytesView key, BytesView value) {
      read_entry(facts, key, value);
      return true;
    });
  }
  return facts;
}

void StoredFactsCheck::check_monotone(NodeIndex node, const StoredFacts& before,
                                      const StoredFacts& after) {
  const auto check = [&](const char* what, const auto& old_value, const auto& new_value) {
    if (new_value >= old_value) return;  // "none" is below every number
    judge_.violate("L3", node,
                   std::string(what) + " went from " + show(old_value) + " to " + show(new_value));
  };
  check("highest view entered", before.entered, after.entered);
  check("highest view voted", before.voted, after.voted);
  if (!is_followed_by(before.locked_of, after.locked_of)) {
    check("locked view", before.locked, after.locked);
  }
  if (!is_followed_by(before.highest_pc_of, after.highest_pc_of)) {
    check("highest PC view", before.highest_pc, after.highest_pc);
  }
  check("highest TC view", before.highest_tc, after.highest_tc);
  check("committed height", before.committed, after.committed);
}

void StoredFactsCheck::on_write(NodeIndex node, const WriteBatch& batch, bool sync) {
  Disk& disk = nodes_[node];
  const StoredFacts before = disk.live;
  disk.live.read(batch);
  check_monotone(node, before, disk.live);
  if (sync) disk.durable = disk.live;
}

void StoredFactsCheck::on_record(NodeIndex node, const SafetyRecord& record,
                                 const KvReader& disk_of_node) {
  Disk& disk = nodes_[node];
  // A record ahead of its store would keep the node from ever voting again.
  if (record.voted_view > disk.durable.voted) {
    judge_.violate("L8", node,
                   "the record says voted in view " + show(record.voted_view) + ", the disk " +
                       show(disk.durable.voted));
  }
  if (record.locked_view > disk.durable.locked.value_or(View{})) {
    judge_.violate("L8", node, "the record's lock is ahead of the disk's");
  }
  if (disk.record) check_record(node, *disk.record, record, disk_of_node);
  disk.record = record;
}

void StoredFactsCheck::check_record(NodeIndex node, const SafetyRecord& before,
                                    const SafetyRecord& after, const KvReader& disk) {
  const bool has_forgotten_lock =
      after.locked_view < before.locked_view && !is_committed(before.locked_block, disk);  // S58
  if (after.voted_view < before.voted_view || after.timeout_view < before.timeout_view ||
      has_forgotten_lock) {
    judge_.violate("L3", node, "the voting record went back");
  }
}

void StoredFactsCheck::on_crash(NodeIndex node, const KvReader& disk) {
  const StoredFacts left = StoredFacts::of(disk);
  check_monotone(node, nodes_[node].durable, left);
  nodes_[node].live = left;
  nodes_[node].durable = left;
}

void StoredFactsCheck::on_start(NodeIndex node, const KvReader& disk,
                                const std::optional<SafetyRecord>& record) {
  const StoredFacts found = StoredFacts::of(disk);
  if (nodes_[node].live.entered && !(found == nodes_[node].live)) {
    judge_.violate("L3", node, "the store holds something else than was written to it");
  }
  nodes_[node].live = found;
  nodes_[node].durable = found;
  nodes_[node].record = record;
}

void StoredFactsCheck::on_vote(NodeIndex node, const PhaseVote& vote, bool is_held) {
  const Disk& mine = nodes_[node];
  if (mine.durable.voted < vote.view) {
    judge_.violate("L8", node,
                   "a vote of view " + std::to_string(vote.view.value) +
                       " leaves while the disk says " + show(mine.durable.voted));
  }
  if (!mine.record || mine.record->voted_view < vote.view) {
    judge_.violate("L8", node,
                   "a vote of view " + std::to_string(vote.view.value) +
                       " leaves before its record is written");
  }
  if (!is_held) {
    judge_.violate("I09", node,
                   "a vote of view " + std::to_string(vote.view.value) + " for block " +
                       to_hex(vote.block.view()).substr(0, 8) +
                       ", which is not in the voter's store");
  }
}

void StoredFactsCheck::on_send(NodeIndex node, const Message& message, const KvReader& disk,
                               bool is_passed) {
  const Disk& mine = nodes_[node];
  if (const auto* vote = std::get_if<PhaseVote>(&message)) {
    on_vote(node, *vote, is_passed || disk.contains(key::block_height(vote->block)));
  } else if (const auto* timeout = std::get_if<TimeoutVote>(&message)) {
    if (!mine.record || mine.record->timeout_view < timeout->view) {
      judge_.violate("L8", node,
                     "a TimeoutVote of view " + std::to_string(timeout->view.value) +
                         " leaves before its record is written");
    }
  } else if (const auto* proposal = std::get_if<Proposal>(&message)) {
    if (mine.durable.entered < proposal->view) {
      judge_.violate("L8", node,
                     "a proposal of view " + std::to_string(proposal->view.value) +
                         " leaves while the disk says entered " + show(mine.durable.entered));
    }
  }
}

void StoredFactsCheck::on_commit_told(NodeIndex node, Height height) {
  if (nodes_[node].durable.committed < height) {
    judge_.violate("L8", node,
                   "a commit of height " + std::to_string(height.value) +
                       " is told while the disk says " + show(nodes_[node].durable.committed));
  }
}

}  // namespace hs::sim
