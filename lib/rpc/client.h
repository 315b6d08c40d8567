// A small HTTP client for what a node serves, over TCP or over its control socket. Used by the
// command line and the orchestrator; one request at a time, from one thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>

#include "lib/base/result.h"

namespace hs {

struct TcpEndpoint {
  std::string host;
  std::uint16_t port = 0;
};
struct SocketEndpoint {
  std::string path;  // of the unix socket
};
using RpcEndpoint = std::variant<TcpEndpoint, SocketEndpoint>;

// "http://127.0.0.1:27001", "127.0.0.1:27001" or "unix:/path/ctl.sock". Errors: bad_value.
[[nodiscard]] Result<RpcEndpoint> parse_endpoint(const std::string& url);
[[nodiscard]] std::string to_string(const RpcEndpoint& endpoint);

struct RpcReply {
  int status = 0;    // HTTP status
  std::string body;  // JSON, but for /metrics

  [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

class RpcClient {
 public:
  struct Timeouts {
    std::chrono::milliseconds connect{1'000};
    std::chrono::milliseconds answer{5'000};  // until the whole reply is here
  };
  explicit RpcClient(RpcEndpoint endpoint);
  RpcClient(RpcEndpoint endpoint, Timeouts timeouts);
  ~RpcClient();
  RpcClient(RpcClient&&) noexcept;
  RpcClient& operator=(RpcClient&&) noexcept;

  // `target` is the path with its query: "/v1/blocks?limit=5". Any HTTP answer is a reply, an error
  // status too. Errors: unavailable (nobody listens, or the connection was cut), timed_out.
  [[nodiscard]] Result<RpcReply> get(const std::string& target);
  [[nodiscard]] Result<RpcReply> post(const std::string& target,
                                      const nlohmann::ordered_json& body);
  // Reads a stream line by line until `on_line` returns false or the server ends it. No timeout
  // between lines but `silence`. Errors: as above; bad_value with the body if the answer was no
  // 200.
  [[nodiscard]] Status stream(const std::string& target, std::chrono::milliseconds silence,
                              const std::function<bool(const std::string& line)>& on_line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The body as JSON. Errors: bad_value.
[[nodiscard]] Result<nlohmann::ordered_json> json_of(const RpcReply& reply);
// text with everything but unreserved characters percent-encoded: for paths and queries.
[[nodiscard]] std::string percent_encode(const std::string& text);

}  // namespace hs
