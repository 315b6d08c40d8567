#include "lib/sim/diagram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <vector>

namespace hs::sim {
namespace {

constexpr std::size_t arrows_max = 600;  // more is no picture any more

// ---- what is in the picture ----

struct Scene {
  std::vector<Story::Arrow> arrows;  // in order of sending
  std::vector<Story::Mark> marks;    // in order of time
  Instant begin;
  Instant end;
};

bool is_shown(const Story::Arrow& arrow) {
  return arrow.from != arrow.to && !arrow.kind.starts_with("Advertise");
}

// When the oldest of the wanted views began.
Instant begin_of(const Story& story, std::uint64_t views) {
  std::uint64_t newest = 0;
  for (const Story::Mark& mark : story.marks) {
    if (mark.kind == Story::Mark::Kind::view) newest = std::max(newest, mark.number);
  }
  const std::uint64_t oldest = newest >= views ? newest - views + 1 : 0;
  for (const Story::Mark& mark : story.marks) {
    if (mark.kind == Story::Mark::Kind::view && mark.number >= oldest) return mark.at;
  }
  return {};
}

Scene scene_of(const Story& story, const DiagramSettings& settings) {
  Scene scene;
  scene.begin = begin_of(story, settings.views);
  for (const Story::Arrow& arrow : story.arrows) {
    if (arrow.sent >= scene.begin && is_shown(arrow)) scene.arrows.push_back(arrow);
  }
  if (scene.arrows.size() > arrows_max) {
    const auto too_many = static_cast<std::ptrdiff_t>(scene.arrows.size() - arrows_max);
    scene.arrows.erase(scene.arrows.begin(), scene.arrows.begin() + too_many);
    scene.begin = scene.arrows.front().sent;
  }
  for (const Story::Mark& mark : story.marks) {
    if (mark.at >= scene.begin) scene.marks.push_back(mark);
  }
  scene.end = settings.violation ? settings.violation->at : scene.begin;
  for (const Story::Mark& mark : scene.marks) scene.end = std::max(scene.end, mark.at);
  for (const Story::Arrow& arrow : scene.arrows) scene.end = std::max(scene.end, arrow.sent);
  return scene;
}

// ---- SVG ----

struct Ink {
  std::string_view kind;
  std::string_view color;
};
constexpr std::array<Ink, 8> inks{{{"Proposal", "#1f6fb4"},
                                   {"Nudge", "#17a2b8"},
                                   {"PhaseVote", "#2a9d3a"},
                                   {"NewView", "#9a9a9a"},
                                   {"TimeoutVote", "#e08214"},
                                   {"AdvanceView", "#8250b4"},
                                   {"BlockSyncRequest", "#8c564b"},
                                   {"BlockSyncResponse", "#c49c94"}}};
constexpr std::string_view other_ink = "#555555";
constexpr std::string_view red = "#c8102e";

std::string_view ink_of(std::string_view kind) {
  const auto found = std::ranges::find(inks, kind, &Ink::kind);
  return found == inks.end() ? other_ink : found->color;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else {
      result += c;
    }
  }
  return result;
}

// Whole pixels are enough, and the same everywhere.
std::string number(double value) { return std::to_string(std::lround(value)); }

// Positions of instants: no two closer than a few pixels, no silence wider than a thumb.
class TimeAxis {
 public:
  explicit TimeAxis(const Scene& scene) {
    x_[scene.begin] = 0;
    x_[scene.end] = 0;
    for (const Story::Mark& mark : scene.marks) x_[mark.at] = 0;
    for (const Story::Arrow& arrow : scene.arrows) {
      x_[arrow.sent] = 0;
      if (arrow.arrives && *arrow.arrives <= scene.end) x_[*arrow.arrives] = 0;
    }
    double x = left;
    Instant last = scene.begin;
    for (auto& [at, position] : x_) {
      const double silence = std::chrono::duration<double, std::milli>(at - last).count();
      if (at != last) x += std::clamp(14 * std::log2(1 + silence), 5.0, 110.0);
      position = x;
      last = at;
    }
  }
  // Of an instant of the scene, or the right edge for what comes later.
  [[nodiscard]] double x(Instant at) const {
    const auto found = x_.find(at);
    return found == x_.end() ? x_.rbegin()->second + 14 : found->second;
  }
  [[nodiscard]] double right() const { return x_.rbegin()->second; }
  [[nodiscard]] const std::map<Instant, double>& positions() const { return x_; }

  static constexpr double left = 70;

 private:
  std::map<Instant, double> x_;
};

class Drawing {
 public:
  Drawing(const Scene& scene, const DiagramSettings& settings)
      : scene_(scene), settings_(settings), axis_(scene) {}

  [[nodiscard]] std::string draw() {
    const double width = std::max(axis_.right() + 60, 900.0);
    const double height = lane(settings_.nodes) + 10;
    svg_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + number(width) + " " +
           number(height) + "\" width=\"" + number(width) + "\" height=\"" + number(height) +
           "\" font-family=\"Helvetica, Arial, DejaVu Sans, sans-serif\" font-size=\"12\">\n"
           "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
    draw_defs();
    draw_title();
    draw_views();
    draw_lanes();
    for (const Story::Arrow& arrow : scene_.arrows) draw_arrow(arrow);
    for (const Story::Mark& mark : scene_.marks) draw_mark(mark);
    draw_violation();
    return svg_ + "</svg>\n";
  }

 private:
  static constexpr double top = 118;
  static constexpr double lane_height = 96;
  [[nodiscard]] static double lane(std::size_t node) {
    return top + lane_height * static_cast<double>(node);
  }
  void text(double x, double y, std::string_view words, std::string_view style) {
    svg_ += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + std::string(style) + ">" +
            escaped(words) + "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const std::string& style) {
    svg_ += "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) +
            "\" y2=\"" + number(y2) + "\" " + style + "/>\n";
  }

  void draw_defs() {
    svg_ += "<defs>\n";
    const auto head = [&](std::string_view name, std::string_view color) {
      svg_ += "<marker id=\"" + std::string(name) +
              "\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
              "orient=\"auto\"><path d=\"M0 1 L8 4 L0 7 z\" fill=\"" +
              std::string(color) + "\"/></marker>\n";
    };
    for (const Ink& ink : inks) head(ink.kind, ink.color);
    head("other", other_ink);
    svg_ += "</defs>\n";
  }
  void draw_title() {
    text(14, 24, settings_.title, "font-size=\"16\" font-weight=\"bold\"");
    if (settings_.violation) {
      text(14, 46, to_string(*settings_.violation),
           "font-size=\"14\" font-weight=\"bold\" fill=\"" + std::string(red) + "\"");
    }
    double x = 14;
    for (const Ink& ink : inks) {
      const bool is_there = std::ranges::any_of(
          scene_.arrows, [&](const Story::Arrow& arrow) { return arrow.kind == ink.kind; });
      if (!is_there) continue;
      line(x, 66, x + 24, 66, "stroke=\"" + std::string(ink.color) + "\" stroke-width=\"3\"");
      text(x + 30, 70, ink.kind, "fill=\"#333333\"");
      x += 50 + 7.2 * static_cast<double>(ink.kind.size());
    }
    svg_ += "<circle cx=\"" + number(x + 6) + "\" cy=\"66\" r=\"6\" fill=\"#2a9d3a\"/>\n";
    text(x + 18, 70, "commit", "fill=\"#333333\"");
    text(x + 80, 70, "dashed, ending in a cross: lost", "fill=\"#333333\"");
  }
  // A band from the first node's entry into a view to that into the next.
  void draw_views() {
    std::map<std::uint64_t, Instant> first;
    for (const Story::Mark& mark : scene_.marks) {
      if (mark.kind == Story::Mark::Kind::view) first.try_emplace(mark.number, mark.at);
    }
    for (auto it = first.begin(); it != first.end(); ++it) {
      const auto next = std::next(it);
      const double from = axis_.x(it->second);
      const double to = next == first.end() ? axis_.right() + 20 : axis_.x(next->second);
      if (to <= from) continue;
      svg_ += "<rect x=\"" + number(from) + "\" y=\"82\" width=\"" + number(to - from) +
              "\" height=\"" + number(lane(settings_.nodes) - 118) + "\" fill=\"" +
              (it->first % 2 == 0 ? "#f4f6fa" : "#e9edf5") + "\"/>\n";
      text(from + 5, 96, "view " + std::to_string(it->first),
           "font-weight=\"bold\" fill=\"#51607a\"");
    }
  }
  void draw_lanes() {
    for (std::size_t node = 0; node < settings_.nodes; ++node) {
      const double y = lane(node) + lane_height / 3;
      text(14, y + 5, "n" + std::to_string(node), "font-size=\"17\" font-weight=\"bold\"");
      line(TimeAxis::left - 24, y, axis_.right() + 30, y, "stroke=\"#b8bfcc\" stroke-width=\"2\"");
    }
    double shown_at = -1000;
    const double bottom = lane(settings_.nodes) - 16;
    for (const auto& [at, x] : axis_.positions()) {
      if (x - shown_at < 110) continue;
      shown_at = x;
      text(x, bottom, to_string(at), "font-size=\"10\" fill=\"#777777\"");
    }
  }
  [[nodiscard]] static double y_of(NodeIndex node) { return lane(node) + lane_height / 3; }

  void draw_arrow(const Story::Arrow& arrow) {
    const std::string color(ink_of(arrow.kind));
    const double x1 = axis_.x(arrow.sent);
    const double y1 = y_of(arrow.from);
    double x2 = arrow.arrives ? axis_.x(*arrow.arrives) : x1 + 26;
    double y2 = y_of(arrow.to);
    const bool is_known = std::ranges::find(inks, arrow.kind, &Ink::kind) != inks.end();
    std::string style = "stroke=\"" + color + "\" stroke-width=\"1.6\" stroke-opacity=\"0.85\"";
    if (arrow.arrives && *arrow.arrives <= scene_.end) {
      style += " marker-end=\"url(#" + std::string(is_known ? arrow.kind : "other") + ")\"";
    } else if (!arrow.arrives) {
      x2 = x1 + (x2 - x1) * 0.45;
      y2 = y1 + (y2 - y1) * 0.45;
      style += " stroke-dasharray=\"5 3\"";
    }
    line(x1, y1, x2, y2, style);
    if (!arrow.arrives) text(x2 - 4, y2 + 5, "\u00d7", "font-size=\"15\" fill=\"" + color + "\"");
  }
  void draw_mark(const Story::Mark& mark) {
    const double x = axis_.x(mark.at);
    const double y = y_of(mark.node);
    switch (mark.kind) {
      case Story::Mark::Kind::view:
        line(x, y - 9, x, y + 9, "stroke=\"#51607a\" stroke-width=\"3\"");
        text(x + 4, y + 21, "v" + std::to_string(mark.number), "font-size=\"10\" fill=\"#51607a\"");
        break;
      case Story::Mark::Kind::commit:
        svg_ += "<circle cx=\"" + number(x) + "\" cy=\"" + number(y) +
                "\" r=\"6\" fill=\"#2a9d3a\" stroke=\"#ffffff\"/>\n";
        text(x - 4, y - 11, std::to_string(mark.number),
             "font-size=\"11\" font-weight=\"bold\" fill=\"#2a9d3a\"");
        break;
      case Story::Mark::Kind::fault:
        svg_ += "<path d=\"M" + number(x - 6) + " " + number(y - 6) +
                " l12 12 m0 -12 l-12 12\" "
                "stroke=\"" +
                std::string(red) + "\" stroke-width=\"3\"/>\n";
        text(x + 9, y - 11, mark.text, "font-weight=\"bold\" fill=\"" + std::string(red) + "\"");
        break;
    }
  }
  void draw_violation() {
    if (!settings_.violation || settings_.violation->node >= settings_.nodes) return;
    const double x = axis_.x(settings_.violation->at);
    const double y = y_of(settings_.violation->node);
    line(x, 82, x, lane(settings_.nodes) - 36,
         "stroke=\"" + std::string(red) + "\" stroke-width=\"2\" stroke-dasharray=\"2 4\"");
    svg_ += "<circle cx=\"" + number(x) + "\" cy=\"" + number(y) +
            "\" r=\"13\" fill=\"none\" stroke=\"" + std::string(red) + "\" stroke-width=\"3\"/>\n";
    text(x + 17, y + 5, settings_.violation->rule,
         "font-size=\"16\" font-weight=\"bold\" fill=\"" + std::string(red) + "\"");
  }

  const Scene& scene_;
  const DiagramSettings& settings_;
  TimeAxis axis_;
  std::string svg_;
};

// ---- Mermaid ----

std::string line_of(const Story::Arrow& arrow) {
  return "  n" + std::to_string(arrow.from) + (arrow.arrives ? "->>" : "--x") + "n" +
         std::to_string(arrow.to) + ": " + std::string(arrow.kind) + "\n";
}

std::string line_of(const Story::Mark& mark) {
  const std::string who = "  Note over n" + std::to_string(mark.node) + ": ";
  switch (mark.kind) {
    case Story::Mark::Kind::view:
      return who + "view " + std::to_string(mark.number) + "\n";
    case Story::Mark::Kind::commit:
      return who + "commits " + std::to_string(mark.number) + "\n";
    case Story::Mark::Kind::fault:
      return who + mark.text + "\n";
  }
  return "";
}

}  // namespace

std::string to_svg(const Story& story, const DiagramSettings& settings) {
  const Scene scene = scene_of(story, settings);
  return Drawing(scene, settings).draw();
}

std::string to_mermaid(const Story& story, const DiagramSettings& settings) {
  const Scene scene = scene_of(story, settings);
  std::vector<std::pair<Instant, std::string>> lines;
  for (const Story::Arrow& arrow : scene.arrows) {
    lines.emplace_back(arrow.arrives.value_or(arrow.sent), line_of(arrow));
  }
  for (const Story::Mark& mark : scene.marks) lines.emplace_back(mark.at, line_of(mark));
  std::ranges::stable_sort(lines, {}, &std::pair<Instant, std::string>::first);
  std::string text = "%% " + settings.title + "\nsequenceDiagram\n";
  for (std::size_t node = 0; node < settings.nodes; ++node) {
    text += "  participant n" + std::to_string(node) + "\n";
  }
  for (const auto& [at, each] : lines) {
    if (at <= scene.end) text += each;
  }
  if (settings.violation && settings.violation->node < settings.nodes) {
    std::string what = to_string(*settings.violation);
    std::ranges::replace(what, ';', ',');  // which would end the line
    text += "  Note over n" + std::to_string(settings.violation->node) + ": " + what + "\n";
  }
  return text;
}

}  // namespace hs::sim
