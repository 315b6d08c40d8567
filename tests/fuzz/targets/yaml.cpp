// The settings of a node, and YAML of any kind.
#include "lib/config/yaml.h"

#include "lib/node/home/node_config.h"
#include "tests/fuzz/support/allocation.h"
#include "tests/fuzz/support/target.h"

namespace hs {
namespace {

void walk(const YamlValue& value, int depth) {
  HS_CHECK(depth <= static_cast<int>(yaml_depth_max) + 1);
  if (value.is_list()) {
    const auto list = value.list();
    HS_CHECK(list.has_value());
    for (const YamlValue& item : *list) walk(item, depth + 1);
  } else if (value.is_mapping()) {
    const auto entries = value.entries();
    if (!entries) return;
    for (const auto& [name, item] : *entries) walk(item, depth + 1);
  } else {
    (void)value.text();
    (void)value.number(0, UINT64_MAX);
    (void)value.boolean();
    (void)value.duration(Duration{0}, std::chrono::hours(1));
    (void)value.hex<PublicKey>();
  }
}

}  // namespace

HS_FUZZ_TARGET(yaml) {
  const std::string text(input.begin(), input.end());
  {
    const fuzz::AllocationMeter meter;
    const auto value = parse_yaml(text, "f");
    HS_CHECK(meter.peak() <= fuzz::allocation_max(text.size(), fuzz::yaml_factor));
    if (value) walk(*value, 0);
    if (!value) HS_CHECK(!value.error().what.empty());
  }
  const auto config = parse_node_config(text, "node.yaml");
  if (!config) return;
  const std::string written = node_config_yaml(*config);
  const auto again = parse_node_config(written, "node.yaml");
  HS_CHECK(again.has_value());
  HS_CHECK(node_config_yaml(*again) == written);
}

}  // namespace hs
