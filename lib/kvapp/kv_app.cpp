#include "lib/kvapp/kv_app.h"

#include <algorithm>
#include <map>

#include "lib/base/check.h"
#include "lib/base/mutate.h"
#include "lib/kvapp/block_data.h"
#include "lib/kvapp/execute.h"
#include "lib/kvapp/id_order.h"
#include "lib/kvapp/queries.h"
#include "lib/kvapp/remembered.h"
#include "lib/kvapp/set_changes.h"

namespace hs {
namespace {

using kv::Refusal;

InvalidBlock invalid(std::string why) { return InvalidBlock{std::move(why)}; }

// What is wrong with one transaction of a block, apart from being there twice.
std::optional<std::string> fault_of(const Transaction& transaction, ChainId chain_id,
                                    Height height) {
  if (transaction.chain_id != chain_id) return "is for another chain";
  if (transaction.valid_until < height) return "is expired";
  if (transaction.valid_until.value - height.value > kv::remembered_heights) {
    return "is valid for longer than it would be remembered";
  }
  return std::nullopt;
}

bool has_duplicates(const kv::BlockRecord& record) {
  std::vector<TransactionId> ids;
  ids.reserve(record.size());
  for (const kv::TransactionRecord& entry : record) ids.push_back(entry.id);
  std::sort(ids.begin(), ids.end(), kv::IdOrder());
  return std::adjacent_find(ids.begin(), ids.end()) != ids.end();
}

// The app's own entries: the record of this block, the height, and the record that nobody asks for
// any more, since the next block's window starts one later.
void add_bookkeeping(Height height, const AppView& state, const kv::BlockRecord& record,
                     AppStateUpdates& updates) {
  updates.insert(kv::height_key(), to_borsh(height));
  if (!record.empty()) updates.insert(kv::record_key(height), kv::encode_record(record));
  if (height.value < kv::remembered_heights) return;
  const Bytes oldest = kv::record_key(Height{height.value - kv::remembered_heights});
  if (state.get(oldest)) updates.erase(oldest);
}

Errc code_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::malformed:
      return Errc::bad_value;
    case Refusal::too_large:
      return Errc::too_long;
    case Refusal::wrong_chain:
      return Errc::mismatch;
    case Refusal::expired:
      return Errc::timed_out;
    case Refusal::too_far_ahead:
      return Errc::bad_value;
    case Refusal::duplicate:
      return Errc::duplicate;
    case Refusal::committed:
      return Errc::exists;
    case Refusal::pool_full:
      return Errc::unavailable;
    case Refusal::client_full:
    case Refusal::update_undecided:
      return Errc::unavailable;
    case Refusal::no_authority:
    case Refusal::unauthorised:
      return Errc::denied;
    case Refusal::unknown_validator:
      return Errc::not_found;
    case Refusal::unchanged:
    case Refusal::unusable_set:
      return Errc::bad_value;
  }
  HS_CHECK(false);
}

}  // namespace

KvApp::KvApp(const KvAppConfig& config)
    : pool_(config.chain_id, config.pool, config.index_salt, config.authority),
      window_(config.index_salt),
      chain_id_(config.chain_id),
      authority_(config.authority) {}

Status KvApp::load(const kv::Getter& get, const kv::Scanner& scan) {
  HS_TRY(head, kv::height_of(get));
  if (!head) return {};
  std::map<Height, std::vector<TransactionId>> ids;
  Status status;
  scan(kv::record_prefix(), [&](BytesView key, BytesView value) {
    const auto height = kv::height_of_record_key(key);
    const auto record = kv::decode_record(value);
    if (!height || !record) {
      status = fail(Errc::corrupt, "a stored record of a block cannot be decoded");
      return false;
    }
    std::vector<TransactionId>& of_block = ids[*height];
    for (const kv::TransactionRecord& entry : *record) of_block.push_back(entry.id);
    return true;
  });
  HS_TRY_STATUS(status);
  next_height_ = next(*head);
  Height at = kv::window_start(next_height_, kv::remembered_heights);
  for (; at < next_height_; at = next(at)) window_.append(at, ids[at]);
  return {};
}

std::variant<ProducedBlock, NotYet> KvApp::produce(const ProduceRequest& request) {
  std::vector<BytesView> chosen;
  std::size_t size = kv::bytes_per_datum;
  bool has_set_change = false;
  visit_includable(request.height, request.state, [&](const kv::Pooled& pooled) {
    if (request.plain) return false;
    // A second change of the set waits until the first is decided.
    if (pooled.changes_validators && has_set_change) return true;
    const std::size_t grown = size + kv::bytes_per_transaction + pooled.encoded->size();
    // Stops at the first that does not fit, so that large ones are not overtaken for ever.
    if (grown > kv::block_data_bytes_max) return false;
    size = grown;
    has_set_change = has_set_change || pooled.changes_validators;
    chosen.emplace_back(*pooled.encoded);
    return chosen.size() < kv::block_transactions_max;
  });
  if (chosen.empty() && !request.must_propose) return NotYet{};
  Data data = kv::to_data(chosen);
  const Hash data_hash = kv::hash_of(data);
  return ProducedBlock{data_hash, std::move(data)};
}

Validation KvApp::validate(const ValidateRequest& request) {
  const Block& block = request.block;
  const auto encoded = kv::encoded_transactions(block.data);
  if (!encoded) return invalid("data of the block: " + encoded.error().what);
  if (kv::hash_of(block.data) != block.data_hash) return invalid("data_hash does not fit the data");

  const kv::RememberedIds remembered(block.height, request.state, window_);
  kv::BlockExecution execution(request.state);
  kv::BlockRecord record;
  record.reserve(encoded->size());
  std::optional<BytesView> set_change;
  for (const BytesView bytes : *encoded) {
    const std::string which = "transaction " + std::to_string(record.size()) + " ";
    const auto transaction = from_borsh<Transaction>(bytes);
    if (!transaction) return invalid(which + "cannot be decoded: " + transaction.error().what);
    if (const auto fault = fault_of(*transaction, chain_id_, block.height)) {
      return invalid(which + *fault);
    }
    const TransactionId id = transaction_id(bytes);
    if (remembered.contains(id) && !HS_MUTATE(M47)) {
      return invalid(which + "is in an ancestor already");
    }
    if (changes_validators(transaction->operation)) {
      if (set_change) return invalid(which + "is a second change of the validator set");
      const auto authorised = kv::check_authority(*transaction, authority_);
      if (!authorised) return invalid(which + "is refused: " + authorised.error().what);
      set_change = bytes;
    }
    record.push_back({id, execution.apply(transaction->operation)});
  }
  if (has_duplicates(record)) return invalid("a transaction is in the block twice");

  ValidBlock valid;
  valid.validator_set_updates = execution.set_updates();
  valid.app_state_updates = std::move(execution).take();
  add_bookkeeping(block.height, request.state, record, *valid.app_state_updates);
  if (valid.validator_set_updates) {
    const kv::SetChange change{to_bytes(*set_change), request.state.committed_validators()};
    valid.app_state_updates->insert(kv::set_change_key(block.height),
                                    kv::encode_set_change(change));
  }
  return valid;
}

Status KvApp::admit(BytesView transaction) {
  auto admitted = admit_transaction(transaction);
  if (!admitted) return fail(code_of(admitted.error().reason), std::move(admitted.error().what));
  return {};
}

std::expected<TransactionId, kv::Refused> KvApp::admit_transaction(BytesView transaction) {
  return pool_.admit(transaction, next_height_,
                     [&](const TransactionId& id) { return window_.may_contain(id); });
}

std::expected<TransactionId, kv::Refused> KvApp::submit_transaction(BytesView transaction) {
  const TransactionId id = transaction_id(transaction);
  // Sending a transaction again is safe, and tells what the first one would tell.
  const bool is_known = pool_.contains(id) || window_.may_contain(id);
  if (!is_known) {
    if (auto allowed = check_set_change(transaction); !allowed) {
      return std::unexpected(std::move(allowed).error());
    }
  }
  return admit_transaction(transaction);
}

std::expected<void, kv::Refused> KvApp::check_set_change(BytesView encoded) const {
  // Cheap for all others: what has this size is no more than a few hundred bytes to decode.
  if (encoded.size() > kv::set_change_bytes_max) return {};
  const auto transaction = from_borsh<Transaction>(encoded);
  if (!transaction || !changes_validators(transaction->operation)) return {};
  // Who may not ask at all is told so first.
  if (auto authorised = kv::check_authority(*transaction, authority_); !authorised) {
    return authorised;
  }
  if (pool_.has_set_change() || (sets_ && !sets_->update_decided)) {
    return kv::refuse(kv::Refusal::update_undecided,
                      "another change of the validator set is not decided yet");
  }
  if (!sets_) return {};
  const auto changed = kv::changed_set(*sets_->committed, transaction->operation);
  if (!changed) return std::unexpected(changed.error());
  return {};
}

void KvApp::on_commit(const CommittedBlock& committed) {
  std::vector<TransactionId> ids;
  // A quorum has found the data valid; if that were false, the block would hold nothing for us.
  if (const auto encoded = kv::encoded_transactions(committed.block.data)) {
    ids.reserve(encoded->size());
    for (const BytesView bytes : *encoded) ids.push_back(transaction_id(bytes));
  }
  window_.append(committed.block.height, ids);
  for (const TransactionId& id : ids) pool_.remove(id);
  next_height_ = next(committed.block.height);
  pool_.expire(next_height_);
}

bool KvApp::has_work(const std::optional<Hash>& parent, const AppView& state) {
  Height height;
  if (parent) {
    const auto parent_height =
        kv::height_of([&](BytesView key) { return state.get(key); }).value_or(std::nullopt);
    // A parent that this app has validated has left its height.
    if (!parent_height) return false;
    height = next(*parent_height);
  }
  bool found = false;
  visit_includable(height, state, [&](const kv::Pooled&) {
    found = true;
    return false;
  });
  return found;
}

void KvApp::visit_includable(Height height, const AppView& state,
                             const std::function<bool(const kv::Pooled&)>& visit) const {
  if (pool_.size() == 0) return;
  const kv::RememberedIds remembered(height, state, window_);
  pool_.visit([&](const kv::Pooled& pooled) {
    const bool in_window = pooled.valid_until >= height &&
                           pooled.valid_until.value - height.value <= kv::remembered_heights;
    const bool is_known = remembered.contains(pooled.id) && !HS_MUTATE(M47);
    if (!in_window || is_known) return true;
    return visit(pooled);
  });
}

}  // namespace hs
