#include "testnet/selector.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "lib/base/rng.h"

namespace hs {
namespace {

Result<std::uint64_t> number_from(std::string_view text, const std::string& whole) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(Errc::bad_value, "'" + whole + "' is no selector such as random:2@7");
  }
  return value;
}

class Selection {
 public:
  explicit Selection(const SelectorContext& context) : context_(context) {}

  Status add(const std::string& part) {
    const std::vector<std::string>& nodes = context_.nodes;
    if (part == "all") {
      chosen_.insert(nodes.begin(), nodes.end());
      return {};
    }
    if (part == "f") {
      std::size_t count = context_.faults_tolerated;
      for (auto node = nodes.rbegin(); node != nodes.rend() && count > 0; ++node) {
        if (context_.listeners.contains(*node)) continue;
        chosen_.insert(*node);
        --count;
      }
      return {};
    }
    if (part == "leader") {
      const auto leader = context_.leader();
      if (!leader) return fail(Errc::unavailable, "no node knows a leader now");
      return add_one(*leader);
    }
    if (part.starts_with("random:")) return add_random(part);
    const std::size_t dots = part.find("..");
    if (dots != std::string::npos) return add_range(part.substr(0, dots), part.substr(dots + 2));
    return add_one(part);
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> ordered;
    for (const std::string& node : context_.nodes) {
      if (chosen_.contains(node)) ordered.push_back(node);
    }
    return ordered;
  }

 private:
  Result<std::size_t> index_of(const std::string& name) const {
    const auto found = std::find(context_.nodes.begin(), context_.nodes.end(), name);
    if (found == context_.nodes.end()) {
      std::string known;
      for (const std::string& node : context_.nodes) known += (known.empty() ? "" : ", ") + node;
      return fail(Errc::not_found, "there is no node '" + name + "', only " + known);
    }
    return static_cast<std::size_t>(found - context_.nodes.begin());
  }

  Status add_one(const std::string& name) {
    HS_TRY_STATUS(index_of(name));
    chosen_.insert(name);
    return {};
  }

  Status add_range(const std::string& from, const std::string& to) {
    HS_TRY(first, index_of(from));
    HS_TRY(last, index_of(to));
    if (last < first) return fail(Errc::bad_value, from + ".." + to + " is an empty range");
    for (std::size_t i = first; i <= last; ++i) chosen_.insert(context_.nodes[i]);
    return {};
  }

  Status add_random(const std::string& part) {
    const std::string_view text = std::string_view(part).substr(std::string_view("random:").size());
    const std::size_t at = text.find('@');
    HS_TRY(count, number_from(text.substr(0, at), part));
    std::uint64_t seed = 0;
    if (at != std::string_view::npos) {
      HS_TRY(given, number_from(text.substr(at + 1), part));
      seed = given;
    }
    if (count > context_.nodes.size()) {
      return fail(Errc::bad_value, part + " asks for more nodes than there are");
    }
    Rng rng(seed);
    std::vector<std::string> left = context_.nodes;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto drawn = left.begin() + static_cast<std::ptrdiff_t>(rng.below(left.size()));
      chosen_.insert(*drawn);
      left.erase(drawn);
    }
    return {};
  }

  const SelectorContext& context_;
  std::set<std::string> chosen_;
};

}  // namespace

Result<std::vector<std::string>> select_nodes(const std::string& selector,
                                              const SelectorContext& context) {
  Selection selection(context);
  std::size_t start = 0;
  while (start <= selector.size()) {
    const std::size_t end = std::min(selector.find(',', start), selector.size());
    HS_TRY_STATUS(selection.add(selector.substr(start, end - start)));
    start = end + 1;
  }
  return selection.names();
}

}  // namespace hs
