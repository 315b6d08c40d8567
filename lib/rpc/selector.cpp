// How a selector finds its block: the part of ChainView that reads what people typed.
#include <charconv>
#include <set>

#include "lib/base/hex.h"
#include "lib/blocktree/key_table.h"
#include "lib/rpc/chain_view.h"

namespace hs {
namespace {

constexpr std::size_t prefix_digits_min = 4;

bool is_decimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  if (!is_decimal(text)) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

auto no_selector(std::string_view text) {
  return fail(Errc::bad_value,
              "\"" + std::string(text.substr(0, 80)) +
                  "\" names no block: use head, committed, locked, highest, genesis, a height, "
                  "v:VIEW or the beginning of a hash, each with ~N for an ancestor");
}

Result<Hash> found_or(const std::optional<Hash>& block, const std::string& what) {
  if (!block) return fail(Errc::not_found, what);
  return *block;
}

}  // namespace

Result<Hash> ChainView::find(std::string_view selector) const {
  const std::size_t tilde = selector.find('~');
  const std::string_view base = selector.substr(0, tilde);
  std::uint64_t generations = 0;
  if (tilde != std::string_view::npos) {
    const auto number = number_of(selector.substr(tilde + 1));
    if (!number) return no_selector(selector);
    generations = *number;
  }
  HS_TRY(block, find_base(base));
  return ancestor(block, generations);
}

Result<Hash> ChainView::find_base(std::string_view base) const {
  const auto certified = [](const PhaseCertificate& pc) {
    return pc.is_genesis() ? std::nullopt : std::optional(pc.block);
  };
  if (base == "head") return found_or(head(), "there is no block yet");
  if (base == "committed") {
    return found_or(tree_.highest_committed_block(), "no block is committed yet");
  }
  if (base == "locked") return found_or(certified(locked_pc_), "no block is locked yet");
  if (base == "highest") return found_or(certified(highest_pc_), "no block is certified yet");
  if (base == "genesis") return at_height(Height{0});
  if (base.starts_with("v:")) {
    const auto view = number_of(base.substr(2));
    if (!view) return no_selector(base);
    return certified_in(View{*view});
  }
  if (is_decimal(base) && base.size() < 2 * Hash::size) {
    const auto height = number_of(base);
    if (!height) return no_selector(base);
    return at_height(Height{*height});
  }
  return by_prefix(base);
}

Result<Hash> ChainView::ancestor(Hash block, std::uint64_t generations) const {
  const Height height = *tree_.height(block);
  if (generations > height.value) {
    return fail(Errc::not_found, "the block at height " + std::to_string(height.value) +
                                     " has no " + std::to_string(generations) + " ancestors");
  }
  const Height target{height.value - generations};
  // The committed chain is indexed by height, so a far ancestor costs one look-up.
  for (Hash at = block;;) {
    const Height here = *tree_.height(at);
    if (here == target) return at;
    if (committed_height_ && here <= *committed_height_ && tree_.block_at(here) == at) {
      return found_or(tree_.block_at(target), "that ancestor is not stored");
    }
    const std::optional<Hash> parent = tree_.parent(at);
    if (!parent || !tree_.contains(*parent)) {
      return fail(Errc::not_found, "that ancestor is not stored");
    }
    at = *parent;
  }
}

Result<Hash> ChainView::at_height(Height height) const {
  if (committed_height_ && height <= *committed_height_) {
    return found_or(tree_.block_at(height),
                    "the block at height " + std::to_string(height.value) + " is not stored");
  }
  const std::optional<Hash> tip = head();
  const std::optional<Height> top = tip ? tree_.height(*tip) : std::nullopt;
  if (!top || height > *top) {
    return fail(Errc::not_found, top ? "height " + std::to_string(height.value) +
                                           " is above the newest block, " +
                                           std::to_string(top->value)
                                     : std::string("there is no block yet"));
  }
  return ancestor(*tip, top->value - height.value);
}

// Views rise with heights along a branch, so the height is found by halving; certificate_of(h) is
// the justify of h + 1.
Result<Hash> ChainView::certified_in(View view) const {
  const auto missing = [&] {
    return fail(Errc::not_found,
                "no block of the chain was certified in view " + std::to_string(view.value));
  };
  const std::optional<Hash> tip = head();
  if (!tip) return missing();
  std::uint64_t low = 0;
  std::uint64_t high = tree_.height(*tip)->value + 1;  // first height that lies behind
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    HS_TRY(block, at_height(Height{middle}));
    const auto certificate = certificate_of(block);
    if (certificate && certificate->view == view) return block;
    if (certificate && certificate->view < view) low = middle + 1;
    else high = middle;
  }
  return missing();
}

Result<Hash> ChainView::by_prefix(std::string_view digits) const {
  if (digits.size() < prefix_digits_min || digits.size() > 2 * Hash::size) {
    return no_selector(digits);
  }
  const auto whole = from_hex(digits.substr(0, digits.size() / 2 * 2));
  const auto last = from_hex(std::string("0") + digits.back());
  if (!whole || !last) return no_selector(digits);
  // All keys of a block begin with one byte and its hash; how, the key table alone knows.
  Hash start;
  std::copy(whole->begin(), whole->end(), start.bytes.begin());
  Bytes prefix = key::block_height(start);
  const std::size_t before_hash = prefix.size() - 1 - Hash::size;
  prefix.resize(before_hash + whole->size());

  std::set<Hash> matches;
  store_->scan(prefix, [&](BytesView key, BytesView) {
    if (key.size() < before_hash + Hash::size) return true;
    Hash hash;
    std::copy_n(key.begin() + static_cast<std::ptrdiff_t>(before_hash), Hash::size,
                hash.bytes.begin());
    const bool odd = digits.size() % 2 == 1;
    if (!odd || (hash.bytes[whole->size()] >> 4) == last->front()) matches.insert(hash);
    return matches.size() < 2;
  });
  if (matches.empty()) {
    return fail(Errc::not_found,
                "no stored block has a hash that begins with " + std::string(digits));
  }
  if (matches.size() > 1) {
    return fail(Errc::bad_value, "more than one block has a hash that begins with " +
                                     std::string(digits) + ": give more digits");
  }
  return *matches.begin();
}

}  // namespace hs
