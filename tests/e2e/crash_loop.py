"""All nodes killed at once, again and again, under load: nothing that was acknowledged may be lost.

As a test with few rounds: test_crashes.py. By hand, with as many as you like:
scripts/crash-loop --rounds 20 --nodes 4 --seed 1
"""

import argparse
import json
import os
import random
import signal
import sys
import time
import unittest

from harness import EndToEnd, binary, wait_until
from writers import BatchWriter, Writer, Writers, assert_none_lost

BATCH = 25


def kill_all_at_once(test):
    for node in test.status()["nodes"]:
        os.kill(node["pid"], signal.SIGKILL)
    wait_until(lambda: all(node["state"] == "dead" for node in test.status()["nodes"]),
               "all nodes are seen dead")


def run_rounds(test, rounds, nodes, seed, epoch_length=None, say=lambda text: None):
    """Requires an EndToEnd test without a net. Returns how many writes were acknowledged."""
    dice = random.Random(seed)
    test.up("-n", nodes, *(["--param", f"epoch_length={epoch_length}"] if epoch_length else []))
    names = [f"n{i}" for i in range(nodes)]
    ports = [test.base_port + 10 * i + 1 for i in range(nodes)]
    single = [Writer(i, port) for i, port in enumerate(ports)]
    many = [BatchWriter(nodes + i, port, BATCH) for i, port in enumerate(ports)]
    with Writers(single + many) as writers:
        for round_number in range(1, rounds + 1):
            before = writers.count()
            wait_until(lambda: writers.count() > before, "something is acknowledged")
            time.sleep(dice.uniform(0.2, 1.5))
            kill_all_at_once(test)
            # What was acknowledged until now was so before the nodes died.
            acknowledged = writers.acknowledged()
            test.hs("testnet", "start", "all")
            test.wait_for_commits(names, more=3)
            for name, port in zip(names, ports):
                assert_none_lost(test, acknowledged, name, port)
            check = test.json("testnet", "check")
            test.assertTrue(check["ok"], check)
            say(f"round {round_number}: {len(acknowledged)} acknowledged, none lost, "
                f"agreed up to height {check['agreed_height']}")
    return writers.count()


class ByHand(EndToEnd):
    settings = None

    def runTest(self):
        settings = self.settings
        operations = run_rounds(self, settings.rounds, settings.nodes, settings.seed,
                                settings.epoch_length,
                                say=lambda text: print(text, file=sys.stderr, flush=True))
        print(json.dumps({"rounds": settings.rounds, "kills": settings.rounds * settings.nodes,
                          "operations": operations}))


def main():
    parser = argparse.ArgumentParser(description="kill all nodes at once, under load, repeatedly; "
                                                 "prints what was done as JSON")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epoch-length", type=int, metavar="VIEWS",
                        help="1: every view ends an epoch; default that of a testnet")
    ByHand.settings = parser.parse_args()
    binary()
    result = unittest.TextTestRunner().run(ByHand())
    raise SystemExit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
