#!/usr/bin/env python3
"""The executable model of the rules links nothing of the core and uses nothing of it.

What it includes is held by layers.py; here are what CMake declares and what the archive leaves
undefined: of our namespace only names of the model itself.
"""
import argparse
import re
import subprocess
import sys

OURS = re.compile(r"\bhs::(?!model::)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nm", required=True)
    parser.add_argument("--archive", required=True)
    parser.add_argument("--links", nargs="*", default=[])
    options = parser.parse_args()
    errors = [f"hs_model links {link}" for link in options.links if link != "hs_flags"]
    listing = subprocess.run([options.nm, "-C", "--undefined-only", options.archive],
                             capture_output=True, text=True, check=True).stdout
    names = [line.split(maxsplit=1)[1] for line in listing.splitlines()
             if line.lstrip().startswith("U ")]
    errors += sorted({f"the model uses {name}" for name in names if OURS.search(name)})
    print("\n".join(errors + [f"{len(names)} undefined names, {len(errors)} wrong"]))
    return 1 if errors or not names else 0


if __name__ == "__main__":
    sys.exit(main())
