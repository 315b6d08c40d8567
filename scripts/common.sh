# Shared by the scripts of this folder; sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$*" >&2; }
# fail WHAT WHY FIX: the three lines in which `hs` itself speaks of errors.
fail() {
  printf 'error: %s\nwhy: %s\nfix: %s\n' "$1" "$2" "$3" >&2
  exit 1
}

# Compiling one heavy file can take 1.2 GB, so memory limits the jobs as much as processors do.
build_jobs() {
  local processors memory_kb by_memory
  processors=$(nproc)
  memory_kb=$(awk '/^MemAvailable:/ {print $2}' /proc/meminfo)
  by_memory=$((memory_kb / 1500000))
  [ "$by_memory" -ge 1 ] || by_memory=1
  echo $((processors < by_memory ? processors : by_memory))
}

# configure PRESET: writes the build folder; cmake does nothing in one that is up to date.
configure() {
  local log="build/$1.configure.log"
  mkdir -p build
  if ! cmake --preset "$1" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "cannot configure the build of preset $1" "cmake said so above" \
      "see $log; ./scripts/install-deps --check lists missing packages"
  fi
}

# build PRESET TARGET...
build() {
  local preset=$1
  shift
  cmake --build --preset "$preset" --parallel "$(build_jobs)" --target "$@" >&2 ||
    fail "the build of preset $preset failed" "the compiler's message stands above" \
      "mend it, then run this script again: it goes on where it stopped"
}
