#include "lib/rpc/client.h"

#include <httplib.h>

#include <charconv>

#include "lib/base/overloaded.h"
#include "lib/rpc/encoding.h"

namespace hs {
namespace {

constexpr std::string_view socket_scheme = "unix:";
constexpr std::string_view http_scheme = "http://";

std::unique_ptr<httplib::Client> connect_to(const RpcEndpoint& endpoint) {
  return std::visit(Overloaded{[](const TcpEndpoint& tcp) {
                                 return std::make_unique<httplib::Client>(tcp.host, tcp.port);
                               },
                               [](const SocketEndpoint& socket) {
                                 auto client = std::make_unique<httplib::Client>(socket.path, 80);
                                 client->set_address_family(AF_UNIX);
                                 // Its name would be the socket's path.
                                 client->set_default_headers({{"Host", "localhost"}});
                                 return client;
                               }},
                    endpoint);
}

using Clock = std::chrono::steady_clock;

// The library tells a silent server from one that hangs up by the time alone.
Error error_of(httplib::Error error, const RpcEndpoint& endpoint, Clock::time_point asked,
               std::chrono::milliseconds patience) {
  const auto waited = Clock::now() - asked;
  const std::string where = to_string(endpoint);
  switch (error) {
    case httplib::Error::Connection:
      return {Errc::unavailable, "nobody answers at " + where};
    case httplib::Error::ConnectionTimeout:
      return {Errc::timed_out, "connecting to " + where + " took too long"};
    case httplib::Error::Read:
      if (waited < patience) return {Errc::unavailable, where + " closed the connection"};
      return {Errc::timed_out, where + " took the connection and sent no answer"};
    default:
      return {Errc::unavailable, where + ": " + httplib::to_string(error)};
  }
}

}  // namespace

struct RpcClient::Impl {
  RpcEndpoint endpoint;
  Timeouts timeouts;
  std::unique_ptr<httplib::Client> http;

  Error error(httplib::Error failure, Clock::time_point asked) const {
    return error_of(failure, endpoint, asked, timeouts.answer);
  }
};

RpcClient::RpcClient(RpcEndpoint endpoint) : RpcClient(std::move(endpoint), Timeouts{}) {}

RpcClient::RpcClient(RpcEndpoint endpoint, Timeouts timeouts) : impl_(std::make_unique<Impl>()) {
  impl_->http = connect_to(endpoint);
  impl_->http->set_connection_timeout(timeouts.connect);
  impl_->http->set_read_timeout(timeouts.answer);
  impl_->http->set_write_timeout(timeouts.answer);
  impl_->http->set_keep_alive(std::holds_alternative<TcpEndpoint>(endpoint));
  impl_->http->set_tcp_nodelay(std::holds_alternative<TcpEndpoint>(endpoint));
  // Targets come percent-encoded already.
  impl_->http->set_url_encode(false);
  impl_->endpoint = std::move(endpoint);
  impl_->timeouts = timeouts;
}

RpcClient::~RpcClient() = default;
RpcClient::RpcClient(RpcClient&&) noexcept = default;
RpcClient& RpcClient::operator=(RpcClient&&) noexcept = default;

Result<RpcReply> RpcClient::get(const std::string& target) {
  const Clock::time_point asked = Clock::now();
  const auto result = impl_->http->Get(target);
  if (!result) return std::unexpected(impl_->error(result.error(), asked));
  return RpcReply{.status = result->status, .body = result->body};
}

Result<RpcReply> RpcClient::post(const std::string& target, const nlohmann::ordered_json& body) {
  const Clock::time_point asked = Clock::now();
  const auto result = impl_->http->Post(target, to_line(body), "application/json");
  if (!result) return std::unexpected(impl_->error(result.error(), asked));
  return RpcReply{.status = result->status, .body = result->body};
}

Status RpcClient::stream(const std::string& target, std::chrono::milliseconds silence,
                         const std::function<bool(const std::string& line)>& on_line) {
  impl_->http->set_read_timeout(silence);
  Clock::time_point heard = Clock::now();
  int status = 0;
  bool is_wanted = true;
  std::string rest;  // a line that is not whole yet, or the body of a refusal
  const auto result = impl_->http->Get(
      target,
      [&](const httplib::Response& response) {
        status = response.status;
        return true;
      },
      [&](const char* bytes, std::size_t length) {
        heard = Clock::now();
        rest.append(bytes, length);
        if (status != 200) return rest.size() < (std::size_t{1} << 16);
        std::size_t start = 0;
        for (std::size_t end = rest.find('\n'); end != std::string::npos && is_wanted;
             end = rest.find('\n', start)) {
          const std::string line = rest.substr(start, end - start);
          start = end + 1;
          if (!line.empty()) is_wanted = on_line(line);  // an empty line only shows life
        }
        rest.erase(0, start);
        return is_wanted;
      });
  impl_->http->set_read_timeout(impl_->timeouts.answer);
  if (!is_wanted) return {};
  if (!result) return std::unexpected(error_of(result.error(), impl_->endpoint, heard, silence));
  if (status != 200) return fail(Errc::bad_value, rest);
  return {};
}

Result<RpcEndpoint> parse_endpoint(const std::string& url) {
  std::string_view rest = url;
  if (rest.starts_with(socket_scheme)) {
    rest.remove_prefix(socket_scheme.size());
    if (rest.empty()) return fail(Errc::bad_value, "unix: needs the path of a socket");
    return SocketEndpoint{std::string(rest)};
  }
  const auto bad = [&] {
    return fail(Errc::bad_value, "\"" + url + "\" is no address: use http://HOST:PORT");
  };
  if (rest.starts_with(http_scheme)) rest.remove_prefix(http_scheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad();
  TcpEndpoint endpoint{.host = std::string(rest.substr(0, colon)), .port = 0};
  if (endpoint.host.find('/') != std::string::npos) return bad();
  if (endpoint.host.size() > 2 && endpoint.host.front() == '[' && endpoint.host.back() == ']') {
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  }
  const std::string_view digits = rest.substr(colon + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  if (error != std::errc{} || end != digits.data() + digits.size() || endpoint.port == 0) {
    return bad();
  }
  return endpoint;
}

std::string to_string(const RpcEndpoint& endpoint) {
  return std::visit(
      Overloaded{[](const TcpEndpoint& tcp) {
                   const bool is_v6 = tcp.host.find(':') != std::string::npos;
                   return (is_v6 ? "http://[" + tcp.host + "]" : "http://" + tcp.host) + ":" +
                          std::to_string(tcp.port);
                 },
                 [](const SocketEndpoint& socket) { return "unix:" + socket.path; }},
      endpoint);
}

Result<nlohmann::ordered_json> json_of(const RpcReply& reply) {
  Json value = Json::parse(reply.body, nullptr, false);
  if (value.is_discarded()) return fail(Errc::bad_value, "the answer is not JSON");
  return value;
}

std::string percent_encode(const std::string& text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace hs
