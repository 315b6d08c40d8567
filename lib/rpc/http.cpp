#include "lib/rpc/http.h"

#include <arpa/inet.h>

#include <algorithm>

namespace hs {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

bool is_ip_literal(const std::string& host) {
  in6_addr address{};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    return inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address) == 1;
  }
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

// "127.0.0.1:27001", "localhost:27001", "[::1]:27001". A name could be made to resolve to the
// loopback by whoever owns it; a literal or localhost could not. The port must be there: only port
// 80 may be left out, and that is not ours.
bool is_own_authority(const std::string& authority, std::uint16_t port) {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string::npos) return false;
  if (authority.substr(colon + 1) != std::to_string(port)) return false;
  const std::string host = lower_case(authority.substr(0, colon));
  return host == "localhost" || is_ip_literal(host);
}

// A page of ours: served by this machine at our port. Any other machine's page has another address,
// whatever Host it makes the browser send.
bool is_own_origin(const std::string& origin, std::uint16_t port) {
  for (const char* host : {"127.0.0.1", "localhost", "[::1]"}) {
    if (lower_case(origin) == "http://" + std::string(host) + ":" + std::to_string(port)) {
      return true;
    }
  }
  return false;
}

bool is_json_type(const std::string& content_type) {
  std::string type = lower_case(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  return type == "application/json";
}

}  // namespace

HttpResponse json_response(const Json& object, int status) {
  return {.status = status, .body = to_line(object) + "\n"};
}

Json error_object(const std::string& code, const std::string& message, const std::string& hint,
                  const Json& details) {
  Json object = {{"schema", "hs.error/v1"}, {"code", code}, {"message", message}};
  if (!hint.empty()) object["hint"] = hint;
  if (!details.empty()) object["details"] = details;
  return object;
}

HttpResponse error_response(int status, const std::string& code, const std::string& message,
                            const std::string& hint, const Json& details) {
  return json_response(error_object(code, message, hint, details), status);
}

HttpResponse error_response(const Error& error) {
  switch (error.code) {
    case Errc::not_found:
      return error_response(404, "not_found", error.what);
    case Errc::corrupt:
      return error_response(500, "corrupt", error.what);
    case Errc::io:
      return error_response(500, "io", error.what);
    case Errc::unavailable:
      return error_response(503, "unavailable", error.what);
    case Errc::timed_out:
      return error_response(504, "timed_out", error.what);
    default:
      return error_response(400, "bad_request", error.what);
  }
}

std::optional<HttpResponse> refuse_foreign(const HttpHead& head, std::uint16_t port) {
  if (head.header_bytes > http_header_bytes_max) {
    return error_response(431, "header_too_large", "the header of the request is above 16 KiB");
  }
  if (head.hosts.size() != 1 || !is_own_authority(head.hosts.front(), port)) {
    return error_response(403, "foreign_host", "the Host header does not name this server",
                          "ask http://127.0.0.1:" + std::to_string(port));
  }
  const bool own_origin = head.origins.empty() ||
                          (head.origins.size() == 1 && is_own_origin(head.origins.front(), port));
  if (!own_origin) {
    return error_response(403, "foreign_origin", "web pages of other origins may not ask here");
  }
  if (head.method == "POST" && !is_json_type(head.content_type)) {
    return error_response(415, "not_json", "a POST must have the content type application/json");
  }
  return std::nullopt;
}

}  // namespace hs
