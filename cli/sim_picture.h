// --diagram: the last views of a run as a file.
#pragma once
#include <string>

#include "cli/command.h"
#include "lib/sim/diagram.h"
#include "lib/sim/run.h"

namespace hs {

// --trace, --diagram and --diagram-views.
[[nodiscard]] std::vector<Option> with_picture_options(std::vector<Option> options);
// Throws usage if --diagram names no kind of file that we draw. Nothing if it is absent.
void check_picture(const Context& context);
// Writes the file if --diagram wants one. Throws CliError (io).
void draw_picture(const Context& context, const sim::Story& story, const sim::RunResult& result,
                  std::size_t nodes, const std::string& title);

}  // namespace hs
