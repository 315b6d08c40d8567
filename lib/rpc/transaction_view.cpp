#include "lib/base/hex.h"
#include "lib/base/overloaded.h"
#include "lib/kvapp/queries.h"
#include "lib/rpc/chain_view.h"

namespace hs {
namespace {

void put_operation(Json& object, const kv::Operation& operation) {
  object["kind"] = kv::name_of(operation);
  if (const Bytes* key = kv::key_of(operation)) put_bytes(object, "key", *key);
  std::visit(Overloaded{[&](const kv::Put& put) { put_bytes(object, "value", put.value); },
                        [](const kv::Delete&) {},
                        [&](const kv::CompareAndSet& cas) {
                          if (cas.expected) put_bytes(object, "expected", *cas.expected);
                          else object["expected"] = nullptr;
                          put_bytes(object, "value", cas.value);
                        },
                        [&](const kv::SetValidator& set) {
                          object["public_key"] = to_hex(set.validator.view());
                          object["power"] = set.power.value;
                        },
                        [&](const kv::RemoveValidator& remove) {
                          object["public_key"] = to_hex(remove.validator.view());
                        }},
             operation);
}

}  // namespace

Json transactions_view(const TreeReader& tree, const Block& block, bool is_committed) {
  Json list = Json::array();
  // A block that is not ours to judge (uncommitted, or of another app) may hold anything.
  const auto encoded = kv::transactions_of(block.data);
  if (!encoded) return list;
  const auto get = [&](BytesView key) { return tree.app_value(key); };
  const auto record =
      is_committed ? kv::record_of(get, block.height) : Result<kv::BlockRecord>(kv::BlockRecord{});
  for (std::size_t i = 0; i < encoded->size(); ++i) {
    Json object;
    object["id"] = to_hex(transaction_id((*encoded)[i]).view());
    if (const auto transaction = from_borsh<Transaction>((*encoded)[i])) {
      put_operation(object, transaction->operation);
      object["client"] = to_hex(transaction->client.view());
      object["sequence"] = std::to_string(transaction->sequence);
      object["valid_until"] = transaction->valid_until.value;
    } else {
      object["kind"] = nullptr;
    }
    if (record && i < record->size()) object["outcome"] = kv::name_of((*record)[i].outcome);
    list.push_back(std::move(object));
  }
  return list;
}

}  // namespace hs
