// The parsed form behind YamlValue: a flat list of nodes that remember their places. Private to
// this room.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace hs {

struct YamlTree {
  enum class Kind { scalar, null, list, mapping };
  struct Node {
    Kind kind;
    std::string text;                   // of a scalar
    bool plain = false;                 // a scalar without quotes
    std::size_t line;                   // from 1
    std::size_t column;                 // from 1
    std::vector<std::size_t> children;  // of a mapping: key, value, key, value ...
  };

  std::string file_name;
  std::vector<Node> nodes;
};

}  // namespace hs
