// From text to YamlTree. yaml-cpp scans and parses; its events are taken one by one, because the
// tree that it would build itself loses duplicate keys and has anchors already resolved.
#include <sys/stat.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "lib/config/yaml.h"
#include "lib/config/yaml_tree.h"

namespace hs {
namespace {

// Leaves yaml-cpp's recursive parser from within an event; never leaves this file.
struct Refused {
  Errc code;
  YAML::Mark mark;
  std::string sentence;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlTree& tree) : tree_(tree) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      throw Refused{Errc::bad_value, mark, "the file goes on after the end of its one document"};
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(YamlTree::Kind::null, mark, "?", anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_anchor(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlTree::Node& node = add(YamlTree::Kind::scalar, mark, tag, anchor);
    node.text = value;
    node.plain = tag == "?";
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlTree::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlTree::Kind::mapping, mark, tag, anchor);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  [[noreturn]] static void refuse_anchor(const YAML::Mark& mark) {
    throw Refused{Errc::bad_value, mark,
                  "anchors and aliases are not supported; write the value out"};
  }

  YamlTree::Node& add(YamlTree::Kind kind, const YAML::Mark& mark, const std::string& tag,
                      YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) refuse_anchor(mark);
    const bool has_tag = !tag.empty() && tag != "?" && tag != "!";
    if (has_tag) throw Refused{Errc::bad_value, mark, "tags such as " + tag + " are not supported"};
    const std::size_t index = tree_.nodes.size();
    if (!open_.empty()) {
      YamlTree::Node& parent = tree_.nodes[open_.back()];
      const bool is_key = parent.kind == YamlTree::Kind::mapping && parent.children.size() % 2 == 0;
      if (is_key && kind != YamlTree::Kind::scalar) {
        throw Refused{Errc::bad_value, mark, "the name of a field must be a word"};
      }
      parent.children.push_back(index);
    }
    tree_.nodes.push_back({.kind = kind,
                           .text = {},
                           .line = static_cast<std::size_t>(mark.line) + 1,
                           .column = static_cast<std::size_t>(mark.column) + 1,
                           .children = {}});
    return tree_.nodes.back();
  }

  void open(YamlTree::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    if (open_.size() == yaml_depth_max) {
      throw Refused{Errc::too_long, mark,
                    "nested deeper than " + std::to_string(yaml_depth_max) + " levels"};
    }
    add(kind, mark, tag, anchor);
    open_.push_back(tree_.nodes.size() - 1);
  }

  YamlTree& tree_;
  int documents_ = 0;
  std::vector<std::size_t> open_;  // indices of the lists and mappings being filled
};

std::unexpected<Error> wrong_at(const std::string& file_name, const YAML::Mark& mark, Errc code,
                                const std::string& sentence) {
  return fail(code, file_name + ":" + std::to_string(mark.line + 1) + ":" +
                        std::to_string(mark.column + 1) + ": " + sentence);
}

std::unexpected<Error> too_large(const std::string& name) {
  return fail(Errc::too_long,
              name + ":1:1: larger than " + std::to_string(yaml_file_bytes_max) + " bytes");
}

// Control characters have no business in a text file; NUL also would cut it short unseen, or make
// it look like another encoding.
std::optional<YAML::Mark> find_control_character(std::string_view text) {
  YAML::Mark mark;
  mark.line = 0;
  mark.column = 0;
  for (const char c : text) {
    const bool allowed =
        static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t';
    if (!allowed) return mark;
    mark.column = c == '\n' ? 0 : mark.column + 1;
    if (c == '\n') ++mark.line;
  }
  return std::nullopt;
}

}  // namespace

Result<YamlValue> parse_yaml(std::string_view text, const std::string& name) {
  if (text.size() > yaml_file_bytes_max) return too_large(name);
  if (const auto mark = find_control_character(text)) {
    return wrong_at(name, *mark, Errc::bad_value, "a control character; this is not a text file");
  }
  auto tree = std::make_shared<YamlTree>();
  tree->file_name = name;
  try {
    std::istringstream input{std::string(text)};
    YAML::Parser parser(input);
    TreeBuilder builder(*tree);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    return wrong_at(name, refused.mark, refused.code, refused.sentence);
  } catch (const YAML::Exception& exception) {
    return wrong_at(name, exception.mark, Errc::bad_value, "not YAML: " + exception.msg);
  }
  if (tree->nodes.empty()) return fail(Errc::bad_value, name + ":1:1: the file is empty");
  return YamlValue(std::move(tree), 0);
}

Result<std::string> read_text_file(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const Errc code = errno == ENOENT || errno == ENOTDIR ? Errc::not_found : Errc::io;
    return fail(code, path + ": " + std::strerror(errno));
  }
  // A pipe or a device could keep us waiting, or never end.
  if (!S_ISREG(status.st_mode)) return fail(Errc::bad_value, path + ": not a regular file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Errc::io, path + ": cannot be opened: " + std::strerror(errno));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > yaml_file_bytes_max) return too_large(path);
  std::string text(size + 1, '\0');  // one byte more tells that it has grown
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return fail(Errc::io, path + ": cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > size) return fail(Errc::io, path + ": was written to while it was read");
  return text;
}

Result<YamlValue> read_yaml_file(const std::string& path) {
  HS_TRY(text, read_text_file(path));
  return parse_yaml(text, path);
}

}  // namespace hs
