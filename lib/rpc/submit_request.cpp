// Reading what a client wants submitted.
#include <openssl/rand.h>

#include "lib/base/check.h"
#include "lib/base/hex.h"
#include "lib/kvapp/limits.h"
#include "lib/rpc/reads.h"
#include "lib/rpc/submission.h"

namespace hs {
namespace {

Status only_fields(const Json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return fail(Errc::unknown_field, "unknown field \"" + name + "\"");
    }
  }
  return {};
}

Result<Bytes> transaction_bytes(const Json& value) {
  if (!value.is_string()) return fail(Errc::bad_value, "a transaction must be a string of hex");
  return from_hex(value.get_ref<const std::string&>());
}

bool is_set_change(const Bytes& encoded) {
  if (encoded.size() > kv::set_change_bytes_max) return false;
  const auto transaction = from_borsh<Transaction>(encoded);
  return transaction && kv::changes_validators(transaction->operation);
}

// object[name] as text or object[name + "_b64"]; none where both are missing or the text is null.
Result<std::optional<Bytes>> bytes_field(const Json& object, const std::string& name) {
  const auto text = object.find(name);
  const auto base64 = object.find(name + "_b64");
  if (text != object.end() && base64 != object.end()) {
    return fail(Errc::duplicate, name + " and " + name + "_b64 exclude each other");
  }
  if (base64 != object.end()) {
    if (!base64->is_string()) return fail(Errc::bad_value, name + "_b64 must be a string");
    HS_TRY(bytes, from_base64(base64->get_ref<const std::string&>()));
    return bytes;
  }
  if (text == object.end() || text->is_null()) return std::nullopt;
  if (!text->is_string()) return fail(Errc::bad_value, name + " must be a string");
  return to_bytes(text->get_ref<const std::string&>());
}

Result<Bytes> needed_bytes(const Json& object, const std::string& name) {
  HS_TRY(bytes, bytes_field(object, name));
  if (!bytes) return fail(Errc::missing, "the operation needs \"" + name + "\"");
  return *bytes;
}

Result<kv::Operation> parse_operation(const Json& object) {
  if (!object.is_object()) return fail(Errc::bad_value, "operation must be an object");
  const auto kind = object.find("kind");
  if (kind == object.end() || !kind->is_string()) {
    return fail(Errc::missing, "the operation needs \"kind\": put, delete or cas");
  }
  HS_TRY(key, needed_bytes(object, "key"));
  if (*kind == "delete") {
    HS_TRY_STATUS(only_fields(object, {"kind", "key", "key_b64"}));
    return kv::Delete{.key = key};
  }
  if (*kind == "put") {
    HS_TRY_STATUS(only_fields(object, {"kind", "key", "key_b64", "value", "value_b64"}));
    HS_TRY(value, needed_bytes(object, "value"));
    return kv::Put{.key = key, .value = value};
  }
  if (*kind == "cas") {
    HS_TRY_STATUS(only_fields(
        object, {"kind", "key", "key_b64", "value", "value_b64", "expected", "expected_b64"}));
    HS_TRY(value, needed_bytes(object, "value"));
    HS_TRY(expected, bytes_field(object, "expected"));
    return kv::CompareAndSet{.key = key, .expected = expected, .value = value};
  }
  return fail(Errc::bad_value, "kind must be put, delete or cas");
}

Bytes transaction_of(kv::Operation operation, const NodeSnapshot& node) {
  Transaction transaction;
  transaction.chain_id = node.chain_id;
  HS_CHECK(RAND_bytes(transaction.client.bytes.data(), ClientId::size) == 1);
  const std::uint64_t height =
      node.replica.committed_height ? node.replica.committed_height->value : 0;
  transaction.valid_until = Height{height + kv::valid_heights_default};
  transaction.operation = std::move(operation);
  return to_borsh(transaction);
}

}  // namespace

Result<WaitOptions> parse_wait(const Query& query, WaitLevel otherwise) {
  HS_TRY_STATUS(only_known(query, {"wait", "timeout_ms"}));
  WaitOptions options{.level = otherwise, .timeout = wait_timeout_default};
  if (const auto wait = query.find("wait"); wait != query.end()) {
    if (wait->second == "none") options.level = WaitLevel::none;
    else if (wait->second == "accepted") options.level = WaitLevel::accepted;
    else if (wait->second == "committed") options.level = WaitLevel::committed;
    else return fail(Errc::bad_value, "wait must be none, accepted or committed");
  }
  HS_TRY(timeout,
         number_in(query, "timeout_ms", wait_timeout_default.count(), wait_timeout_max.count()));
  options.timeout = std::chrono::milliseconds(timeout);
  return options;
}

Result<SubmitRequest> parse_submit(const HttpRequest& request, const NodeSnapshot& node) {
  HS_TRY(query, parse_query(request.query));
  HS_TRY(options, parse_wait(query, WaitLevel::accepted));
  HS_TRY(body, parse_json(request.body));
  if (!body.is_object()) return fail(Errc::bad_value, "the body must be a JSON object");
  HS_TRY_STATUS(only_fields(body, {"transaction", "transactions", "operation"}));
  if (body.size() != 1) {
    return fail(Errc::bad_value, "the body needs one of transaction, transactions, operation");
  }
  SubmitRequest submit_request;
  submit_request.wait = options.level;
  submit_request.timeout = options.timeout;
  const std::string& form = body.begin().key();
  const Json& value = body.begin().value();
  if (form == "transaction") {
    HS_TRY(bytes, transaction_bytes(value));
    submit_request.transactions.push_back(std::move(bytes));
    return submit_request;
  }
  if (form == "operation") {
    HS_TRY(operation, parse_operation(value));
    submit_request.transactions.push_back(transaction_of(std::move(operation), node));
    return submit_request;
  }
  if (!value.is_array() || value.empty()) {
    return fail(Errc::bad_value, "transactions must be a list that is not empty");
  }
  submit_request.is_batch = true;
  submit_request.transactions.reserve(value.size());
  for (const Json& element : value) {
    HS_TRY(bytes, transaction_bytes(element));
    submit_request.transactions.push_back(std::move(bytes));
  }
  // No second one could be admitted, and the signatures of a body full of them take a node most of
  // a second, in which it does not vote.
  if (std::ranges::count_if(submit_request.transactions, is_set_change) > 1) {
    return fail(Errc::bad_value, "a batch may hold one change of the validator set");
  }
  return submit_request;
}

}  // namespace hs
