// Bytes of users in JSON and in URLs. Keys and values of the app are arbitrary bytes: they stand as
// text where they are UTF-8, and as base64 under "<name>_b64" where they are not.
#pragma once
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hs {

using Json = nlohmann::ordered_json;  // keeps "schema" first

// RFC 4648 with padding. Decoding is strict: errors are bad_value.
[[nodiscard]] std::string to_base64(BytesView bytes);
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_utf8(BytesView bytes);

// object[name] = text, or object[name + "_b64"] = base64.
void put_bytes(Json& object, const std::string& name, BytesView bytes);

// One line of JSON. What peers named themselves may be no UTF-8; it is replaced, never thrown at.
[[nodiscard]] std::string to_line(const Json& value);

// Times as RFC 3339 in UTC with milliseconds: "2026-01-31T12:00:00.123Z".
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point at);

// Errors: bad_value for a "%" without two hex digits.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text);

// The parameters of "from=1&limit=5", decoded ("+" stays a plus sign: keys are bytes). Errors:
// bad_value, duplicate.
using Query = std::map<std::string, std::string>;
[[nodiscard]] Result<Query> parse_query(std::string_view text);

// JSON of a stranger: at most `json_depth_max` levels, no key twice in one object. Errors:
// bad_value, too_long (too deep), duplicate.
constexpr int json_depth_max = 8;
[[nodiscard]] Result<Json> parse_json(std::string_view text);

}  // namespace hs
