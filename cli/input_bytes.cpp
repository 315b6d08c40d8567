#include "cli/input_bytes.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>

#include "cli/error.h"
#include "lib/base/hex.h"

namespace hs {
namespace {

std::optional<Bytes> as_hex(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  if (text.starts_with("0x") || text.starts_with("0X")) text.erase(0, 2);
  if (text.empty()) return std::nullopt;
  auto bytes = from_hex(text);
  if (!bytes) return std::nullopt;
  return *std::move(bytes);
}

Bytes read_all(std::istream& input, const std::string& name) {
  std::string text(input_bytes_max + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (input.bad()) throw CliError("io", ExitCode::failure, name + " cannot be read");
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > input_bytes_max) {
    throw usage_error(name + " is larger than " + std::to_string(input_bytes_max) + " bytes");
  }
  if (text.empty()) throw usage_error(name + " is empty");
  return as_hex(text).value_or(to_bytes(text));
}

}  // namespace

Bytes input_bytes(const std::string& argument) {
  if (argument == "-") return read_all(std::cin, "standard input");
  if (const auto bytes = as_hex(argument)) return *bytes;
  if (!std::filesystem::is_regular_file(argument)) {
    throw usage_error("'" + argument.substr(0, 60) + "' is neither hex digits nor a file", "",
                      "give hex digits, the path of a file, or '-' for standard input");
  }
  std::ifstream file(argument, std::ios::binary);
  if (!file) throw CliError("io", ExitCode::failure, argument + " cannot be opened");
  return read_all(file, argument);
}

}  // namespace hs
