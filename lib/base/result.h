// How "others may be wrong" is said: a value, or an Error that names a code for programs and a
// sentence for people. Bytes from peers, files and users come in through Results only; disk
// failures are StoreFailure (lib/store/store.h), our own mistakes are HS_CHECK (lib/base/check.h).
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace hs {

enum class Errc {
  truncated,      // input ended inside a value
  trailing,       // input goes on after the value
  too_long,       // a length or count above its limit
  bad_value,      // a value outside its range
  not_canonical,  // decodes, but is not what an encoder would have written
  unknown_field,
  duplicate,
  missing,
  not_found,
  exists,
  denied,       // unsafe permissions, wrong passphrase
  mismatch,     // belongs to another chain, genesis or version
  corrupt,      // our own stored data are not what we wrote
  unavailable,  // nobody listens there
  timed_out,
  io,           // the operating system refused
};

struct Error {
  Errc code;
  std::string what;  // one sentence without a full stop, lower case first
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string what) {
  return std::unexpected(Error{code, std::move(what)});
}

}  // namespace hs

// HS_TRY(name, expression): name := the value of a Result, or return its error.
#define HS_TRY(name, expression)                                   \
  auto name##_result_ = (expression);                              \
  if (!name##_result_) return std::unexpected(name##_result_.error()); \
  auto& name = *name##_result_
// The same for a Status, or where the value is not wanted.
#define HS_TRY_STATUS(expression)                                          \
  do {                                                                     \
    auto status_ = (expression);                                           \
    if (!status_) return std::unexpected(std::move(status_).error());      \
  } while (false)
