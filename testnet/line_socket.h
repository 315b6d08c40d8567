// A unix socket that speaks in lines: the listening side for a poll loop, the asking side with a
// timeout.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "lib/base/result.h"
#include "lib/base/time.h"
#include "testnet/descriptor.h"
#include "testnet/layout.h"

namespace hs {

constexpr std::size_t socket_line_bytes_max = 64 << 10;

// Listens on run/ctl.sock of the testnet, replacing a socket left behind: the caller holds the lock
// of the testnet, so nobody can be listening. Non-blocking. Error: io.
[[nodiscard]] Result<FileDescriptor> listen_on_control_socket(const TestnetLayout& layout);

// One client of the listening side. Nothing here blocks.
class LineConnection {
 public:
  explicit LineConnection(FileDescriptor socket) : socket_(std::move(socket)) {}
  [[nodiscard]] int descriptor() const { return socket_.get(); }

  // Call when readable. The first whole line once it is there; what follows it is not read.
  [[nodiscard]] std::optional<std::string> read_line();
  // The peer went away or sent more than a line may hold.
  [[nodiscard]] bool broken() const { return broken_; }
  // Sends the answer: it is short and the socket's buffer empty, so it goes out at once.
  void answer(const std::string& line);

 private:
  FileDescriptor socket_;
  std::string received_;
  bool broken_ = false;
};

// Sends one line and waits for one. Errors: unavailable (nobody listens, or it ended without an
// answer), timed_out.
[[nodiscard]] Result<std::string> ask_line(const TestnetLayout& layout, const std::string& line,
                                           Duration timeout);

}  // namespace hs
