#include "cli/version.h"

#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace hs {
namespace {

int version(Context& context) {
  print_version(context.out);
  return 0;
}

}  // namespace

void print_version(Printer& out) {
  if (!out.wants_json()) {
    out.line("hs " HS_VERSION);
    out.detail("built as " HS_BUILD_TYPE " with " HS_COMPILER);
    return;
  }
  out.json({{"schema", "hs.version/v1"},
            {"version", HS_VERSION},
            {"build_type", HS_BUILD_TYPE},
            {"compiler", HS_COMPILER}});
}

void add_version_commands(Registry& registry) {
  registry.add({.path = "version",
                .summary = "the version of this binary",
                .examples = {{"hs version", "hs 0.1.0"},
                             {"hs version --json", "with build type and compiler, for scripts"}},
                .run = version});
}

}  // namespace hs
