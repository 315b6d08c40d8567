// What a node asks of the operating system for itself.
#pragma once
#include <sys/types.h>

#include <array>
#include <csignal>
#include <string>

#include "lib/base/result.h"

namespace hs {

inline constexpr std::array stop_signals = {SIGINT, SIGTERM, SIGHUP};

// Die with `parent`: SIGKILL, because SIGTERM would not end a paused process. Errors: not_found if
// the parent is not `parent` any more, so that the signal would never come.
[[nodiscard]] Status die_with_parent(pid_t parent);

// SIGINT, SIGTERM and SIGHUP end a node in order. They are held back from the calling thread, and
// from those it starts, until somebody is there to hear them, and again when the node is ending: a
// second one must not cut it short.
void hold_stop_signals();
void release_stop_signals();

// No core files; with `hide_memory` no debugger and no /proc/PID/fd either, for keys that are worth
// something. As many descriptors as the system allows us, up to a bound.
void harden_process(bool hide_memory);

// Few malloc arenas: threads of ours that allocate little would otherwise hold megabytes.
void save_memory();

}  // namespace hs
