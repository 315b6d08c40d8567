// A request and its answer, whatever server carries them. Handlers know these and nothing of
// sockets.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/rpc/encoding.h"

namespace hs {

// Bounds on what a client may send. [RELIABILITY 5]
constexpr std::size_t http_body_bytes_max = 1 << 20;
constexpr std::size_t http_header_bytes_max = 16 << 10;
constexpr std::size_t http_connections_max = 128;

struct HttpRequest {
  std::string method;  // "GET", "POST"
  std::string path;    // still percent-encoded, without the query
  std::string query = {};
  std::string content_type = {};
  std::string body = {};
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
};
using Respond = std::function<void(HttpResponse)>;

[[nodiscard]] HttpResponse json_response(const Json& object, int status = 200);
// An hs.error/v1 object: {"schema","code","message","hint","details"}; empty parts are left out.
[[nodiscard]] Json error_object(const std::string& code, const std::string& message,
                                const std::string& hint = {}, const Json& details = Json::object());
[[nodiscard]] HttpResponse error_response(int status, const std::string& code,
                                          const std::string& message, const std::string& hint = {},
                                          const Json& details = Json::object());
// An error of the library: 404 for not_found, 500 for corrupt and io, 400 for the rest.
[[nodiscard]] HttpResponse error_response(const Error& error);

// What a web page in the user's browser could forge is told apart by its headers alone.
struct HttpHead {
  std::string method;
  std::vector<std::string> hosts;    // every Host header
  std::vector<std::string> origins;  // every Origin header
  std::string content_type;
  std::size_t header_bytes = 0;
};
// The refusal of a request that did not come from this machine's own tools: 403 unless Host is one
// IP literal or "localhost" with our own port and Origin is absent or ourselves; 415 unless a POST
// is application/json; 431 above http_header_bytes_max. None: go on. [RELIABILITY 6]
[[nodiscard]] std::optional<HttpResponse> refuse_foreign(const HttpHead& head, std::uint16_t port);

}  // namespace hs
