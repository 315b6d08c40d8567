#!/usr/bin/env python3
"""The pure core links the crypto libraries and nothing else, not even fmt.

Twice: the edges that CMake declares for its rooms, and a trial link of the whole archive against
libsodium and libcrypto alone.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

# The crypto libraries, and the one room of the core that links nothing itself.
LEAVES = {"hs::signatures", "hs::hashes", "hs_base"}
SHARED = re.compile(r"^(libsodium|libcrypto|libstdc\+\+|libm|libgcc_s|libc|ld-linux[-\w]*|"
                    r"lib[a-z]*san)\.so")


def declared_errors(edges):
    pairs = [edge.split("=", 1) for edge in edges]
    core = {room for room, _ in pairs}
    for room, link in pairs:
        if link not in core and link not in LEAVES:
            yield f"{room} links {link}"


def trial_errors(compiler, archive, sanitize):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "main.cpp")
        source.write_text("int main() {}\n")
        program = pathlib.Path(folder, "core")
        flags = [f"-fsanitize={sanitize}"] if sanitize else []
        link = subprocess.run(
            [compiler, *flags, "-o", program, source, "-Wl,--whole-archive", archive,
             "-Wl,--no-whole-archive", "-Wl,--no-as-needed", "-lsodium", "-lcrypto"],
            capture_output=True, text=True)
        if link.returncode != 0:
            yield "the core needs more than libsodium and libcrypto:\n" + link.stderr
            return
        dynamic = subprocess.run(["readelf", "-d", program], capture_output=True, text=True,
                                 check=True).stdout
        for library in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
            if not SHARED.match(library):
                yield f"the core needs {library}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--edges", nargs="+", required=True)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--sanitize", default="")
    options = parser.parse_args()
    errors = list(declared_errors(options.edges))
    errors += trial_errors(options.compiler, options.archive, options.sanitize)
    print("\n".join(errors + [f"{len(options.edges)} edges, {len(errors)} wrong"]))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
