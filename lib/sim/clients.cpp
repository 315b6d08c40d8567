#include "lib/sim/clients.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "lib/base/check.h"
#include "lib/kvapp/queries.h"

namespace hs::sim {
namespace {

constexpr std::size_t registers = 2;
constexpr std::size_t accounts = 4;
constexpr std::uint64_t account_opens_with = 100;
constexpr std::uint64_t transfer_max = 10;
constexpr std::size_t list_elements_max = 200;

Bytes register_key(std::size_t number) { return to_bytes("register" + std::to_string(number)); }
Bytes account_key(std::size_t number) { return to_bytes("account" + std::to_string(number)); }
Bytes list_key() { return to_bytes("list"); }

Bytes text_of(std::uint64_t number) { return to_bytes(std::to_string(number)); }

std::uint64_t number_in(BytesView text) {
  std::uint64_t number = 0;
  const auto* begin = reinterpret_cast<const char*>(text.data());
  const auto [end, error] = std::from_chars(begin, begin + text.size(), number);
  HS_CHECK(error == std::errc{});
  HS_CHECK(end == begin + text.size());
  return number;
}

std::optional<std::uint64_t> number_at(const World::AppState& state, const Bytes& key) {
  const std::optional<Bytes> value = kv::value_of(state, key);
  if (!value) return std::nullopt;
  return number_in(*value);
}

// Numbers with a comma after each.
std::vector<std::uint64_t> elements_in(const std::optional<Bytes>& value) {
  std::vector<std::uint64_t> elements;
  if (!value) return elements;
  auto begin = value->begin();
  while (begin != value->end()) {
    const auto end = std::find(begin, value->end(), ',');
    elements.push_back(number_in(BytesView(begin, end)));
    begin = end + 1;
  }
  return elements;
}

std::string text_of(const std::optional<Bytes>& value) {
  return value ? "\"" + std::string(value->begin(), value->end()) + "\"" : "nothing";
}

// "put 7 in register0", for people.
std::string describe(const kv::Operation& operation) {
  if (const auto* put = std::get_if<kv::Put>(&operation)) {
    return "put " + text_of(std::optional(put->value)) + " into " +
           std::string(put->key.begin(), put->key.end());
  }
  if (const auto* swap = std::get_if<kv::CompareAndSet>(&operation)) {
    return "put " + text_of(std::optional(swap->value)) + " into " +
           std::string(swap->key.begin(), swap->key.end()) + " in place of " +
           text_of(swap->expected);
  }
  return "do something else";
}

std::string_view word_of(Answer answer) {
  switch (answer) {
    case Answer::applied:
      return "was applied";
    case Answer::failed:
      return "was refused";
    case Answer::expired:
      return "has expired";
    default:
      return "";
  }
}

std::optional<Height> height_in(const World::AppState& state) {
  return kv::height_of(state).value_or(std::nullopt);
}

}  // namespace

Clients::Clients(World& world, Rng rng)
    : world_(world), rng_(rng), clients_(world.plan().clients.count), registers_(registers) {
  bank_.opened_with = accounts * account_opens_with;
  bank_.under_way_max = clients_.size() * transfer_max;
}

Duration Clients::draw(Duration most) {
  return Duration(
      static_cast<Duration::rep>(rng_.below(static_cast<std::uint64_t>(most.count())) + 1));
}

// One that runs, if any does: nobody connects to a dead node. And none that misbehaves: what a
// single node says of the chain is worth what that node is worth.
NodeIndex Clients::draw_node() {
  std::vector<NodeIndex> awake;
  for (NodeIndex node = 0; node < world_.size(); ++node) {
    if (world_.is_awake(node) && !world_.plan().is_faulty(node)) awake.push_back(node);
  }
  if (!awake.empty()) return awake[rng_.below(awake.size())];
  NodeIndex first = 0;
  while (world_.plan().is_faulty(first)) ++first;  // there is always an honest one
  return first;
}

void Clients::begin() {
  if (clients_.empty()) return;
  HS_CHECK(world_.plan().work.app == AppKind::kv);
  clients_.front().is_busy = true;
  world_.after(draw(world_.plan().clients.pause_max), [this] { open_account(0, 0); });
  for (std::size_t client = 1; client < clients_.size(); ++client) schedule_next(client);
}

bool Clients::is_idle() const {
  return std::ranges::none_of(clients_, [](const Client& client) { return client.is_busy; });
}

void Clients::schedule_next(std::size_t client) {
  world_.after(draw(world_.plan().clients.pause_max), [this, client] { begin_operation(client); });
}

void Clients::end_operation(std::size_t client) {
  clients_[client].is_busy = false;
  schedule_next(client);
}

void Clients::begin_operation(std::size_t client) {
  if (is_stopped_ || operations_ >= world_.plan().work.operations_max) return;
  clients_[client].node = draw_node();
  const State state = world_.app_state(clients_[client].node);
  if (!state) return schedule_next(client);
  ++operations_;
  clients_[client].is_busy = true;
  switch (rng_.below(3)) {
    case 0:
      return use_register(client, state);
    case 1:
      return append(client, state);
    default:
      return transfer(client, state);
  }
}

// ---- one request ----

void Clients::ask(std::size_t client, const kv::Operation& operation, Then then) {
  Client& mine = clients_[client];
  const State state = world_.app_state(mine.node);
  const std::optional<Height> seen = state ? height_in(state) : std::nullopt;
  const Height first = seen ? next(*seen) : Height{};
  Transaction transaction{.chain_id = world_.plan().config.chain_id,
                          .client = {},
                          .sequence = ++mine.sequence,
                          .valid_until = Height{first.value + world_.plan().clients.valid_heights},
                          .operation = operation};
  transaction.client.bytes.fill(static_cast<std::uint8_t>(client + 1));
  const Bytes bytes = to_borsh(transaction);
  mine.asked = Asked{.transaction = bytes,
                     .id = transaction_id(bytes),
                     .first = first,
                     .valid_until = transaction.valid_until,
                     .looked_below = first,
                     .impatient_at = {},
                     .invoked = world_.now(),
                     .then = std::move(then)};
  tell(client, "asks to " + describe(operation));
  submit(mine);
  world_.after(draw(world_.plan().clients.poll_max), [this, client] { poll(client); });
}

void Clients::tell(std::size_t client, const std::string& what) {
  if (!world_.is_traced()) return;
  world_.trace(clients_[client].node, "client " + std::to_string(client) + " " + what);
}

void Clients::submit(Client& client) {
  client.asked->impatient_at = world_.now() + draw(world_.plan().clients.patience_max);
  world_.submit(client.node, client.asked->transaction);
  if (rng_.chance(1, 4)) world_.submit(draw_node(), client.asked->transaction);
}

std::optional<Answer> Clients::answer_at(Asked& asked, const State& state) const {
  const std::optional<Height> newest = height_in(state);
  if (!newest) return std::nullopt;
  for (; asked.looked_below <= *newest; asked.looked_below = next(asked.looked_below)) {
    const auto record = kv::record_of(state, asked.looked_below);
    HS_CHECK(record.has_value());
    for (const kv::TransactionRecord& each : *record) {
      if (each.id != asked.id) continue;
      return each.outcome == kv::Outcome::applied ? Answer::applied : Answer::failed;
    }
  }
  if (*newest >= asked.valid_until) return Answer::expired;
  return std::nullopt;
}

void Clients::poll(std::size_t client) {
  Client& mine = clients_[client];
  const State state = world_.app_state(mine.node);
  const std::optional<Answer> answer = state ? answer_at(*mine.asked, state) : std::nullopt;
  if (answer) {
    const Asked asked = *std::exchange(mine.asked, std::nullopt);
    tell(client, "is told that it " + std::string(word_of(*answer)));
    if (*answer == Answer::expired) world_.marks().count("client told of expiry");
    asked.then({.invoked = asked.invoked, .answered = world_.now(), .answer = *answer});
    return;
  }
  if (!state || world_.now() >= mine.asked->impatient_at) {
    world_.marks().count("client asks another node");
    mine.node = draw_node();
    tell(client, "turns to this node");
    mine.asked->looked_below = mine.asked->first;
    submit(mine);
  }
  world_.after(draw(world_.plan().clients.poll_max), [this, client] { poll(client); });
}

// ---- operations ----

void Clients::use_register(std::size_t client, const State& state) {
  const std::size_t number = rng_.below(registers);
  const Bytes key = register_key(number);
  RegisterRequest made{.request = {.invoked = world_.now(), .answered = {}},
                       .is_conditional = rng_.chance(2, 3),
                       .expected = number_at(state, key),
                       .value = ++values_};
  kv::Operation operation = kv::Put{.key = key, .value = text_of(made.value)};
  if (made.is_conditional) {
    operation = kv::CompareAndSet{
        .key = key, .expected = kv::value_of(state, key), .value = text_of(made.value)};
  }
  std::vector<RegisterRequest>& history = registers_[number];
  history.push_back(made);
  ask(client, operation, [this, client, &history, at = history.size() - 1](const Request& request) {
    history[at].request = request;
    end_operation(client);
  });
}

void Clients::append(std::size_t client, const State& state) {
  const std::optional<Bytes> before = kv::value_of(state, list_key());
  list_.reads.push_back(elements_in(before));
  if (list_.reads.back().size() >= list_elements_max) return end_operation(client);
  list_.appends.push_back(
      {.request = {.invoked = world_.now(), .answered = {}}, .element = ++values_});
  Bytes longer = before.value_or(Bytes{});
  const Bytes element = to_bytes(std::to_string(values_) + ",");
  longer.insert(longer.end(), element.begin(), element.end());
  ask(client, kv::CompareAndSet{.key = list_key(), .expected = before, .value = longer},
      [this, client, at = list_.appends.size() - 1](const Request& request) {
        list_.appends[at].request = request;
        end_operation(client);
      });
}

void Clients::open_account(std::size_t client, std::size_t account) {
  if (account == accounts) {
    is_bank_open_ = true;
    return end_operation(client);
  }
  clients_[client].node = draw_node();
  ask(client,
      kv::CompareAndSet{.key = account_key(account),
                        .expected = std::nullopt,
                        .value = text_of(account_opens_with)},
      [this, client, account](const Request& request) {
        open_account(client, request.answer == Answer::applied ? account + 1 : account);
      });
}

std::optional<Clients::Balances> Clients::balances(const State& state) const {
  Balances found;
  for (std::size_t account = 0; account < accounts; ++account) {
    const auto balance = number_at(state, account_key(account));
    if (!balance) return std::nullopt;
    found.push_back(*balance);
  }
  return found;
}

// Two requests: the money leaves one account, and then reaches the other whatever it takes.
void Clients::transfer(std::size_t client, const State& state) {
  const std::optional<Balances> found = balances(state);
  if (!is_bank_open_ || !found) return end_operation(client);
  std::uint64_t total = 0;
  for (const std::uint64_t balance : *found) total += balance;
  bank_.totals.push_back(total);
  const std::size_t from = rng_.below(accounts);
  const std::size_t to = (from + rng_.between(1, accounts - 1)) % accounts;
  const std::uint64_t amount = rng_.between(1, transfer_max);
  const std::uint64_t balance = (*found)[from];
  if (balance < amount) return end_operation(client);
  ask(client,
      kv::CompareAndSet{.key = account_key(from),
                        .expected = text_of(balance),
                        .value = text_of(balance - amount)},
      [this, client, to, amount](const Request& request) {
        if (request.answer != Answer::applied) return end_operation(client);
        credit(client, to, amount);
      });
}

void Clients::credit(std::size_t client, std::size_t account, std::uint64_t amount) {
  const State state = world_.app_state(clients_[client].node);
  const auto balance = state ? number_at(state, account_key(account)) : std::nullopt;
  if (!balance) {
    clients_[client].node = draw_node();
    world_.after(draw(world_.plan().clients.poll_max),
                 [this, client, account, amount] { credit(client, account, amount); });
    return;
  }
  ask(client,
      kv::CompareAndSet{.key = account_key(account),
                        .expected = text_of(*balance),
                        .value = text_of(*balance + amount)},
      [this, client, account, amount](const Request& request) {
        if (request.answer == Answer::applied) return end_operation(client);
        clients_[client].node = draw_node();
        credit(client, account, amount);
      });
}

// ---- the end ----

void Clients::judge() {
  if (clients_.empty()) return;
  for (std::size_t client = 0; client < clients_.size(); ++client) {
    if (!clients_[client].is_busy) continue;
    world_.judge().violate("G10", clients_[client].node,
                           "a request of client " + std::to_string(client) +
                               " is never answered, though the faults are over");
    return;
  }
  for (std::size_t number = 0; number < registers; ++number) {
    const Verdict verdict = check_register(registers_[number]);
    world_.marks().count(verdict == Verdict::undecided ? "register history undecided"
                                                       : "register history checked");
    if (verdict != Verdict::violated) continue;
    world_.judge().violate(
        "G8", 0, "what clients saw of register " + std::to_string(number) + " is not linearizable");
  }
  State newest;
  for (NodeIndex node = 0; node < world_.size(); ++node) {
    const State state = world_.app_state(node);
    if (world_.plan().is_faulty(node)) continue;
    if (state && (!newest || height_in(state) > height_in(newest))) newest = state;
  }
  HS_CHECK(newest != nullptr);
  list_.last = elements_in(kv::value_of(newest, list_key()));
  const std::string of_list = fault_in(list_);
  if (!of_list.empty()) world_.judge().violate("G8", 0, of_list);
  if (!is_bank_open_) return;
  const std::optional<Balances> left = balances(newest);
  if (!left) {
    world_.judge().violate("G9", 0, "an account that was opened is not there");
    return;
  }
  for (const std::uint64_t balance : *left) bank_.last += balance;
  const std::string of_bank = fault_in(bank_);
  if (!of_bank.empty()) world_.judge().violate("G9", 0, of_bank);
}

}  // namespace hs::sim
