#include "lib/rpc/encoding.h"

#include <openssl/evp.h>

#include <ctime>
#include <set>
#include <vector>

#include "lib/base/hex.h"

namespace hs {

std::string to_base64(BytesView bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // OpenSSL ends it with a NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.empty()) return Bytes{};
  const auto bad = [] { return fail(Errc::bad_value, "not base64 with padding"); };
  if (text.size() % 4 != 0) return bad();
  Bytes bytes(text.size() / 4 * 3);
  const int length =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (length < 0) return bad();
  std::size_t padding = 0;
  if (text.ends_with("==")) padding = 2;
  else if (text.ends_with('=')) padding = 1;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  // OpenSSL skips blanks at both ends and ignores stray bits: only what we would write is taken.
  if (to_base64(bytes) != text) return bad();
  return bytes;
}

bool is_utf8(BytesView bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::uint8_t first = bytes[at];
    std::size_t more = 0;
    if (first < 0x80) more = 0;
    else if (first >= 0xC2 && first <= 0xDF) more = 1;
    else if (first >= 0xE0 && first <= 0xEF) more = 2;
    else if (first >= 0xF0 && first <= 0xF4) more = 3;
    else return false;
    if (at + more >= bytes.size()) return false;
    for (std::size_t i = 1; i <= more; ++i) {
      if ((bytes[at + i] & 0xC0) != 0x80) return false;
    }
    const std::uint8_t second = more > 0 ? bytes[at + 1] : 0;
    if (first == 0xE0 && second < 0xA0) return false;  // overlong
    if (first == 0xED && second > 0x9F) return false;  // surrogates
    if (first == 0xF0 && second < 0x90) return false;  // overlong
    if (first == 0xF4 && second > 0x8F) return false;  // above U+10FFFF
    at += more + 1;
  }
  return true;
}

void put_bytes(Json& object, const std::string& name, BytesView bytes) {
  if (is_utf8(bytes)) object[name] = to_string(bytes);
  else object[name + "_b64"] = to_base64(bytes);
}

std::string to_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string rfc3339(std::chrono::system_clock::time_point at) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const std::time_t time = static_cast<std::time_t>(seconds.count());
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::string fraction = std::to_string(1000 + (since - seconds).count());
  fraction.front() = '.';
  return std::string(text, length) + fraction + "Z";
}

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return fail(Errc::bad_value, "% needs two hex digits");
    decoded.push_back(static_cast<char>(byte->front()));
    i += 2;
  }
  return decoded;
}

Result<Query> parse_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    HS_TRY(name, percent_decode(part.substr(0, equals)));
    HS_TRY(value, percent_decode(part.substr(std::min(equals + 1, part.size()))));
    if (!query.emplace(name, value).second) {
      return fail(Errc::duplicate, "parameter \"" + name + "\" is given twice");
    }
  }
  return query;
}

Result<Json> parse_json(std::string_view text) {
  bool too_deep = false;
  bool twice = false;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key && !keys.back().insert(parsed.get<std::string>()).second) twice = true;
    if ((event == Event::object_start || event == Event::array_start) && depth >= json_depth_max) {
      too_deep = true;
    }
    return !too_deep;  // nothing deeper is kept
  };
  Json value = Json::parse(text, watch, false);
  if (too_deep) {
    return fail(Errc::too_long, "nested deeper than " + std::to_string(json_depth_max) + " levels");
  }
  if (value.is_discarded()) return fail(Errc::bad_value, "not valid JSON");
  if (twice) return fail(Errc::duplicate, "a key stands twice in one object");
  return value;
}

}  // namespace hs
