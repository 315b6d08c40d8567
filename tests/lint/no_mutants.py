#!/usr/bin/env python3
"""What is shipped knows no planted bugs: lib/base/mutate.h is for the preset `mutants` alone.

usage: no_mutants.py --nm NM [--mutants] ARCHIVE...

With --mutants the archives are of that preset and must hold them, or this check would see nothing.
"""
import argparse
import pathlib
import re
import subprocess
import sys

PLANTED = re.compile(r"\bhs::(choose_mutation|is_chosen_mutation)\(")


def planted(nm, archive):
    if not pathlib.Path(archive).is_file():
        sys.exit(f"{archive} is not built; build everything before testing")
    symbols = subprocess.run([nm, "-C", archive], capture_output=True, text=True, check=True).stdout
    return [line for line in symbols.splitlines() if PLANTED.search(line)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nm", required=True)
    parser.add_argument("--mutants", action="store_true")
    parser.add_argument("archives", nargs="+")
    options = parser.parse_args()
    wrong = 0
    for archive in options.archives:
        found = planted(options.nm, archive)
        if bool(found) != options.mutants:
            wrong += 1
            print(f"{archive}: {len(found)} symbols of planted bugs", *found, sep="\n")
    print(f"{len(options.archives)} archives, {wrong} not as they should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
