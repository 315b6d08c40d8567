#!/usr/bin/env python3
"""Every invariant is asserted somewhere: docs/INVARIANTS.md says where, and the place cites it.

usage: invariants.py SOURCE_ROOT
"""
import pathlib
import re
import sys

ROW = re.compile(r"^\| (I[0-9]{2}) \| .* \| (.*) \|$", re.M)


def faults(root):
    page = (root / "man/hs-protocol.7.scd").read_text(encoding="utf-8")
    rules = set(re.findall(r"^(?:- )?\*(I[0-9]{2})\b", page, re.M))
    rows = dict(ROW.findall((root / "docs/INVARIANTS.md").read_text(encoding="utf-8")))
    for rule in sorted(rules - set(rows)):
        yield f"{rule} stands in the manual and is asserted nowhere"
    for rule, cell in rows.items():
        files = re.findall(r"`([^`]+)`", cell)
        if rule not in rules or not files:
            yield f"{rule} is no rule of the manual, or names no file"
        for name in files:
            path = root / name
            if not path.exists() or not re.search(rf"\b{rule}\b", path.read_text(encoding="utf-8")):
                yield f"{name} does not cite {rule}"


def main():
    found = list(faults(pathlib.Path(sys.argv[1])))
    print("\n".join([*found, f"{len(found)} faults"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
