#include "cli/sim_picture.h"

#include <fstream>

#include "cli/error.h"

namespace hs {

std::vector<Option> with_picture_options(std::vector<Option> options) {
  options.push_back(Option::flag("--trace", "print what every node does"));
  options.push_back(Option::text("--diagram", "FILE",
                                 "draw the last views as a sequence diagram: FILE ends in .svg, or "
                                 "in .mmd for Mermaid"));
  options.push_back(
      Option::number("--diagram-views", "V", "so many views in it", 1, 100).by_default("4"));
  return options;
}

void check_picture(const Context& context) {
  const auto path = context.arguments.find("diagram");
  if (!path || path->ends_with(".svg") || path->ends_with(".mmd")) return;
  throw usage_error("a diagram is an .svg or .mmd file", *path + " is neither",
                    "give --diagram a name that ends in .svg");
}

void draw_picture(const Context& context, const sim::Story& story, const sim::RunResult& result,
                  std::size_t nodes, const std::string& title) {
  const auto path = context.arguments.find("diagram");
  if (!path) return;
  const sim::DiagramSettings settings{.nodes = nodes,
                                      .views = context.arguments.number("diagram-views"),
                                      .title = title,
                                      .violation = result.violation};
  std::ofstream file(*path, std::ios::trunc);
  file << (path->ends_with(".svg") ? sim::to_svg(story, settings)
                                   : sim::to_mermaid(story, settings));
  file.close();
  if (file) return;
  throw CliError("io", ExitCode::failure, "cannot write " + *path, {},
                 "name another file with --diagram");
}

}  // namespace hs
