#include "cli/block_tree.h"

#include <algorithm>
#include <map>

#include "cli/views.h"

namespace hs {
namespace {

using Json = nlohmann::ordered_json;

Paint paint_of(const Json& block) {
  const std::string status = text_of(block, "status");
  if (status == "committed") return Paint::green;
  if (status == "abandoned") return Paint::red;
  return block.value("confirmations", 0) > 0 ? Paint::yellow : Paint::none;
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t have = text_width(text);
  if (have < width) text.append(width - have, ' ');
  return text;
}

class Drawing {
 public:
  Drawing(const Json& tree, const Painter& paint) : tree_(tree), paint_(paint) {
    for (const Json& block : tree["blocks"]) blocks_[text_of(block, "hash")] = &block;
    for (const Json& block : tree["blocks"]) {
      const std::string parent = text_of(block, "parent");
      if (blocks_.contains(parent)) children_[parent].push_back(&block);
      else roots_.push_back(&block);
      widen(block);
    }
  }

  std::vector<std::string> lines() {
    for (const Json* root : roots_) draw(*root, "");
    return std::move(lines_);
  }

 private:
  void widen(const Json& block) {
    height_width_ = std::max(height_width_, text_of(block, "height").size());
    view_width_ = std::max(view_width_, text_of(block, "view").size());
    proposer_width_ = std::max(proposer_width_, text_width(proposer_of(block)));
    signers_width_ = std::max(signers_width_, signers_text(block).size());
  }

  // How far the branch under a block reaches, so that the longest one goes straight on.
  std::uint64_t reach(const Json& block) const {
    std::uint64_t top = block.value("height", std::uint64_t{0});
    const auto children = children_.find(text_of(block, "hash"));
    if (children == children_.end()) return top;
    for (const Json* child : children->second) top = std::max(top, reach(*child));
    return top;
  }

  // A line of descent is walked, not recursed into: only side branches nest.
  void draw(const Json& first, const std::string& indent) {
    std::string lead = indent;
    for (const Json* block = &first; block != nullptr;) {
      line(*block, lead);
      lead = continued(indent);
      std::vector<const Json*> children = children_[text_of(*block, "hash")];
      if (children.empty()) return;
      std::stable_sort(children.begin(), children.end(),
                       [&](const Json* a, const Json* b) { return reach(*a) < reach(*b); });
      for (std::size_t i = 0; i + 1 < children.size(); ++i) draw(*children[i], lead + "├─");
      block = children.back();
    }
  }

  static std::string continued(const std::string& indent) {
    if (!indent.ends_with("├─")) return indent;
    return indent.substr(0, indent.size() - std::string("├─").size()) + "│ ";
  }

  void line(const Json& block, const std::string& lead) {
    const std::string hash = text_of(block, "hash");
    std::string text = paint_(Paint::dim, lead) + paint_(paint_of(block), mark_of(block)) + " ";
    text += padded(text_of(block, "height"), height_width_) + "  ";
    text += paint_(Paint::cyan, short_hash(hash)) + "  view ";
    text += padded(text_of(block, "view"), view_width_) + "  ";
    text += padded(proposer_of(block), proposer_width_) + "  ";
    text += padded(signers_text(block), signers_width_);
    const std::uint64_t transactions = block.value("transactions", std::uint64_t{0});
    if (transactions > 0) text += "  " + std::to_string(transactions) + " tx";
    if (hash == text_of(tree_, "highest")) text += "  highest";
    if (hash == text_of(tree_, "locked")) text += "  locked";
    if (text_of(block, "height") == text_of(tree_, "committed_height") &&
        text_of(block, "status") == "committed") {
      text += "  committed";
    }
    while (text.ends_with(' ')) text.pop_back();
    lines_.push_back(std::move(text));
  }

  const Json& tree_;
  const Painter& paint_;
  std::map<std::string, const Json*> blocks_;
  std::map<std::string, std::vector<const Json*>> children_;
  std::vector<const Json*> roots_;
  std::size_t height_width_ = 1;
  std::size_t view_width_ = 1;
  std::size_t proposer_width_ = 1;
  std::size_t signers_width_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> tree_lines(const Json& tree, const Painter& paint) {
  return Drawing(tree, paint).lines();
}

std::string tree_legend() { return "● committed  ◉ two confirmations  ◎ one  ○ none  ✗ abandoned"; }

std::string tree_dot(const Json& tree) {
  std::string dot = "digraph blocks {\n  rankdir=BT;\n  node [shape=box, fontname=monospace];\n";
  for (const Json& block : tree["blocks"]) {
    const std::string hash = text_of(block, "hash");
    dot += "  \"" + hash + "\" [label=\"" + mark_of(block) + " " + text_of(block, "height") +
           "\\n" + short_hash(hash) + "\\nview " + text_of(block, "view") + "\"];\n";
    const std::string parent = text_of(block, "parent");
    if (parent != "-") dot += "  \"" + hash + "\" -> \"" + parent + "\";\n";
  }
  return dot + "}\n";
}

}  // namespace hs
