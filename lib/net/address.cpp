#include "lib/net/address.h"

#include <arpa/inet.h>

#include <charconv>

#include "lib/base/hex.h"

namespace hs {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

bool is_ipv6_literal(const std::string& host) {
  in6_addr parsed;
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

bool is_loopback_literal(const std::string& host) {
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

Status check_host(const std::string& host) {
  if (host.empty()) return fail(Errc::bad_value, "the host is empty");
  if (host.size() > host_bytes_max) return fail(Errc::bad_value, "the host is too long");
  if (std::all_of(host.begin(), host.end(), is_name_character)) return {};
  // inet_pton stops at a NUL, so one inside would hide what follows it.
  if (host.find('\0') == std::string::npos && is_ipv6_literal(host)) return {};
  return fail(Errc::bad_value, "the host is neither a name nor an IP address");
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return fail(Errc::bad_value, "the port is not a number from 0 to 65535");
  }
  return port;
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(Errc::bad_value, "expected HOST:PORT");
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos)) {
    return fail(Errc::bad_value, "an IPv6 address, and only that, stands in brackets: [HOST]:PORT");
  }
  HostPort address{.host = std::string(host)};
  HS_TRY_STATUS(check_host(address.host));
  HS_TRY(port, parse_port(text.substr(colon + 1)));
  address.port = port;
  return address;
}

Result<HostPort> parse_loopback_address(std::string_view text) {
  HS_TRY(address, parse_host_port(text));
  if (!is_loopback_literal(address.host)) {
    return fail(
        Errc::bad_value,
        "HTTP is served on a loopback address only (127.0.0.1 or [::1]), not on " + address.host);
  }
  return address;
}

Result<PeerAddress> parse_peer_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return fail(Errc::bad_value, "expected KEY@HOST:PORT");
  HS_TRY(key, fixed_from_hex<PublicKey>(text.substr(0, at)));
  HS_TRY(address, parse_host_port(text.substr(at + 1)));
  return PeerAddress{.key = key, .at = address};
}

std::string to_string(const HostPort& address) {
  const bool brackets = address.host.find(':') != std::string::npos;
  return (brackets ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::string to_string(const PeerAddress& address) {
  return to_hex(address.key.view()) + "@" + to_string(address.at);
}

void encode(BorshWriter& writer, const HostPort& address) {
  writer.byte_string(as_bytes(address.host));
  writer.u8(static_cast<std::uint8_t>(address.port & 0xff));
  writer.u8(static_cast<std::uint8_t>(address.port >> 8));
}

Status decode(BorshReader& reader, HostPort& address) {
  HS_TRY(length, reader.u32());
  if (length > host_bytes_max) return fail(Errc::bad_value, "the host is too long");
  HS_TRY(host, reader.raw(length));
  address.host = to_string(host);
  HS_TRY_STATUS(check_host(address.host));
  HS_TRY(port, reader.raw(2));
  address.port = static_cast<std::uint16_t>(port[0] | port[1] << 8);
  return {};
}

void encode(BorshWriter& writer, const PeerAddress& address) {
  encode(writer, address.key);
  encode(writer, address.at);
}

Status decode(BorshReader& reader, PeerAddress& address) {
  HS_TRY_STATUS(decode(reader, address.key));
  return decode(reader, address.at);
}

}  // namespace hs
