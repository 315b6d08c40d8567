#!/usr/bin/env python3
"""Short files, short lines, nothing left for later.

usage: style.py SOURCE_ROOT
"""
import pathlib
import re
import sys

FILE_LINES_MAX = 600
LINE_CHARACTERS_MAX = 100
CODE = {".h", ".cpp", ".py"}
TEXT = CODE | {".md", ".scd", ".cmake", ".txt", ".sh", ".yaml"}
TOPS = "cli lib testnet keys genesis tests man cmake docs scripts .ci".split()
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")


def files(root):
    for entry in sorted(root.iterdir()):
        if entry.is_file() and entry.suffix in TEXT:
            yield entry
        elif entry.is_dir() and entry.name in TOPS:
            yield from (p for p in sorted(entry.rglob("*")) if p.is_file() and is_ours(p))


def is_ours(path):
    return (path.suffix in TEXT or (path.suffix == "" and path.parent.name in ("scripts", ".ci"))
            ) and "__pycache__" not in path.parts


def check(path, name):
    lines = path.read_text(encoding="utf-8").splitlines()
    is_code = path.suffix in CODE
    if is_code and len(lines) > FILE_LINES_MAX:
        yield f"{name}: {len(lines)} lines, more than {FILE_LINES_MAX}"
    if path.suffix == ".h" and "#pragma once" not in lines:
        yield f"{name}: no #pragma once"
    for number, line in enumerate(lines, 1):
        if is_code and len(line) > LINE_CHARACTERS_MAX:
            yield f"{name}:{number}: {len(line)} characters, more than {LINE_CHARACTERS_MAX}"
        if is_code and line != line.rstrip():
            yield f"{name}:{number}: blanks at the end"
        if LATER.search(line):
            yield f"{name}:{number}: a note for later; open an issue instead"


def main():
    root = pathlib.Path(sys.argv[1])
    paths = list(files(root))
    errors = [e for p in paths for e in check(p, p.relative_to(root).as_posix())]
    print("\n".join(errors + [f"{len(paths)} files, {len(errors)} faults"]))
    return 1 if errors or len(paths) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
