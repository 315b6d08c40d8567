#include "testnet/line_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include "lib/node/home/control_path.h"
#include "testnet/protocol.h"

namespace hs {
namespace {

constexpr int backlog = 16;

std::string reason(int number) { return std::generic_category().message(number); }

sockaddr_un address_of(const ControlPath& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // ControlPath promises that it fits.
  std::memcpy(static_cast<void*>(address.sun_path), path.path().c_str(), path.path().size() + 1);
  return address;
}

// Waits until the socket can be read. False when the time is over.
bool wait_readable(int socket, std::chrono::steady_clock::time_point deadline) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd entry{socket, POLLIN, 0};
    const int found = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (found > 0) return true;
    if (found == 0) return false;
    if (errno != EINTR) return true;  // the read that follows names the failure
  }
}

}  // namespace

Result<FileDescriptor> listen_on_control_socket(const TestnetLayout& layout) {
  HS_TRY(path, ControlPath::of(HomeLayout{layout.root}));
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail(Errc::io, "cannot make a socket: " + reason(errno));
  ::unlink(path.path().c_str());
  const sockaddr_un address = address_of(path);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(socket.get(), backlog) != 0) {
    return fail(Errc::io, "cannot listen on " + HomeLayout{layout.root}.control_socket().string() +
                              ": " + reason(errno));
  }
  return socket;
}

std::optional<std::string> LineConnection::read_line() {
  std::array<char, 4096> buffer;
  while (!broken_) {
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return std::nullopt;
    if (count <= 0) {
      broken_ = true;
      break;
    }
    received_.append(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t end = received_.find('\n');
    if (end != std::string::npos) return received_.substr(0, end);
    broken_ = received_.size() > socket_line_bytes_max;
  }
  return std::nullopt;
}

void LineConnection::answer(const std::string& line) {
  const std::string text = line + "\n";
  // A client that went away misses its answer; nobody else is concerned.
  [[maybe_unused]] const ssize_t sent =
      ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

Result<std::string> ask_line(const TestnetLayout& layout, const std::string& line,
                             Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto path = ControlPath::of(HomeLayout{layout.root});
  if (!path) return fail(Errc::unavailable, "no supervisor listens: " + path.error().what);
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(*path);
  if (!socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return fail(Errc::unavailable,
                "no supervisor listens on " + path->path() + ": " + reason(errno));
  }
  const std::string text = line + "\n";
  if (::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(text.size())) {
    return fail(Errc::unavailable, "the supervisor went away");
  }
  LineConnection connection(std::move(socket));
  while (wait_readable(connection.descriptor(), deadline)) {
    if (auto answer = connection.read_line()) return *answer;
    if (connection.broken()) return fail(Errc::unavailable, "the supervisor went away");
  }
  return fail(Errc::timed_out, "the supervisor does not answer");
}

Result<SupervisorReply> ask_supervisor(const TestnetLayout& layout,
                                       const SupervisorRequest& request, Duration timeout) {
  HS_TRY(line, ask_line(layout, encode(request), timeout));
  return decode_reply(line);
}

}  // namespace hs
