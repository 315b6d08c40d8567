#include "testnet/record.h"

#include <charconv>
#include <limits>

#include "lib/base/check.h"
#include "lib/config/yaml.h"
#include "lib/node/home/files.h"

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

std::string name_of_node(std::size_t number) { return "n" + std::to_string(number); }

// A list of numbers below `end`, each once.
Result<std::set<std::size_t>> read_numbers(const YamlValue& value, std::size_t end) {
  HS_TRY(entries, value.list());
  std::set<std::size_t> numbers;
  for (const YamlValue& entry : entries) {
    HS_TRY(number, entry.number(0, end - 1));
    if (!numbers.insert(number).second) return entry.wrong("stands twice");
  }
  return numbers;
}

Status read_members(const YamlValue& value, TestnetRecord& record) {
  HS_TRY(fields, value.fields({"added", "removed", "listeners"}));
  if (const auto found = fields.optional("added")) {
    HS_TRY(added, found->number(0, testnet_numbers_max - record.validators));
    record.added = added;
  }
  if (const auto found = fields.optional("removed")) {
    HS_TRY(removed, read_numbers(*found, record.numbers()));
    if (removed.size() == record.numbers()) return found->wrong("leaves no node");
    record.removed = removed;
  }
  if (const auto found = fields.optional("listeners")) {
    HS_TRY(listeners, read_numbers(*found, record.numbers()));
    for (const std::size_t number : listeners) {
      if (record.removed.contains(number)) return found->wrong("names a node that was removed");
    }
    record.listeners = listeners;
  }
  return {};
}

// {n3: {strategy: "equivocate,garbage"}}
Status read_byzantine(const YamlValue& value, TestnetRecord& record) {
  HS_TRY(entries, value.entries());
  for (const auto& [name, entry] : entries) {
    std::size_t number = 0;
    while (number < record.numbers() && name_of_node(number) != name) ++number;
    if (number == record.numbers()) return entry.wrong("there is no node " + name);
    HS_TRY(fields, entry.fields({"strategy"}));
    HS_TRY(strategy, fields.required("strategy"));
    HS_TRY(text, strategy.text());
    record.byzantine[number] = text;
  }
  return {};
}

std::string list_of(const std::set<std::size_t>& numbers) {
  std::string text;
  for (const std::size_t number : numbers) {
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  }
  return "[" + text + "]";
}

}  // namespace

std::vector<TestnetNode> TestnetRecord::nodes(const TestnetLayout& layout) const {
  std::vector<TestnetNode> nodes;
  for (std::size_t i = 0; i < numbers(); ++i) {
    if (!removed.contains(i)) nodes.push_back(node(layout, i));
  }
  return nodes;
}

TestnetNode TestnetRecord::node(const TestnetLayout& layout, std::size_t number) const {
  const std::string node_name = name_of_node(number);
  const auto port = static_cast<std::uint16_t>(base_port + ports_per_node * number);
  return {.name = node_name,
          .p2p_port = port,
          .rpc_port = static_cast<std::uint16_t>(port + 1),
          .home = layout.home(node_name).root,
          .listener = listeners.contains(number)};
}

std::size_t TestnetRecord::faults_tolerated() const {
  const std::size_t voting = numbers() - removed.size() - listeners.size();
  return voting == 0 ? 0 : (voting - 1) / 3;
}

Result<TestnetRecord> read_testnet_record(const TestnetLayout& layout) {
  HS_TRY(file, read_yaml_file(layout.testnet_yaml()));
  HS_TRY(root, file.fields("hs.testnet/v1",
                           {"name", "validators", "members", "params", "network", "byzantine"}));
  TestnetRecord record;
  HS_TRY(name, root.required("name"));
  HS_TRY(name_text, name.text());
  record.name = name_text;

  HS_TRY(validators, root.required("validators"));
  HS_TRY(validator_fields, validators.fields({"count"}));
  HS_TRY(count, validator_fields.required("count"));
  HS_TRY(count_number, count.number(1, testnet_nodes_max));
  record.validators = count_number;

  if (const auto members = root.optional("members")) {
    HS_TRY_STATUS(read_members(*members, record));
  }

  if (const auto byzantine = root.optional("byzantine")) {
    HS_TRY_STATUS(read_byzantine(*byzantine, record));
  }

  HS_TRY(network, root.required("network"));
  HS_TRY(network_fields, network.fields({"base_port"}));
  HS_TRY(base_port, network_fields.required("base_port"));
  HS_TRY(port, base_port.number(1, port_max - ports_per_node * record.numbers()));
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
  if (record.added > 0 || !record.removed.empty() || !record.listeners.empty()) {
    text += "members: {added: " + std::to_string(record.added) +
            ", removed: " + list_of(record.removed) + ", listeners: " + list_of(record.listeners) +
            "}\n";
  }
  std::string byzantine;
  for (const auto& [number, strategy] : record.byzantine) {
    byzantine += (byzantine.empty() ? "" : ", ") + name_of_node(number) +
                 ": {strategy: " + yaml_quoted(strategy) + "}";
  }
  if (!byzantine.empty()) text += "byzantine: {" + byzantine + "}\n";
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
  std::string names;
  for (const TestnetNode& node : nodes) names += (names.empty() ? "" : ", ") + node.name;
  return fail(Errc::not_found,
              "testnet " + record.name + " has no node " + name + ", only " + names);
}

Status write_testnet_record(const TestnetLayout& layout, const TestnetRecord& record) {
  return replace_file(layout.testnet_yaml(), to_yaml(record), 0600);
}

std::size_t number_of_node(const std::string& name) {
  std::size_t number = 0;
  const auto [end, wrong] = std::from_chars(name.data() + 1, name.data() + name.size(), number);
  HS_CHECK(wrong == std::errc());
  HS_CHECK(end == name.data() + name.size());
  return number;
}

}  // namespace hs
