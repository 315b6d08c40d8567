#include "testnet/record.h"

#include <limits>

#include "lib/config/yaml.h"

namespace hs {
namespace {

constexpr std::uint64_t port_max = std::numeric_limits<std::uint16_t>::max();

Status read_params(const YamlValue& value, TestnetParams& params) {
  HS_TRY(fields, value.fields({"view_timeout", "epoch_length"}));
  if (const auto found = fields.optional("view_timeout")) {
    HS_TRY(duration, found->duration(milliseconds(10), std::chrono::hours(1)));
    params.view_timeout = duration;
  }
  if (const auto found = fields.optional("epoch_length")) {
    HS_TRY(length, found->number(1, 1'000'000));
    params.epoch_length = static_cast<std::uint32_t>(length);
  }
  return {};
}

}  // namespace

std::vector<TestnetNode> TestnetRecord::nodes(const TestnetLayout& layout) const {
  std::vector<TestnetNode> nodes;
  for (std::size_t i = 0; i < validators; ++i) {
    const std::string node_name = "n" + std::to_string(i);
    const auto port = static_cast<std::uint16_t>(base_port + ports_per_node * i);
    nodes.push_back(
        {node_name, port, static_cast<std::uint16_t>(port + 1), layout.home(node_name).root});
  }
  return nodes;
}

Result<TestnetRecord> read_testnet_record(const TestnetLayout& layout) {
  HS_TRY(file, read_yaml_file(layout.testnet_yaml()));
  HS_TRY(root, file.fields("hs.testnet/v1", {"name", "validators", "params", "network"}));
  TestnetRecord record;
  HS_TRY(name, root.required("name"));
  HS_TRY(name_text, name.text());
  record.name = name_text;

  HS_TRY(validators, root.required("validators"));
  HS_TRY(validator_fields, validators.fields({"count"}));
  HS_TRY(count, validator_fields.required("count"));
  HS_TRY(count_number, count.number(1, testnet_nodes_max));
  record.validators = count_number;

  HS_TRY(network, root.required("network"));
  HS_TRY(network_fields, network.fields({"base_port"}));
  HS_TRY(base_port, network_fields.required("base_port"));
  HS_TRY(port, base_port.number(1, port_max - ports_per_node * record.validators));
  record.base_port = static_cast<std::uint16_t>(port);

  if (const auto params = root.optional("params")) {
    HS_TRY_STATUS(read_params(*params, record.params));
  }
  return record;
}

std::string to_yaml(const TestnetRecord& record) {
  std::string text = "schema: hs.testnet/v1\nname: " + yaml_quoted(record.name) +
                     "\nvalidators: {count: " + std::to_string(record.validators) +
                     "}\nnetwork: {base_port: " + std::to_string(record.base_port) + "}\n";
  std::string params;
  if (record.params.view_timeout) {
    const auto count = std::chrono::duration_cast<milliseconds>(*record.params.view_timeout);
    params += "view_timeout: " + std::to_string(count.count()) + "ms";
  }
  if (record.params.epoch_length) {
    params += (params.empty() ? "" : ", ") + std::string("epoch_length: ") +
              std::to_string(*record.params.epoch_length);
  }
  if (!params.empty()) text += "params: {" + params + "}\n";
  return text;
}

Result<TestnetNode> find_node(const TestnetLayout& layout, const std::string& name) {
  HS_TRY(record, read_testnet_record(layout));
  const std::vector<TestnetNode> nodes = record.nodes(layout);
  for (const TestnetNode& node : nodes) {
    if (node.name == name) return node;
  }
  return fail(Errc::not_found, "testnet " + record.name + " has no node " + name + ", only n0 to " +
                                   nodes.back().name);
}

}  // namespace hs
