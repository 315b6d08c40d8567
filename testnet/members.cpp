#include "testnet/members.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "keys/key_file.h"
#include "lib/base/hex.h"
#include "lib/node/home/control_path.h"
#include "lib/node/home/files.h"
#include "lib/node/home/init.h"
#include "lib/node/home/node_config.h"
#include "lib/rpc/client.h"
#include "testnet/ports.h"

namespace hs {
namespace {

namespace fs = std::filesystem;

constexpr RpcClient::Timeouts quick = {.connect = std::chrono::milliseconds(300),
                                       .answer = std::chrono::milliseconds(2000)};
constexpr std::uint64_t port_max = std::numeric_limits<std::uint16_t>::max();

PeerAddress address_of(const Member& member) {
  return {member.key, {"127.0.0.1", member.node.p2p_port}};
}

// The number of the next node.
Result<std::size_t> free_number(const TestnetLayout& layout, const TestnetRecord& record) {
  std::error_code ignored;
  for (std::size_t number = record.numbers(); number < testnet_numbers_max; ++number) {
    if (record.base_port + ports_per_node * (number + 1) > port_max) break;
    const TestnetNode node = record.node(layout, number);
    if (fs::exists(node.home, ignored)) continue;
    if (port_is_free(node.p2p_port) && port_is_free(node.rpc_port)) return number;
  }
  return fail(Errc::not_found,
              "no ports are left for another node above port " +
                  std::to_string(record.base_port + ports_per_node * record.numbers()));
}

Status make_home(const TestnetLayout& layout, const TestnetRecord& record, const TestnetNode& node,
                 const KeyFile& key) {
  InitRequest request{.home = {node.home},
                      .genesis = layout.genesis_yaml(),
                      .key = layout.run() / (node.name + ".key.yaml"),
                      .config = {}};
  request.config.name = node.name;
  request.config.p2p_listen = {"127.0.0.1", node.p2p_port};
  request.config.rpc_listen = {"127.0.0.1", node.rpc_port};
  for (const TestnetNode& other : record.nodes(layout)) {
    HS_TRY(info, read_key_info(HomeLayout{other.home}.key_yaml()));
    request.config.peers.push_back({info.public_key, {"127.0.0.1", other.p2p_port}});
  }
  HS_TRY_STATUS(write_key_file(request.key, key, /*replace=*/true));
  const Status made = init_home(request);
  std::error_code error;
  fs::remove(request.key, error);
  if (made && error) {
    return fail(Errc::io, "cannot remove " + request.key.string() + ": " + error.message());
  }
  return made;
}

// Rewrites the peers of a node that is not `member` itself.
Status edit_peers(const TestnetNode& node, const Member& member, bool is_there) {
  const fs::path file = HomeLayout{node.home}.node_yaml();
  HS_TRY(config, read_node_config(file));
  std::erase_if(config.peers, [&](const PeerAddress& peer) { return peer.key == member.key; });
  if (is_there) config.peers.push_back(address_of(member));
  return replace_file(file, node_config_yaml(config), 0644);
}

// A node that does not run has nobody to be told; it reads node.yaml when it starts.
void tell_running(const TestnetNode& node, const std::string& command, const std::string& peer) {
  const auto path = ControlPath::of(HomeLayout{node.home});
  if (!path) return;
  [[maybe_unused]] const auto reply =
      RpcClient(SocketEndpoint{path->path()}, quick)
          .post("/v1/admin/" + command, nlohmann::ordered_json{{"peer", peer}});
}

template <class Tell>
Status tell_all(const TestnetLayout& layout, const Member& member, bool is_there,
                const Tell& tell) {
  HS_TRY(record, read_testnet_record(layout));
  for (const TestnetNode& node : record.nodes(layout)) {
    if (node.name == member.node.name) continue;
    HS_TRY_STATUS(edit_peers(node, member, is_there));
    tell(node);
  }
  return {};
}

}  // namespace

Result<Member> create_member(const TestnetLayout& layout) {
  HS_TRY(record, read_testnet_record(layout));
  HS_TRY(number, free_number(layout, record));
  const TestnetNode node = record.node(layout, number);
  HS_TRY(key, generate_key(node.name));
  HS_TRY_STATUS(make_home(layout, record, node, key));
  for (std::size_t passed_over = record.numbers(); passed_over < number; ++passed_over) {
    record.removed.insert(passed_over);
  }
  record.added = number + 1 - record.validators;
  record.listeners.insert(number);
  // Last: whatever the record names has a home.
  HS_TRY_STATUS(write_testnet_record(layout, record));
  return Member{record.node(layout, number), key.key.public_key()};
}

Status discard_member(const TestnetLayout& layout, const Member& member) {
  HS_TRY_STATUS(note_removal(layout, member.node));
  std::error_code error;
  fs::remove_all(member.node.home, error);
  if (!error) return {};
  return fail(Errc::io, "cannot remove " + member.node.home.string() + ": " + error.message());
}

Result<Member> find_member(const TestnetLayout& layout, const std::string& name) {
  HS_TRY(node, find_node(layout, name));
  HS_TRY(info, read_key_info(HomeLayout{node.home}.key_yaml()));
  return Member{node, info.public_key};
}

Status note_role(const TestnetLayout& layout, const TestnetNode& node, bool is_listener) {
  HS_TRY(record, read_testnet_record(layout));
  const std::size_t number = number_of_node(node.name);
  if (is_listener) {
    record.listeners.insert(number);
  } else {
    record.listeners.erase(number);
  }
  return write_testnet_record(layout, record);
}

Status note_removal(const TestnetLayout& layout, const TestnetNode& node) {
  HS_TRY(record, read_testnet_record(layout));
  if (record.nodes(layout).size() == 1) {
    return fail(Errc::bad_value, node.name + " is the last node of " + record.name);
  }
  const std::size_t number = number_of_node(node.name);
  record.removed.insert(number);
  record.listeners.erase(number);
  record.byzantine.erase(number);
  return write_testnet_record(layout, record);
}

Status introduce(const TestnetLayout& layout, const Member& member) {
  return tell_all(layout, member, /*is_there=*/true, [&](const TestnetNode& node) {
    tell_running(node, "peer_add", to_string(address_of(member)));
  });
}

Status take_leave(const TestnetLayout& layout, const Member& member) {
  return tell_all(layout, member, /*is_there=*/false, [&](const TestnetNode& node) {
    tell_running(node, "peer_remove", to_hex(member.key.view()));
  });
}

}  // namespace hs
