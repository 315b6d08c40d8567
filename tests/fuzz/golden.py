#!/usr/bin/env python3
"""Fuzz inputs from the conformance vectors: the bytes of the reference, each for its decoder.

usage: golden.py [--check]

Writes tests/fuzz/golden/TARGET.txt from tests/golden/vectors, one input a line in hex. With --check
it writes nothing and fails if the files are not what it would write.
"""
import collections
import json
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
VECTORS = TESTS / "golden" / "vectors"
FOLDER = TESTS / "fuzz" / "golden"

# By the variants that wrap a message: the target of its inner form, and the byte that the target
# wants in front where it has several forms.
MESSAGES = {
    "000000": ("proposal", ""), "000001": ("nudge", ""), "000002": ("phase_vote", ""),
    "000003": ("new_view", ""), "000100": ("timeout_vote", ""), "000101": ("advance_view", ""),
    "000200": ("advertise", "00"), "000201": ("advertise", "01"),
    "0100": ("block_sync", "00"), "0101": ("block_sync", "01"),
}
# By the type of a row of encodings.json.
SETS = {"ValidatorSetBytes": "00", "ValidatorSetUpdatesBytes": "01",
        "ValidatorSetUpdatesStatusBytes": "02", "AppStateUpdates": "03"}


def load(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def add_message(inputs, message):
    for prefix, (target, form) in MESSAGES.items():
        if message.startswith(prefix):
            inputs[target].add(form + message[len(prefix):])


def golden_inputs():
    inputs = collections.defaultdict(set)
    for row in load("encodings.json")["rows"]:
        if row["type"] == "Message":
            inputs["message"].add(row["hex"])
            add_message(inputs, row["hex"])
        elif row["type"] in SETS:
            inputs["validator_set"].add(SETS[row["type"]] + row["hex"])
    cases = load("decode_cases.json")
    for case in cases["message"]:  # accepted and refused ones
        inputs["message"].add(case["hex"])
        add_message(inputs, case["hex"])
    for case in cases["app_state_updates"]:
        inputs["validator_set"].add("03" + case["hex"])
    for _, message in load("trace.json")["messages"]:
        add_message(inputs, message)
    return {target: "".join(line + "\n" for line in sorted(lines, key=lambda l: (len(l), l)))
            for target, lines in inputs.items()}


def main():
    wanted = golden_inputs()
    if sys.argv[1:] == ["--check"]:
        there = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt")}
        for target in sorted(wanted.keys() | there.keys()):
            if wanted.get(target) != there.get(target):
                print(f"error: {target}.txt is not what the vectors say\nwhy: one of the two has "
                      "changed\nfix: tests/fuzz/golden.py", file=sys.stderr)
                return 1
        return 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    for target, text in wanted.items():
        (FOLDER / f"{target}.txt").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
