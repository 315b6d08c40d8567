#include "lib/net/address_book.h"

#include "lib/base/limits.h"

namespace hs {
namespace {

constexpr std::size_t heard_per_key_max = 2;

void add_once(std::vector<HostPort>& list, const HostPort& address) {
  if (std::find(list.begin(), list.end(), address) == list.end()) list.push_back(address);
}

}  // namespace

void AddressBook::configure(const PublicKey& key, const HostPort& address) {
  if (key == self_ || address.port == 0) return;
  const auto [at, added] = entries_.try_emplace(key);
  if (!added && at->second.hearsay_only()) --hearsay_keys_;
  add_once(at->second.configured, address);
}

void AddressBook::say(const PublicKey& key, const HostPort& address) {
  if (key == self_ || address.port == 0) return;
  const auto [at, added] = entries_.try_emplace(key);
  if (!added && at->second.hearsay_only()) --hearsay_keys_;
  at->second.said = address;
}

void AddressBook::hear(const PublicKey& key, const HostPort& address, bool important) {
  if (key == self_ || address.port == 0) return;
  auto at = entries_.find(key);
  if (at == entries_.end()) {
    if (hearsay_keys_ >= known_peers_max && !important) return;
    at = entries_.try_emplace(key).first;
    ++hearsay_keys_;
  }
  std::vector<HostPort>& heard = at->second.heard;
  add_once(heard, address);
  if (heard.size() > heard_per_key_max) heard.erase(heard.begin());
}

void AddressBook::forget_words_of(const PublicKey& key) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return;
  if (at->second.hearsay_only()) --hearsay_keys_;
  at->second.said.reset();
  at->second.heard.clear();
  if (at->second.configured.empty()) entries_.erase(at);
}

std::vector<HostPort> AddressBook::addresses(const PublicKey& key) const {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return {};
  std::vector<HostPort> list = at->second.configured;
  if (at->second.said) add_once(list, *at->second.said);
  for (const HostPort& address : at->second.heard) add_once(list, address);
  return list;
}

std::vector<PeerAddress> AddressBook::first_hand(const std::set<PublicKey>& keys) const {
  std::vector<PeerAddress> list;
  for (const auto& [key, entry] : entries_) {
    if (list.size() == known_peers_max) break;
    if (entry.hearsay_only() || !keys.contains(key)) continue;
    list.push_back({.key = key, .at = entry.said ? *entry.said : entry.configured.front()});
  }
  return list;
}

}  // namespace hs
