// I29: no node passes an epoch-change view without a certificate of that view or a later one.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "lib/sim/certificate_oracle.h"

namespace hs::sim {

class ViewOracle {
 public:
  ViewOracle(std::size_t nodes, std::uint32_t epoch_length, const CertificateOracle& certificates,
             Judge& judge)
      : epoch_length_(epoch_length), certificates_(certificates), judge_(judge), entered_(nodes) {}

  // After each step: the highest view entered that the node's store holds.
  void end_step(NodeIndex node, std::optional<View> entered);

 private:
  std::uint64_t epoch_length_;
  const CertificateOracle& certificates_;
  Judge& judge_;
  std::vector<View> entered_;
};

}  // namespace hs::sim
