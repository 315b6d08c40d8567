// What every command that makes key files asks and refuses alike.
#pragma once
#include <filesystem>
#include <vector>

#include "cli/command.h"
#include "cli/error.h"

namespace hs {

[[nodiscard]] Option unencrypted_option();
[[nodiscard]] Option insecure_seed_option();

// Requires both options above to be declared. Throws a usage error unless one of them was given:
// key files are meant to be encrypted, and leaving that out must be said aloud.
void require_unencrypted(const Context& context);

// The value, or the error thrown; the chmod line of an unsafe key file becomes the remedy.
template <class T>
[[nodiscard]] T key_or_throw(Result<T> result, const std::string& doing = {});
[[nodiscard]] CliError key_error(const Error& error, const std::string& doing = {});

// Throws `exists` (exit 6) for the first path where something is.
void refuse_existing(const std::vector<std::filesystem::path>& paths);

template <class T>
T key_or_throw(Result<T> result, const std::string& doing) {
  if (!result) throw key_error(result.error(), doing);
  return std::move(*result);
}

}  // namespace hs
