// A name for run/ctl.sock that fits into a socket address, however deep the home lies.
#pragma once
#include <string>

#include "lib/base/result.h"
#include "lib/node/home/layout.h"

namespace hs {

// A socket address holds 107 bytes. A longer path is reached through an open descriptor of its
// folder, /proc/self/fd/N/ctl.sock, which is good for this process as long as this object lives.
// For binding and for connecting alike.
class ControlPath {
 public:
  // Errors: not_found (the home has no run folder), io.
  [[nodiscard]] static Result<ControlPath> of(const HomeLayout& home);

  ControlPath(ControlPath&& other) noexcept;
  ControlPath& operator=(ControlPath&& other) noexcept;
  ~ControlPath();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  ControlPath(std::string path, int folder) : path_(std::move(path)), folder_(folder) {}

  std::string path_;
  int folder_;  // -1 where the path is short enough
};

}  // namespace hs
