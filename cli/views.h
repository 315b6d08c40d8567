// Pieces of a node's JSON answers as words for people.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace hs {

// A scalar as text; "-" for null.
[[nodiscard]] std::string text_of(const nlohmann::ordered_json& value);
// object[field] as text; "-" where it is missing or null.
[[nodiscard]] std::string text_of(const nlohmann::ordered_json& object, const std::string& field);
// object[field], or the bytes of object[field + "_b64"]; "-" where both are missing.
[[nodiscard]] std::string bytes_text(const nlohmann::ordered_json& object,
                                     const std::string& field);
// Text on one line that cannot move the cursor: control characters as \xNN, a backslash doubled.
[[nodiscard]] std::string printable(const std::string& text);
// A key or value for a table: object[field], made printable, or "base64:...".
[[nodiscard]] std::string bytes_cell(const nlohmann::ordered_json& object,
                                     const std::string& field);
// The first eight digits of a hash or key.
[[nodiscard]] std::string short_hash(const std::string& hex);
// The proposer's name, or the beginning of its key; "-" while unknown.
[[nodiscard]] std::string proposer_of(const nlohmann::ordered_json& block);
// "put hello", "cas counter (failed)"
[[nodiscard]] std::string transaction_text(const nlohmann::ordered_json& transaction);
// ● committed, ◉ two confirmations, ◎ one, ○ none, ✗ abandoned
[[nodiscard]] std::string mark_of(const nlohmann::ordered_json& block);
// "1101", or "21/31" where the set is too large to be drawn; "" while uncertified.
[[nodiscard]] std::string signers_text(const nlohmann::ordered_json& block);

}  // namespace hs
