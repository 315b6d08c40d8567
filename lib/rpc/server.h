// The HTTP server of a node: JSON under /v1 and Prometheus text under /metrics, on a thread and an
// io_context of its own. Loopback only; no admin method exists here. [RELIABILITY 5 and 6]
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "lib/rpc/hub.h"
#include "lib/rpc/service.h"

namespace hs {

class RpcServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";  // an IP literal of the loopback
    std::uint16_t port = 0;          // 0: one that is free
    // A header must be there within the first, idle time before it included, and the body within
    // the second after it; else the connection is closed.
    std::chrono::milliseconds header_time_max{10'000};
    std::chrono::milliseconds body_time_max{30'000};
  };
  // Binds at once and answers when this returns; requests that come before the hub's first snapshot
  // get 503. `service` and `hub` outlive the server. Errors: bad_value (not a loopback address),
  // exists (the port is taken), io.
  [[nodiscard]] static Result<std::unique_ptr<RpcServer>> start(const Options& options,
                                                                const RpcService& service,
                                                                RpcHub& hub);
  // Ends all connections and joins the thread.
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  // Connections that could not be taken, for want of a descriptor for example; it goes on after
  // each.
  [[nodiscard]] std::uint64_t failed_accepts() const;

 private:
  struct Impl;
  explicit RpcServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hs
