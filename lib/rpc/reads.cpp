#include "lib/rpc/reads.h"

#include <algorithm>
#include <charconv>

#include "lib/base/hex.h"
#include "lib/base/limits.h"
#include "lib/codec/borsh.h"
#include "lib/kvapp/queries.h"
#include "lib/rpc/node_views.h"

namespace hs {
namespace {

constexpr std::uint64_t state_limit_default = 100;
constexpr std::uint64_t state_limit_max = 1000;
constexpr std::uint64_t headers_limit_max = 1000;

Result<Json> validators(const ReadContext& context, const Query& query) {
  HS_TRY_STATUS(only_known(query, {"height"}));
  std::optional<Height> at;
  if (query.contains("height")) {
    HS_TRY(height, number_in(query, "height", 0, number_max));
    at = Height{height};
  }
  return ChainView(context.store, context.names).validators(at);
}

Result<Json> validator_changes(const ReadContext& context, const Query& query) {
  HS_TRY_STATUS(only_known(query, {"from"}));
  HS_TRY(from, number_in(query, "from", 0, number_max));
  return ChainView(context.store, context.names).validator_changes(Height{from});
}

Result<Json> one_block(const ReadContext& context, const std::string& selector) {
  const ChainView chain(context.store, context.names);
  HS_TRY(hash, chain.find(selector));
  return chain.block(hash);
}

Result<Json> blocks(const ReadContext& context, const Query& query) {
  HS_TRY_STATUS(only_known(query, {"from", "to", "limit"}));
  HS_TRY(from, number_in(query, "from", 0, number_max));
  HS_TRY(to, number_in(query, "to", number_max, number_max));
  HS_TRY(limit, number_in(query, "limit", blocks_limit_default, blocks_limit_max));
  const ChainView chain(context.store, context.names);
  const bool up_to_head = !query.contains("to");
  return chain.blocks(Height{from}, up_to_head ? std::nullopt : std::optional(Height{to}), limit);
}

// What a block's hash is computed from, for whoever believes nothing but hashes and signatures.
Result<Json> headers(const ReadContext& context, const Query& query) {
  HS_TRY_STATUS(only_known(query, {"to", "limit"}));
  HS_TRY(limit, number_in(query, "limit", blocks_limit_default, headers_limit_max));
  const ChainView chain(context.store, context.names);
  HS_TRY(hash, chain.find(query.contains("to") ? query.at("to") : "committed"));
  Json list = Json::array();
  std::optional<Hash> at = hash;
  while (at && list.size() < limit) {
    const auto header = chain.tree_reader().header(*at);
    if (!header) break;
    BorshWriter writer;
    encode(writer, header->height);
    encode(writer, header->justify);
    encode(writer, header->data_hash);
    list.push_back({{"height", header->height.value},
                    {"hash", to_hex(header->hash.view())},
                    {"header_b64", to_base64(writer.bytes())}});
    at = header->justify.is_genesis() ? std::nullopt : std::optional(header->justify.block);
  }
  Json answer;
  answer["schema"] = "hs.headers/v1";
  answer["headers"] = std::move(list);
  return answer;
}

Result<Json> tree(const ReadContext& context, const Query& query) {
  HS_TRY_STATUS(only_known(query, {"depth"}));
  HS_TRY(depth, number_in(query, "depth", tree_depth_default, tree_depth_max));
  return ChainView(context.store, context.names).tree(std::max<std::uint64_t>(depth, 1));
}

Result<Json> height_of_state(const TreeReader& tree) {
  HS_TRY(height, kv::height_of([&](BytesView key) { return tree.app_value(key); }));
  return height ? Json(height->value) : Json(nullptr);
}

Result<Json> state_value(const ReadContext& context, const std::string& key) {
  const TreeReader reader(context.store);
  const auto value =
      kv::value_of([&](BytesView app_key) { return reader.app_value(app_key); }, as_bytes(key));
  if (!value) return fail(Errc::not_found, "the key has no value");
  Json answer;
  answer["schema"] = "hs.state_value/v1";
  put_bytes(answer, "key", as_bytes(key));
  put_bytes(answer, "value", *value);
  HS_TRY(height, height_of_state(reader));
  answer["height"] = height;
  return answer;
}

Result<Json> state_list(const ReadContext& context, const Query& query) {
  HS_TRY_STATUS(only_known(query, {"prefix", "limit", "after"}));
  HS_TRY(limit, number_in(query, "limit", state_limit_default, state_limit_max));
  const std::string prefix = query.contains("prefix") ? query.at("prefix") : "";
  std::optional<Bytes> after;
  if (query.contains("after")) {
    HS_TRY(key, from_hex(query.at("after")));
    after = kv::user_key(key);
    after->push_back(0);  // the first key above it
  }
  const TreeReader reader(context.store);
  Json entries = Json::array();
  Bytes last;
  bool more = false;
  std::size_t bytes = 0;
  const kv::Visitor take = [&](BytesView key, BytesView value) {
    if (entries.size() >= limit || bytes > answer_bytes_max) {
      more = true;
      return false;
    }
    Json entry = Json::object();
    put_bytes(entry, "key", key);
    put_bytes(entry, "value", value);
    entries.push_back(std::move(entry));
    last = to_bytes(key);
    bytes += key.size() + value.size();
    return true;
  };
  // From where the page before ended: a look at the last page must not cost a look at all of them.
  const auto scan = [&](BytesView app_prefix, const kv::Visitor& visit) {
    reader.scan_app_from(app_prefix, after ? *after : to_bytes(app_prefix), visit);
  };
  kv::list(scan, as_bytes(prefix), take);
  Json answer;
  answer["schema"] = "hs.state/v1";
  HS_TRY(height, height_of_state(reader));
  answer["height"] = height;
  answer["entries"] = std::move(entries);
  answer["next_after"] = more ? Json(to_hex(last)) : Json(nullptr);
  return answer;
}

Result<Json> status(const ReadContext& context) {
  if (context.node != nullptr) return status_view(*context.node);
  return stored_status_view(context);
}

std::optional<Result<Json>> route(const ReadContext& context, const HttpRequest& request) {
  constexpr std::string_view block_path = "/v1/blocks/";
  constexpr std::string_view state_path = "/v1/state/";
  const std::string& path = request.path;
  const auto with_query = [&](auto handler) -> Result<Json> {
    HS_TRY(query, parse_query(request.query));
    return handler(context, query);
  };
  // What follows the path itself: a selector or a key.
  const auto with_rest = [&](std::string_view prefix, auto handler) -> Result<Json> {
    HS_TRY(query, parse_query(request.query));
    HS_TRY_STATUS(only_known(query, {}));
    HS_TRY(rest, percent_decode(std::string_view(path).substr(prefix.size())));
    return handler(context, rest);
  };
  if (path == "/v1/status") {
    return with_query([](const ReadContext& at, const Query& query) -> Result<Json> {
      HS_TRY_STATUS(only_known(query, {}));
      return status(at);
    });
  }
  if (path == "/v1/validators") return with_query(validators);
  if (path == "/v1/validators/changes") return with_query(validator_changes);
  if (path == "/v1/blocks") return with_query(blocks);
  if (path == "/v1/headers") return with_query(headers);
  if (path == "/v1/tree") return with_query(tree);
  if (path == "/v1/state") return with_query(state_list);
  if (path == "/v1/evidence") {
    return with_query([](const ReadContext& at, const Query& query) -> Result<Json> {
      HS_TRY_STATUS(only_known(query, {}));
      return evidence_view(at.store, at.names);
    });
  }
  if (path.starts_with(block_path)) return with_rest(block_path, one_block);
  if (path.starts_with(state_path)) return with_rest(state_path, state_value);
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> number_in(const Query& query, const std::string& name,
                                std::uint64_t otherwise, std::uint64_t most) {
  const auto found = query.find(name);
  if (found == query.end()) return otherwise;
  const std::string& text = found->second;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > most) {
    return fail(Errc::bad_value, name + " must be a number of at most " + std::to_string(most));
  }
  return value;
}

Status only_known(const Query& query, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : query) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return fail(Errc::unknown_field, "unknown parameter \"" + name + "\"");
    }
  }
  return {};
}

std::optional<HttpResponse> answer_read(const ReadContext& context, const HttpRequest& request) {
  try {
    const auto answer = route(context, request);
    if (!answer) return std::nullopt;
    return *answer ? json_response(**answer) : error_response(answer->error());
  } catch (const StoreFailure& failure) {
    return error_response(500, failure.kind() == StoreFailure::Kind::corrupt ? "corrupt" : "io",
                          failure.what());
  }
}

}  // namespace hs
