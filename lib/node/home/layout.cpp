#include "lib/node/home/layout.h"

namespace hs {

bool HomeLayout::is_home() const {
  std::error_code ignored;  // what cannot be looked at was not made by us
  return std::filesystem::is_regular_file(node_yaml(), ignored) &&
         std::filesystem::is_regular_file(genesis_yaml(), ignored) &&
         std::filesystem::is_regular_file(safety_record(), ignored);
}

}  // namespace hs
