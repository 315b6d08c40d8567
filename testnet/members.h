// Nodes that join a testnet after its genesis, and nodes that leave it: homes, the record, and what
// the other nodes know of them. Who is a validator is the chain's matter.
#pragma once
#include <chrono>
#include <string>

#include "lib/base/result.h"
#include "lib/crypto/signatures.h"
#include "testnet/record.h"

namespace hs {

struct Member {
  TestnetNode node;
  PublicKey key;
};

// Makes key and home of the next node and notes it in the record, as a listener. Numbers whose
// folder exists or whose ports are taken are passed over. Errors: not_found (no number is left),
// and those of key and home files.
[[nodiscard]] Result<Member> create_member(const TestnetLayout& layout);
// Takes create_member() back: record and home. Requires that the node does not run and never did.
[[nodiscard]] Status discard_member(const TestnetLayout& layout, const Member& member);

// A node of the testnet and its key. Errors: not_found, those of its key file.
[[nodiscard]] Result<Member> find_member(const TestnetLayout& layout, const std::string& name);

// The chain has made it a validator, or a listener again.
[[nodiscard]] Status note_role(const TestnetLayout& layout, const TestnetNode& node,
                               bool is_listener);
// It is no part of the testnet any more; its home stays. Errors: bad_value (the last one), io.
[[nodiscard]] Status note_removal(const TestnetLayout& layout, const TestnetNode& node);

// Makes the member known to all others, or unknown: those that run are told, and the node.yaml of
// each says so from its next start on. One that does not answer learns it then. Errors: those of
// node.yaml.
[[nodiscard]] Status introduce(const TestnetLayout& layout, const Member& member);
[[nodiscard]] Status take_leave(const TestnetLayout& layout, const Member& member);

}  // namespace hs
