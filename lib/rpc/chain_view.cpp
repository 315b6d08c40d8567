#include "lib/rpc/chain_view.h"

#include <algorithm>
#include <deque>

#include "lib/base/hex.h"
#include "lib/base/overloaded.h"
#include "lib/kvapp/queries.h"
#include "lib/rpc/event_view.h"

namespace hs {
namespace {

Json number_or_null(const std::optional<Height>& height) {
  return height ? Json(height->value) : Json(nullptr);
}

Json updates_view(const ValidatorSetUpdatesStatus& status) {
  return std::visit(
      Overloaded{
          [](const NoUpdates&) { return Json(nullptr); },
          [](const CommittedUpdates&) {
            Json object = Json::object();
            object["status"] = "committed";
            return object;
          },
          [](const PendingUpdates& pending) {
            Json inserts = Json::array();
            for (const auto& [key, power] : pending.updates.inserts) {
              inserts.push_back({{"public_key", to_hex(key.view())}, {"power", power.value}});
            }
            Json deletes = Json::array();
            for (const PublicKey& key : pending.updates.deletes) {
              deletes.push_back(to_hex(key.view()));
            }
            return Json{{"status", "pending"}, {"inserts", inserts}, {"deletes", deletes}};
          }},
      status);
}

}  // namespace

ChainView::ChainView(const KvReader& store, const ReplicaNames& names)
    : store_(&store),
      names_(&names),
      tree_(store),
      validators_(tree_.validators()),
      committed_height_(tree_.highest_committed_height()),
      highest_pc_(tree_.highest_pc()),
      locked_pc_(tree_.locked_pc()) {}

Json ChainView::name_of_key(const PublicKey& key) const {
  const auto found = names_->find(key);
  return found == names_->end() ? Json(nullptr) : Json(found->second);
}

// The newest stored block may lie on a branch that lost; the tip of the branch that goes on is a
// child of the highest certified block, if there is one yet.
std::optional<Hash> ChainView::head() const {
  if (highest_pc_.is_genesis()) return tree_.newest_block();
  const std::optional<Hash> newest = tree_.newest_block();
  const std::vector<Hash> children = tree_.children(highest_pc_.block);
  if (children.empty()) return highest_pc_.block;
  const bool newest_is_child =
      newest && std::find(children.begin(), children.end(), *newest) != children.end();
  return newest_is_child ? *newest : children.back();
}

std::optional<PhaseCertificate> ChainView::certificate_of(const Hash& block) const {
  std::optional<PhaseCertificate> best;
  const auto offer = [&](const PhaseCertificate& pc) {
    if (pc.is_genesis() || pc.block != block) return;
    if (!best || best->view < pc.view) best = pc;
  };
  // On the committed chain the child's justify is what every replica has; elsewhere the newest.
  const std::optional<Height> height = tree_.height(block);
  if (height && committed_height_ && *height < *committed_height_ &&
      tree_.block_at(*height) == block) {
    if (const auto child = tree_.block_at(next(*height))) return tree_.justify(*child);
  }
  for (const Hash& child : tree_.children(block)) {
    if (const auto justify = tree_.justify(child)) offer(*justify);
  }
  offer(highest_pc_);
  offer(locked_pc_);
  return best;
}

int ChainView::confirmations(const Hash& block) const { return confirmations(block, 3); }

int ChainView::confirmations(const Hash& block, int most) const {
  if (most == 0 || !certificate_of(block)) return 0;
  int above = 0;
  for (const Hash& child : tree_.children(block)) {
    above = std::max(above, confirmations(child, most - 1));
    if (above == most - 1) break;
  }
  return 1 + above;
}

const char* ChainView::status_of(const Hash& block, Height height) const {
  if (!committed_height_ || height > *committed_height_) return "uncommitted";
  return tree_.block_at(height) == block ? "committed" : "abandoned";
}

Result<ValidatorSetPtr> ChainView::set_after(std::optional<Height> height) const {
  if (!validators_.update_height || (height && *height >= *validators_.update_height)) {
    return validators_.committed;
  }
  const auto scan = [&](BytesView prefix, const kv::Visitor& visit) {
    tree_.scan_app(prefix, visit);
  };
  // The first change that comes later replaced the set that was in force then.
  HS_TRY(changes, kv::set_changes(scan, height ? next(*height) : Height{0}, 1));
  if (changes.empty()) return validators_.committed;  // another app's, or an older version's
  return std::make_shared<const ValidatorSet>(std::move(changes.front().change.before));
}

// A block is judged by the set that its parent leaves; its Decide certificate by the one that it
// leaves itself. [PROTOCOL 1.8]
ValidatorSetPtr ChainView::set_of(const PhaseCertificate& pc) const {
  const std::optional<Height> height = tree_.height(pc.block);
  if (!height) return nullptr;
  std::optional<Height> after = *height;
  if (pc.phase != Phase::decide) {
    after = height->value == 0 ? std::nullopt : std::optional(Height{height->value - 1});
  }
  const auto set = set_after(after);
  if (!set || (*set)->size() != pc.signatures.size()) return nullptr;
  return *set;
}

Json ChainView::certificate(const PhaseCertificate& pc) const {
  Json object = certificate_bits_view(pc);
  const ValidatorSetPtr set = pc.is_genesis() ? nullptr : set_of(pc);
  if (pc.is_genesis()) {
    object["signers"] = Json::array();
    object["power"] = 0;
  } else if (set == nullptr) {
    object["signers"] = nullptr;
    object["power"] = nullptr;
  } else {
    Json signers = Json::array();
    std::uint64_t power = 0;
    for (std::size_t i = 0; i < set->size(); ++i) {
      if (!pc.signatures[i]) continue;
      signers.push_back(to_hex(set->members()[i].key.view()));
      power += set->members()[i].power.value;
    }
    object["signers"] = std::move(signers);
    object["power"] = power;
  }
  return object;
}

void ChainView::put_summary(Json& object, const BlockHeader& header) const {
  const std::optional<PhaseCertificate> own = certificate_of(header.hash);
  object["height"] = header.height.value;
  object["hash"] = to_hex(header.hash.view());
  object["parent"] =
      header.justify.is_genesis() ? Json(nullptr) : Json(to_hex(header.justify.block.view()));
  object["data_hash"] = to_hex(header.data_hash.view());
  object["view"] = own ? Json(own->view.value) : Json(nullptr);
  // Only a certificate says in which view a block was proposed.
  const ValidatorSetPtr set = own ? set_of(*own) : nullptr;
  object["proposer"] = set ? Json(to_hex(set->leader(own->view).view())) : Json(nullptr);
  object["proposer_name"] = set ? name_of_key(set->leader(own->view)) : Json(nullptr);
  object["status"] = status_of(header.hash, header.height);
  object["confirmations"] = confirmations(header.hash);
  object["signer_bits"] = own ? Json(signer_bits(own->signatures)) : Json(nullptr);
}

Json ChainView::block(const Hash& hash) const {
  const std::optional<Block> stored = tree_.block(hash);
  Json object;
  object["schema"] = "hs.block/v1";
  put_summary(object, BlockHeader{.height = stored->height,
                                  .hash = hash,
                                  .justify = stored->justify,
                                  .data_hash = stored->data_hash});
  object["justify"] = certificate(stored->justify);
  const std::optional<PhaseCertificate> own = certificate_of(hash);
  object["certificate"] = own ? certificate(*own) : Json(nullptr);
  object["transactions"] = transactions_view(tree_, *stored, object["status"] == "committed");
  object["validator_set_updates"] = updates_view(tree_.updates_status(hash));
  return object;
}

Json ChainView::blocks(Height from, std::optional<Height> to, std::size_t limit) const {
  Json list = Json::array();
  std::optional<Height> next_height;
  std::optional<Hash> at = head();
  if (to && at && *to < *tree_.height(*at)) at = at_height(*to).value_or(Hash{});
  std::size_t bytes = 0;
  while (at) {
    const std::optional<Height> height = tree_.height(*at);
    if (!height || *height < from) break;
    if (list.size() == limit || bytes > answer_bytes_max) {
      next_height = height;
      break;
    }
    Json object = block(*at);
    bytes += to_line(object).size();
    list.push_back(std::move(object));
    at = tree_.parent(*at);
  }
  Json answer;
  answer["schema"] = "hs.blocks/v1";
  answer["committed_height"] = number_or_null(committed_height_);
  answer["blocks"] = std::move(list);
  answer["next"] = number_or_null(next_height);
  return answer;
}

Json ChainView::tree(std::size_t depth) const {
  Json list = Json::array();
  const std::optional<Hash> tip = head();
  const std::uint64_t top = tip ? tree_.height(*tip)->value : 0;
  const Height bottom{top + 1 > depth ? top + 1 - depth : 0};
  std::deque<Hash> open;
  if (bottom.value == 0) {
    for (const Hash& root : tree_.children(std::nullopt)) open.push_back(root);
  } else if (const auto start = at_height(bottom)) {
    open.push_back(*start);
  }
  while (!open.empty() && list.size() < tree_blocks_max) {
    const Hash hash = open.front();
    open.pop_front();
    const std::optional<BlockHeader> header = tree_.header(hash);
    if (!header) continue;
    Json object;
    put_summary(object, *header);
    object["transactions"] = transactions_view(tree_, *tree_.block(hash), false).size();
    list.push_back(std::move(object));
    for (const Hash& child : tree_.children(hash)) open.push_back(child);
  }
  Json answer;
  answer["schema"] = "hs.tree/v1";
  answer["committed_height"] = number_or_null(committed_height_);
  answer["locked"] =
      locked_pc_.is_genesis() ? Json(nullptr) : Json(to_hex(locked_pc_.block.view()));
  answer["highest"] =
      highest_pc_.is_genesis() ? Json(nullptr) : Json(to_hex(highest_pc_.block.view()));
  answer["validators"] = validators_.committed->size();
  answer["blocks"] = std::move(list);
  return answer;
}

Result<Json> ChainView::validators(std::optional<Height> at) const {
  const bool above = at && (!committed_height_ || *at > *committed_height_);
  if (above)
    return fail(Errc::not_found, "height " + std::to_string(at->value) + " is not committed yet");
  if (!at) return validators_view(*validators_.committed, validators_, committed_height_, *names_);
  HS_TRY(set, set_after(at));
  return validators_view(*set, validators_, at, *names_);
}

Result<Json> ChainView::validator_changes(Height from) const {
  const auto scan = [&](BytesView prefix, const kv::Visitor& visit) {
    tree_.scan_app(prefix, visit);
  };
  HS_TRY(changes, kv::set_changes(scan, from, validator_changes_max + 1));
  const bool more = changes.size() > validator_changes_max;
  Json list = Json::array();
  for (std::size_t i = 0; i < std::min(changes.size(), validator_changes_max); ++i) {
    list.push_back({{"height", changes[i].height.value},
                    {"transaction", to_hex(changes[i].change.transaction)}});
  }
  Json answer;
  answer["schema"] = "hs.validator_changes/v1";
  answer["changes"] = std::move(list);
  answer["next"] = more ? Json(changes.back().height.value) : Json(nullptr);
  return answer;
}

Json validators_view(const ValidatorSet& set, const ValidatorSetState& state,
                     std::optional<Height> height, const ReplicaNames& names) {
  Json members = Json::array();
  for (const Validator& member : set.members()) {
    const auto name = names.find(member.key);
    members.push_back({{"public_key", to_hex(member.key.view())},
                       {"power", member.power.value},
                       {"name", name == names.end() ? Json(nullptr) : Json(name->second)}});
  }
  Json answer;
  answer["schema"] = "hs.validators/v1";
  answer["height"] = number_or_null(height);
  // Totals are at most 2^53 - 1, so they are exact as JSON numbers. [S14]
  answer["total_power"] = static_cast<std::uint64_t>(set.total_power());
  answer["quorum"] = static_cast<std::uint64_t>(set.quorum());
  answer["update_height"] = number_or_null(state.update_height);
  answer["update_decided"] = state.update_decided;
  answer["validators"] = std::move(members);
  return answer;
}

}  // namespace hs
