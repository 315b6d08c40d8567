#include "lib/node/home/node_config.h"

#include <chrono>

#include "keys/key_file.h"
#include "lib/config/yaml.h"
#include "lib/node/home/files.h"

namespace hs {
namespace {

constexpr const char* node_schema = "hs.node/v1";
constexpr Duration idle_interval_min = milliseconds(1);
constexpr Duration idle_interval_max = std::chrono::hours(1);

Result<HostPort> listen_address(const YamlFields& fields,
                                Result<HostPort> (*parse)(std::string_view)) {
  HS_TRY(value, fields.required("listen"));
  HS_TRY(text, value.text());
  auto address = parse(text);
  if (!address) return value.wrong(address.error().what);
  return *address;
}

Status read_p2p(const YamlFields& root, NodeConfig& config) {
  HS_TRY(value, root.required("p2p"));
  HS_TRY(fields, value.fields({"listen", "peers"}));
  HS_TRY(listen, listen_address(fields, parse_host_port));
  config.p2p_listen = listen;
  const auto peers = fields.optional("peers");
  if (!peers) return {};
  HS_TRY(entries, peers->list());
  for (const YamlValue& entry : entries) {
    HS_TRY(text, entry.text());
    const auto peer = parse_peer_address(text);
    if (!peer) return entry.wrong(peer.error().what);
    if (peer->at.port == 0) return entry.wrong("a peer needs a port other than 0");
    config.peers.push_back(*peer);
  }
  return {};
}

Status read_rpc(const YamlFields& root, NodeConfig& config) {
  HS_TRY(value, root.required("rpc"));
  HS_TRY(fields, value.fields({"listen", "auth"}));
  HS_TRY(listen, listen_address(fields, parse_loopback_address));
  config.rpc_listen = listen;
  if (const auto auth = fields.optional("auth")) HS_TRY_STATUS(auth->one_of({"none"}));
  return {};
}

Status read_optional_parts(const YamlFields& root, NodeConfig& config) {
  if (const auto consensus = root.optional("consensus")) {
    HS_TRY(fields, consensus->fields({"idle_interval"}));
    if (const auto interval = fields.optional("idle_interval")) {
      HS_TRY(duration, interval->duration(idle_interval_min, idle_interval_max));
      config.idle_interval = duration;
    }
  }
  if (const auto storage = root.optional("storage")) {
    HS_TRY(fields, storage->fields({"sync"}));
    HS_TRY(sync, fields.required("sync"));
    HS_TRY(word, sync.one_of({"always", "never"}));
    config.sync_always = word == "always";
  }
  if (const auto log = root.optional("log")) {
    HS_TRY(fields, log->fields({"level", "format", "events"}));
    if (const auto events = fields.optional("events")) {
      HS_TRY(flag, events->boolean());
      config.log_events = flag;
    }
    if (const auto level = fields.optional("level")) {
      HS_TRY(word, level->one_of({"trace", "debug", "info", "warn", "error"}));
      config.log_level = word;
    }
    if (const auto format = fields.optional("format")) {
      HS_TRY(word, format->one_of({"text", "json"}));
      config.log_json = word == "json";
    }
  }
  return {};
}

}  // namespace

Result<NodeConfig> parse_node_config(std::string_view text, const std::string& name) {
  HS_TRY(file, parse_yaml(text, name));
  HS_TRY(root, file.fields(node_schema, {"name", "p2p", "rpc", "consensus", "storage", "log"}));
  NodeConfig config;
  HS_TRY(name_value, root.required("name"));
  HS_TRY(node_name, name_value.text());
  if (const auto good = check_key_name(node_name); !good) {
    return name_value.wrong(good.error().what);
  }
  config.name = node_name;
  HS_TRY_STATUS(read_p2p(root, config));
  HS_TRY_STATUS(read_rpc(root, config));
  HS_TRY_STATUS(read_optional_parts(root, config));
  return config;
}

Result<NodeConfig> read_node_config(const std::filesystem::path& file) {
  HS_TRY(text, read_file(file, yaml_file_bytes_max));
  return parse_node_config(text, file.string());
}

std::string node_config_yaml(const NodeConfig& config) {
  std::string peers;
  for (const PeerAddress& peer : config.peers) {
    peers += (peers.empty() ? "" : ", ") + yaml_quoted(to_string(peer));
  }
  std::string text = std::string("schema: ") + node_schema + "\n";
  text += "name: " + yaml_quoted(config.name) + "\n";
  text +=
      "p2p: {listen: " + yaml_quoted(to_string(config.p2p_listen)) + ", peers: [" + peers + "]}\n";
  text += "rpc: {listen: " + yaml_quoted(to_string(config.rpc_listen)) + ", auth: none}\n";
  if (config.idle_interval) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(*config.idle_interval);
    text += "consensus: {idle_interval: " + std::to_string(us.count()) + "us}\n";
  }
  text += std::string("storage: {sync: ") + (config.sync_always ? "always" : "never") + "}\n";
  text += "log: {level: " + config.log_level + ", format: " + (config.log_json ? "json" : "text") +
          (config.log_events ? ", events: true" : "") + "}\n";
  return text;
}

}  // namespace hs
