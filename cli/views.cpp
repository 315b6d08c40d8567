#include "cli/views.h"

#include <algorithm>

#include "lib/rpc/encoding.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t bits_drawn_max = 32;

}  // namespace

std::string text_of(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return to_line(value);
}

std::string text_of(const Json& object, const std::string& field) {
  const auto found = object.find(field);
  return found == object.end() ? "-" : text_of(*found);
}

std::string bytes_text(const Json& object, const std::string& field) {
  const auto encoded = object.find(field + "_b64");
  if (encoded == object.end() || !encoded->is_string()) return text_of(object, field);
  const auto bytes = from_base64(encoded->get<std::string>());
  return bytes ? to_string(*bytes) : "-";
}

std::string printable(const std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string safe;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      safe += "\\\\";
    } else if (byte < 0x20 || byte == 0x7f) {
      safe += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    } else {
      safe.push_back(c);
    }
  }
  return safe;
}

std::string bytes_cell(const Json& object, const std::string& field) {
  const auto encoded = object.find(field + "_b64");
  return encoded == object.end() ? printable(text_of(object, field))
                                 : "base64:" + text_of(*encoded);
}

std::string short_hash(const std::string& hex) { return hex.substr(0, 8); }

std::string proposer_of(const Json& block) {
  const std::string name = text_of(block, "proposer_name");
  return name != "-" ? name : short_hash(text_of(block, "proposer"));
}

std::string transaction_text(const Json& transaction) {
  std::string text = text_of(transaction, "kind") + " ";
  if (transaction.contains("public_key")) {
    text += short_hash(text_of(transaction, "public_key"));
    if (transaction.contains("power")) text += " " + text_of(transaction, "power");
  } else {
    text += bytes_cell(transaction, "key");
  }
  if (text_of(transaction, "outcome") == "failed") text += " (failed)";
  return text;
}

std::string mark_of(const Json& block) {
  const std::string status = text_of(block, "status");
  if (status == "committed") return "●";
  if (status == "abandoned") return "✗";
  const int confirmations = block.value("confirmations", 0);
  if (confirmations >= 2) return "◉";
  return confirmations == 1 ? "◎" : "○";
}

std::string signers_text(const Json& block) {
  const std::string bits = text_of(block, "signer_bits");
  if (bits == "-" || bits.size() <= bits_drawn_max) return bits == "-" ? "" : bits;
  return std::to_string(std::count(bits.begin(), bits.end(), '1')) + "/" +
         std::to_string(bits.size());
}

}  // namespace hs
