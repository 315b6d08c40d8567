// How a driver acts on what a replica says: store, then record, then send, then tell. Both drivers
// use this file, so that no vote can leave before its record is on disk. [S02]
#pragma once
#include <deque>

#include "lib/base/mutate.h"
#include "lib/replica/io.h"

namespace hs {

// What a driver brings. Not virtual: a driver passes its own type to act_on().
//   void write(const WriteBatch& batch, bool sync);      may throw StoreFailure
//   void write_record(const SafetyRecord& record);       may throw StoreFailure
//   void send(const Recipient& to, const MessagePtr& message);   to others; never to self
//   void tell(const Event& event);
//   const PublicKey& self();

// Sends to self, fed back by the driver one at a time between two polls, so that a network of one
// works and I/O is never starved.
using SelfQueue = std::deque<MessagePtr>;

template <class Driver>
void send_all(const Output& output, Driver& driver, SelfQueue& self_queue) {
  for (const Send& send : output.sends) {
    const auto* peer = std::get_if<PublicKey>(&send.to);
    if (peer == nullptr || *peer == driver.self()) self_queue.push_back(send.message);
    if (peer == nullptr || *peer != driver.self()) driver.send(send.to, send.message);
  }
}

// What a planted bug stores before the rest of a batch.
inline WriteBatch first_half(const WriteBatch& batch) {
  WriteBatch half;
  std::size_t left = batch.changes().size() / 2;
  for (auto it = batch.changes().begin(); left > 0; ++it, --left) {
    if (it->second) {
      half.put(it->first, *it->second);
    } else {
      half.erase(it->first);
    }
  }
  return half;
}

template <class Driver>
void act_on(const Output& output, Driver& driver, SelfQueue& self_queue) {
  if (HS_MUTATE(S02)) send_all(output, driver, self_queue);
  if (HS_MUTATE(M49)) driver.write(first_half(output.writes), output.sync);
  if (!output.writes.empty() || output.sync) driver.write(output.writes, output.sync);
  if (output.safety_record) driver.write_record(*output.safety_record);
  send_all(output, driver, self_queue);
  for (const Event& event : output.events) driver.tell(event);
}

}  // namespace hs
