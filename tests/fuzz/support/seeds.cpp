#include "tests/fuzz/support/seeds.h"

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "genesis/genesis.h"
#include "keys/key_file.h"
#include "lib/base/hex.h"
#include "lib/kvapp/transaction.h"
#include "lib/net/frame.h"
#include "lib/net/hello.h"
#include "lib/node/home/node_config.h"
#include "lib/node/home/safety_file.h"
#include "testnet/protocol.h"
#include "testnet/record.h"
#include "tests/fuzz/support/tape_net.h"
#include "tests/support/chain.h"
#include "tests/support/random.h"
#include "tests/support/temp_dir.h"

namespace hs::fuzz {
namespace {

// By target; sets, so that nothing is there twice.
using Seeds = std::map<std::string, std::set<Bytes>>;

Bytes tagged(std::uint8_t tag, const Bytes& body) {
  Bytes bytes{tag};
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

// The inner form of a message for the target of its kind.
void add_message(Seeds& seeds, const Message& message) {
  const Bytes bytes = to_borsh(message);
  seeds["message"].insert(bytes);
  const FrameHeader header = frame_header(Channel::message, bytes.size());
  Bytes framed{0, 0};
  framed.insert(framed.end(), header.begin(), header.end());
  framed.insert(framed.end(), bytes.begin(), bytes.end());
  if (framed.size() < 300) seeds["frame"].insert(framed);
  const Bytes inner = std::visit([](const auto& m) { return to_borsh(m); }, message);
  switch (message.index()) {
    case 0:
      seeds["proposal"].insert(inner);
      break;
    case 1:
      seeds["nudge"].insert(inner);
      seeds["certificate"].insert(to_borsh(std::get<Nudge>(message).justify));
      break;
    case 2:
      seeds["phase_vote"].insert(inner);
      break;
    case 3:
      seeds["new_view"].insert(inner);
      break;
    case 4:
      seeds["timeout_vote"].insert(inner);
      break;
    case 5:
      seeds["advance_view"].insert(inner);
      break;
    case 6:
    case 7:
      seeds["advertise"].insert(tagged(static_cast<std::uint8_t>(message.index() - 6), inner));
      break;
    default:
      seeds["block_sync"].insert(tagged(static_cast<std::uint8_t>(message.index() - 8), inner));
  }
}

void add_messages(Seeds& seeds) {
  // A run of three replicas with an absent fourth: all that they say, timeouts included.
  InputTape nothing({});
  TapeNet net(nothing);
  net.run(600);
  std::map<std::size_t, int> kinds;
  for (const MessagePtr& message : net.heard()) {
    if (++kinds[message->index()] <= 6) add_message(seeds, *message);
  }
  Rng rng(1);
  for (int i = 0; i < 80; ++i) add_message(seeds, test::random_message(rng));
  // Counts at their edges, where a decoder might reserve what is claimed.
  for (const std::uint32_t count : {0U, 1U, 2U, 1024U, 1025U, 0x7fffffffU, 0xffffffffU}) {
    BorshWriter writer;
    writer.u32(count);
    seeds["certificate"].insert(writer.bytes());
    seeds["block_sync"].insert(tagged(1, writer.bytes()));
    for (std::uint8_t tag = 0; tag < 4; ++tag) {
      seeds["validator_set"].insert(tagged(tag, writer.bytes()));
    }
    seeds["transaction"].insert(writer.bytes());
  }
}

void add_sets(Seeds& seeds) {
  Rng rng(2);
  for (int i = 0; i < 12; ++i) {
    seeds["validator_set"].insert(tagged(1, to_borsh(test::random_set_updates(rng))));
    seeds["validator_set"].insert(tagged(3, to_borsh(test::random_app_updates(rng))));
    seeds["validator_set"].insert(tagged(
        2, to_borsh(ValidatorSetUpdatesStatus{PendingUpdates{test::random_set_updates(rng)}})));
  }
  seeds["validator_set"].insert(tagged(0, to_borsh(test::test_set({{1}, {2}, {3}, {4}}))));
  seeds["validator_set"].insert(tagged(0, to_borsh(test::test_set({{1, 5}, {2, ~0ULL}, {3, 0}}))));
  for (std::uint8_t i = 0; i < 6; ++i) {
    seeds["certificate"].insert(Bytes{i, 1, i, 0, 0, 0, 1, 0, 1, 1, 2, 1, 0, 2, 3, 0, 0, 1, 1, 1});
  }
}

void add_peers(Seeds& seeds) {
  Hello hello{.chain_id = ChainId{7},
              .genesis_hash = test::test_hash("g"),
              .node_name = "n0",
              .listens = HostPort{"127.0.0.1", 27000},
              .known_peers = {}};
  seeds["hello"].insert(encode_greeting(hello));
  hello.known_peers = {{test::test_key(1).public_key(), {"example.org", 1}},
                       {test::test_key(2).public_key(), {"::1", 65535}}};
  seeds["hello"].insert(encode_greeting(hello));
  seeds["hello"].insert(encode_greeting(Refusal{"another chain"}));
  seeds["frame"].insert(Bytes{0, 3, 0, 1, 2, 5, 0, 0, 0, 2, 'a', 'b', 'c', 'd', 1, 0, 0, 0, 3});
  seeds["frame"].insert(Bytes{1, 0, 0xff, 0xff, 0xff, 0xff, 1});
  seeds["frame"].insert(Bytes{0, 0, 0, 0, 0x40, 0, 1, 'x'});
  Transaction transaction;
  transaction.chain_id = ChainId{7};
  for (const kv::Operation& operation : std::initializer_list<kv::Operation>{
           kv::Put{{1}, {2}}, kv::Delete{{1}}, kv::CompareAndSet{{1}, Bytes{2}, {3}},
           kv::CompareAndSet{{1}, std::nullopt, {}}, kv::SetValidator{}, kv::RemoveValidator{}}) {
    transaction.operation = operation;
    const Bytes bytes = to_borsh(transaction);
    seeds["transaction"].insert(bytes);
    BorshWriter block;
    block.count(1);
    block.byte_string(bytes);
    seeds["transaction"].insert(block.bytes());
  }
}

void add_files(Seeds& seeds) {
  const auto add = [&](const std::string& target, std::string_view text) {
    seeds[target].insert(to_bytes(text));
  };
  NodeConfig config;
  add("yaml", node_config_yaml(config));
  config.peers = {{test::test_key(1).public_key(), {"::1", 27010}}};
  config.idle_interval = milliseconds(125);
  config.log_json = config.log_events = true;
  add("yaml", node_config_yaml(config));
  for (const char* text :
       {"[[[[[[[[[[[[[[[[[[", "{a: {b: [1, 2s, \"x\"]}}", "&a [*a, *a]", "a: 1\na: 2",
        "--- 1\n--- 2", "!!str 1", "? a\n: b", "a: |\n  text", "'it''s'", "\"\\u0000\""}) {
    add("yaml", text);
  }
  GenesisDraft draft;
  draft.chain_id = ChainId{7};
  draft.testnet = true;
  for (std::uint8_t i = 1; i < 4; ++i) {
    draft.validators.push_back(
        {"n" + std::to_string(i), test::test_key(i).public_key(), Power{i}, true});
  }
  add("genesis", to_yaml(create_genesis(draft)->genesis));
  draft.authority = test::test_key(9).public_key();
  draft.reference_peers = true;
  add("genesis", to_yaml(create_genesis(draft)->genesis));
  TestnetRecord record{
      .name = "demo", .params = {}, .removed = {}, .listeners = {}, .byzantine = {}};
  add("testnet", to_yaml(record));
  record.added = 2;
  record.listeners = {5};
  record.byzantine = {{1, "equivocate"}};
  add("testnet", to_yaml(record));
  add("testnet", encode(SupervisorRequest{SupervisorOp::kill, {"n1", "n2"}}));
  add("testnet", encode(SupervisorReply{{}, SupervisorFailure{"timed_out", "a", "b", "c"}}));
  add("key_file", key_file_text(insecure_test_key("seed", "n0")));
  add("key_file", key_file_text(KeyFile{"name", test::test_key(1), false}));

  const test::TempDir folder;
  const std::filesystem::path path = folder / "s/record";
  SafetyFile::create(path, {test::test_key(1).public_key(), test::test_hash("g")});
  const auto add_record = [&] {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    seeds["safety_file"].insert(tagged(1, to_bytes(text.str())));
    seeds["safety_file"].insert(tagged(7, to_bytes(text.str())));
  };
  add_record();
  SafetyFile file(path);
  file.write({.record = {.voted_view = View{9},
                         .voted_block = {},
                         .timeout_view = {},
                         .locked_view = View{3},
                         .locked_block = {}},
              .data_was_reset = true});
  add_record();
}

void add_tapes(Seeds& seeds) {
  Rng rng(3);
  for (int i = 0; i < 24; ++i) {
    seeds["replica"].insert(test::random_bytes(rng, 40 + rng.below(600)));
    seeds["store"].insert(test::random_bytes(rng, rng.below(120)));
    seeds["certificate"].insert(test::random_bytes(rng, rng.below(200)));
  }
  const std::string id(64, '0');
  for (const std::string& text :
       {std::string("\x01\x01\x00\nwait=commit&timeout_ms=1\n{\"transaction\":\"00ff\"}", 55),
        std::string("\x00\x00\x01head\nlimit=1\n"), std::string("\x00\x00\x02") + id + "\n\n",
        std::string("\x00\x00\x03key\nheight=1\n"), std::string("\x00\x00\x04\ntype=A,B\n")}) {
    seeds["rpc"].insert(to_bytes(text));
  }
  for (const char* path : {"/v1/status", "/v1/validators", "/v1/validators/changes", "/v1/blocks",
                           "/v1/headers", "/v1/tree", "/v1/state", "/v1/evidence", "/v1/peers",
                           "/v1/health", "/metrics", "/v1/events/recent"}) {
    for (const char* query : {"", "from=0&limit=2", "prefix=%6b&limit=1"}) {
      Bytes bytes{0, 0, 8};
      const Bytes rest = to_bytes(std::string(path) + "\n" + query + "\n");
      bytes.insert(bytes.end(), rest.begin(), rest.end());
      seeds["rpc"].insert(bytes);
    }
  }
  for (const char* body :
       {"{\"transaction\":\"00\"}", "{\"transactions\":[\"00\",\"01\"]}",
        "{\"put\":{\"key\":\"a\",\"value_b64\":\"/w==\"}}", "[1,2,[3e9,-1,null]]"}) {
    for (const std::uint8_t path : {0, 6}) {
      Bytes bytes{path, 1, path};
      const Bytes rest = to_bytes(std::string(path == 6 ? "echo" : "") + "\n\n" + body);
      bytes.insert(bytes.end(), rest.begin(), rest.end());
      seeds["rpc"].insert(bytes);
    }
  }
}

}  // namespace

void write_seeds(const std::filesystem::path& folder) {
  Seeds seeds;
  add_messages(seeds);
  add_sets(seeds);
  add_peers(seeds);
  add_files(seeds);
  add_tapes(seeds);
  std::filesystem::create_directories(folder);
  for (const auto& [target, inputs] : seeds) {
    std::ofstream file(folder / (target + ".txt"));
    for (const Bytes& input : inputs) file << to_hex(input) << '\n';
  }
}

}  // namespace hs::fuzz
