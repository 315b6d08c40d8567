// A file descriptor that closes itself, and the error of a system call about a file.
#pragma once
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include "lib/base/result.h"

namespace hs {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] bool open() const { return number_ >= 0; }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

// From errno.
[[nodiscard]] inline std::unexpected<Error> system_error(const std::filesystem::path& path,
                                                         const std::string& what) {
  const int reason = errno;
  return fail(Errc::io, path.string() + ": " + what + ": " + std::strerror(reason));
}

}  // namespace hs
