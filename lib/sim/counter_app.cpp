#include "lib/sim/counter_app.h"

#include <set>

#include "lib/codec/borsh.h"

namespace hs::sim {
namespace {

constexpr std::size_t operation_bytes = 16;
constexpr std::size_t pool_operations_max = 10'000;
constexpr std::size_t pool_changes_max = 64;

Bytes set_key() { return to_bytes("validators"); }
Bytes digest_key() { return to_bytes("digest"); }
Bytes done_key(std::uint64_t id) { return to_bytes("done " + std::to_string(id)); }

std::uint64_t number_at(const AppView& state, const Bytes& key) {
  const std::optional<Bytes> stored = state.get(key);
  if (!stored) return 0;
  const Result<std::uint64_t> number = BorshReader(*stored).u64();
  return number ? *number : 0;
}

}  // namespace

Bytes counter_app_key() { return to_bytes("counter"); }

Bytes to_transaction(const CounterOperation& operation) {
  BorshWriter writer;
  writer.u64(operation.id);
  writer.u64(operation.amount);
  return std::move(writer).take();
}

Bytes to_transaction(const SetChange& change) {
  BorshWriter writer;
  writer.u64(change.id);
  encode(writer, change.updates);
  return std::move(writer).take();
}

namespace {

bool is_set_change(BytesView transaction) {
  return transaction.size() >= 8 && (transaction[7] & 0x80) != 0;
}

Result<SetChange> change_from(BytesView transaction) {
  if (!is_set_change(transaction)) return fail(Errc::bad_value, "no change of the set");
  BorshReader reader(transaction);
  SetChange change;
  HS_TRY(id, reader.u64());
  change.id = id;
  HS_TRY_STATUS(decode(reader, change.updates));
  HS_TRY_STATUS(reader.finish());
  return change;
}

}  // namespace

Hash counter_data_hash(const Data& data) {
  if (data.size() > 1) return sha256({as_bytes("set change"), data.back()});
  return data.empty() ? sha256(as_bytes("no operations")) : sha256(data.front());
}

Result<SetChange> set_change_of(const Data& data) {
  if (data.size() != 2 || !data.front().empty()) return fail(Errc::bad_value, "no change");
  return change_from(data.back());
}

Result<CounterOperation> operation_from(BytesView transaction) {
  BorshReader reader(transaction);
  HS_TRY(id, reader.u64());
  HS_TRY(amount, reader.u64());
  HS_TRY_STATUS(reader.finish());
  return CounterOperation{.id = id, .amount = amount};
}

Result<std::vector<CounterOperation>> operations_of(const Data& data) {
  std::vector<CounterOperation> operations;
  if (data.empty()) return operations;
  if (data.size() > 1) return fail(Errc::too_long, "more than one datum");
  BytesView rest = data.front();
  if (rest.empty() || rest.size() % operation_bytes != 0) {
    return fail(Errc::bad_value, "not a whole number of operations");
  }
  for (; !rest.empty(); rest = rest.subspan(operation_bytes)) {
    HS_TRY(operation, operation_from(rest.first(operation_bytes)));
    operations.push_back(operation);
  }
  return operations;
}

std::optional<ValidatorSet> CounterApp::set_after(const AppView& state,
                                                  const ValidatorSetUpdates& updates) const {
  ValidatorSet before = genesis_set_;
  if (const auto stored = state.get(set_key())) {
    auto decoded = from_borsh<ValidatorSet>(*stored);
    if (!decoded) return std::nullopt;
    before = *std::move(decoded);
  }
  auto after = before.with(updates);
  if (!after || !check_usable(*after)) return std::nullopt;
  return *std::move(after);
}

std::optional<ProducedBlock> CounterApp::produce_change(const AppView& state) const {
  for (const auto& [id, updates] : changes_) {
    if (state.get(done_key(id)) || !set_after(state, updates)) continue;
    ProducedBlock block;
    block.data = {Bytes{}, to_transaction(SetChange{.id = id, .updates = updates})};
    block.data_hash = counter_data_hash(block.data);
    return block;
  }
  return std::nullopt;
}

std::variant<ProducedBlock, NotYet> CounterApp::produce(const ProduceRequest& request) {
  if (!request.plain) {
    if (auto change = produce_change(request.state)) return *std::move(change);
  }
  Bytes datum;
  std::size_t count = 0;
  for (const auto& [id, amount] : pool_) {
    if (count == per_block_ || request.plain) break;
    if (request.state.get(done_key(id))) continue;  // in an uncommitted ancestor already
    const Bytes bytes = to_transaction({.id = id, .amount = amount});
    datum.insert(datum.end(), bytes.begin(), bytes.end());
    ++count;
  }
  if (count == 0 && !request.must_propose) return NotYet{};
  ProducedBlock block;
  if (count > 0) block.data.push_back(std::move(datum));
  block.data_hash = counter_data_hash(block.data);
  return block;
}

Validation CounterApp::validate_change(const ValidateRequest& request) const {
  const auto change = set_change_of(request.block.data);
  if (!change) return InvalidBlock{change.error().what};
  const Bytes done = done_key(change->id);
  if (request.state.get(done)) return InvalidBlock{"the set was changed so before"};
  const auto after = set_after(request.state, change->updates);
  if (!after) return InvalidBlock{"no chain can be governed by that set"};
  ValidBlock valid;
  AppStateUpdates& updates = valid.app_state_updates.emplace();
  updates.insert(done, {1});
  updates.insert(set_key(), to_borsh(*after));
  valid.validator_set_updates = change->updates;
  return valid;
}

Validation CounterApp::validate(const ValidateRequest& request) {
  const Data& data = request.block.data;
  if (counter_data_hash(data) != request.block.data_hash) return InvalidBlock{"data hash differs"};
  if (data.size() > 1) return validate_change(request);
  const auto operations = operations_of(data);
  if (!operations) return InvalidBlock{operations.error().what};
  ValidBlock valid;
  if (operations->empty()) return valid;
  std::uint64_t counter = number_at(request.state, counter_app_key());
  Bytes digest = request.state.get(digest_key()).value_or(Bytes{});
  std::set<std::uint64_t> in_this_block;
  AppStateUpdates updates;
  for (const CounterOperation& operation : *operations) {
    const Bytes done = done_key(operation.id);
    if (request.state.get(done)) return InvalidBlock{"operation was done before"};
    if (!in_this_block.insert(operation.id).second) return InvalidBlock{"operation twice"};
    counter += operation.amount;
    updates.insert(done, {1});
  }
  digest = to_bytes(sha256({digest, data.front()}).view());
  updates.insert(counter_app_key(), to_borsh(Strong<struct CounterTag>{counter}));
  updates.insert(digest_key(), digest);
  valid.app_state_updates = std::move(updates);
  return valid;
}

Status CounterApp::admit(BytesView transaction) {
  if (is_set_change(transaction)) {
    HS_TRY(change, change_from(transaction));
    if (changes_.size() >= pool_changes_max) return fail(Errc::unavailable, "the pool is full");
    changes_.emplace(change.id, change.updates);
    return {};
  }
  HS_TRY(operation, operation_from(transaction));
  if (pool_.size() >= pool_operations_max) return fail(Errc::unavailable, "the pool is full");
  pool_.emplace(operation.id, operation.amount);
  return {};
}

void CounterApp::on_commit(const CommittedBlock& block) {
  if (const auto change = set_change_of(block.block.data)) changes_.erase(change->id);
  const auto operations = operations_of(block.block.data);
  if (!operations) return;  // validate() refused it, so nobody commits it
  for (const CounterOperation& operation : *operations) pool_.erase(operation.id);
}

bool CounterApp::has_work(const std::optional<Hash>&, const AppView& state) {
  for (const auto& [id, amount] : pool_) {
    if (!state.get(done_key(id))) return true;
  }
  return produce_change(state).has_value();
}

}  // namespace hs::sim
