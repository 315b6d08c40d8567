// Clients of the key-value app, as users write them: each makes one request after the other, asks
// one node, waits for the answer from that node's committed state, grows impatient, and asks
// another node with the same transaction. What they saw is held against lib/sim/history.h.
//   G8   registers are linearizable; acknowledged appends are in the list, in order and once
//   G9   money in a bank is neither made nor lost
//   G10  once faults are over, every request is answered
#pragma once
#include <functional>
#include <vector>

#include "lib/kvapp/transaction.h"
#include "lib/sim/history.h"
#include "lib/sim/world.h"

namespace hs::sim {

class Clients {
 public:
  // The world outlives this; this outlives the world's last step. Requires the key-value app if the
  // plan has clients.
  Clients(World& world, Rng rng);

  // Schedules the first operations, if the plan has clients.
  void begin();
  // From now on nothing new is begun; a transfer under way is brought to its end.
  void stop() { is_stopped_ = true; }
  [[nodiscard]] bool is_idle() const;
  // For the end of a run that kept every other rule.
  void judge();

 private:
  using Balances = std::vector<std::uint64_t>;
  using Then = std::function<void(const Request& request)>;
  using State = World::AppState;
  // A transaction whose fate the client does not know.
  struct Asked {
    Bytes transaction;
    TransactionId id;
    Height first;         // the lowest block that may hold it
    Height valid_until;   // the highest
    Height looked_below;  // at the node that is asked now
    Instant impatient_at;
    Instant invoked;
    Then then;
  };
  struct Client {
    std::uint64_t sequence = 0;
    NodeIndex node = 0;          // whom it asks
    std::optional<Asked> asked;  // none: between two requests
    bool is_busy = false;        // within an operation
  };

  [[nodiscard]] Duration draw(Duration most);
  [[nodiscard]] NodeIndex draw_node();
  void schedule_next(std::size_t client);
  void end_operation(std::size_t client);
  void begin_operation(std::size_t client);
  // `then` is told once the answer is known, for good.
  void ask(std::size_t client, const kv::Operation& operation, Then then);
  void submit(Client& client);
  // A line of the trace, about the node that it asks.
  void tell(std::size_t client, const std::string& what);
  void poll(std::size_t client);
  // What the committed state of its node says of what a client asked.
  [[nodiscard]] std::optional<Answer> answer_at(Asked& asked, const State& state) const;

  void use_register(std::size_t client, const State& state);
  void append(std::size_t client, const State& state);
  void open_account(std::size_t client, std::size_t account);
  void transfer(std::size_t client, const State& state);
  void credit(std::size_t client, std::size_t account, std::uint64_t amount);
  [[nodiscard]] std::optional<Balances> balances(const State& state) const;

  World& world_;
  Rng rng_;
  bool is_stopped_ = false;
  std::uint64_t operations_ = 0;
  std::uint64_t values_ = 0;  // every write and append has a value of its own
  std::vector<Client> clients_;
  std::vector<std::vector<RegisterRequest>> registers_;
  ListHistory list_;
  BankHistory bank_;
  bool is_bank_open_ = false;
};

}  // namespace hs::sim
