// GET routes that ask for stored things, over a live snapshot or over the files of a dead node: the
// command line answers offline with the same code that serves HTTP.
#pragma once
#include <optional>

#include "lib/rpc/chain_view.h"
#include "lib/rpc/http.h"
#include "lib/rpc/service.h"

namespace hs {

// Where a read reads. Everything borrowed outlives the call.
struct ReadContext {
  const KvReader& store;
  ChainId chain_id;
  Hash genesis_hash;
  const ReplicaNames& names;
  const NodeSnapshot* node = nullptr;  // the live node, null offline
};

//   /v1/status                              hs.chain_status/v1
//   /v1/validators?height=                  hs.validators/v1
//   /v1/validators/changes?from=            hs.validator_changes/v1
//   /v1/blocks/SELECTOR                     hs.block/v1
//   /v1/blocks?from=&to=&limit=             hs.blocks/v1
//   /v1/headers?to=SELECTOR&limit=          hs.headers/v1: descending, each with its borsh form
//   /v1/tree?depth=                         hs.tree/v1
//   /v1/state/KEY (percent-encoded)         hs.state_value/v1
//   /v1/state?prefix=&limit=&after=HEX      hs.state/v1
//   /v1/evidence                            hs.evidence/v1
// None: the path is none of these. Errors are hs.error/v1 answers: 400, 404, and 500 where the
// store is corrupt. The method is not looked at.
[[nodiscard]] std::optional<HttpResponse> answer_read(const ReadContext& context,
                                                      const HttpRequest& request);

// A number of a query, at most `most`; `otherwise` where it is not given. Errors: bad_value.
[[nodiscard]] Result<std::uint64_t> number_in(const Query& query, const std::string& name,
                                              std::uint64_t otherwise, std::uint64_t most);
// Errors: unknown_field naming a parameter that is not among `known`.
[[nodiscard]] Status only_known(const Query& query, std::initializer_list<std::string_view> known);

}  // namespace hs
