#include "cli/reply_error.h"

namespace hs {
namespace {

ExitCode exit_code_for(int status, const std::string& code) {
  if (code == "corrupt" || code == "transaction_wrong_chain") return ExitCode::corrupt;
  switch (status) {
    case 404:
      return ExitCode::not_found;
    case 409:
      return ExitCode::in_use;
    case 410:
    case 429:
    case 500:
      return ExitCode::failure;
    case 503:
      return ExitCode::unreachable;
    case 504:
      return ExitCode::timed_out;
    default:
      return ExitCode::usage;
  }
}

std::string text_of(const nlohmann::ordered_json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

nlohmann::ordered_json json_or_throw(const RpcReply& reply) {
  auto object = json_of(reply);
  if (reply.ok() && object) return std::move(*object);
  const std::string schema = object && object->is_object() ? text_of(*object, "schema") : "";
  // An answer whose status says it all: 503 of /v1/health.
  if (schema == "hs.health/v1") return std::move(*object);
  const bool is_ours = schema == "hs.error/v1";
  if (!is_ours) {
    throw CliError("not_a_node", ExitCode::failure,
                   "what answered is no hs node (HTTP status " + std::to_string(reply.status) + ")",
                   "the answer has none of our forms", "check the address");
  }
  const std::string code = text_of(*object, "code");
  CliError error(code, exit_code_for(reply.status, code), text_of(*object, "message"), "",
                 text_of(*object, "hint"));
  if (const auto details = object->find("details"); details != object->end()) {
    error.details = *details;
  }
  throw error;
}

}  // namespace hs
