#!/usr/bin/env python3
"""Every planted bug has something that is to find it, and every rule of the reference a bug.

usage: planted.py SOURCE_ROOT

A guard of the sources has a row of tests/mutants/table.tsv or a unit test with its tag in a room
that scripts/mutants builds; a row or a tag names a guard that is there; and what is not planted, of
M01 to M56 and of the deviations S of the manual, is named with a reason in docs/MUTANTS.md.
"""
import importlib.machinery
import importlib.util
import pathlib
import re
import sys

TAG = re.compile(r"\[([MS][0-9]{2}[a-z]?)\]")


def script(root):
    loader = importlib.machinery.SourceFileLoader("mutants", str(root / "scripts" / "mutants"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutants", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    module.ROOT = root
    return module


def not_planted(root):
    page = (root / "docs/MUTANTS.md").read_text(encoding="utf-8")
    section = page.split("Not planted:", 1)[1].split("\n## ", 1)[0]
    names = set()
    for bold in re.findall(r"\*\*(.*?)\*\*", section):
        names.update(re.findall(r"[MS][0-9]{2}", bold))
    return names


def faults(root):
    mutants = script(root)
    guards = set(mutants.guards())
    bugs = mutants.all_bugs()
    for bug in bugs:
        if bug.planted not in guards:
            yield f"the table's {bug.name} is planted by {bug.planted}, which no source has"
        if bug.kind == "tag" and not bug.where:
            yield f"{bug.name} is planted, and no row and no tagged unit test is to find it"
    excused = not_planted(root)
    for file in sorted((root / "tests").rglob("*.cpp")):
        for name in sorted(set(TAG.findall(file.read_text(encoding="utf-8"))) - guards):
            if name[:3] not in excused:
                yield f"{file.relative_to(root)} has the tag {name}, and no source has that guard"
    manual = (root / "man/hs-protocol.7.scd").read_text(encoding="utf-8")
    wanted = set(re.findall(r"^\*(S[0-9]{2}) ", manual, re.M))
    wanted |= {f"M{number:02}" for number in range(1, 57)}
    there = {name[:3] for name in guards} | {bug.name[:3] for bug in bugs}
    for name in sorted(wanted - there - excused):
        yield f"{name} is not planted, and docs/MUTANTS.md does not say why"
    for name in sorted(there & excused):
        yield f"{name} is planted, and docs/MUTANTS.md says that it is not"


def main():
    found = list(faults(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join([*found, f"{len(found)} faults"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
