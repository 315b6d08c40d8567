#!/usr/bin/env python3
"""What one misbehaving node of four costs the other three, by strategy, and prints JSON.

usage: misbehaviour.py [--hs build/release/cli/hs] [--seconds 20] [STRATEGY]... > cost.json

Run by hand on a quiet machine. First four honest nodes commit under load, then the same four while
the last of them does each strategy. `commit_loss` is the share of blocks a second that is lost;
`loss_beside_silent` the same against a node that sends nothing, as a leader that cannot be heard
costs its views whatever else it does. `growth_mib` is the most that an honest node has grown over
the whole run. Flooding may cost a fifth, of the one or the other, and 64 MiB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

from bench import Client, Testnet, resident_bytes, say

STRATEGIES = ("silent crash-late equivocate double-vote withhold-vote selective hide-pc stale "
              "future-spam key-spam garbage mutate lying-sync wrong-chain old-set").split()
LEADING_FLOODS = ("future-spam", "key-spam")  # their leaders do what leaders do
FLOODS = ("garbage", "stale")                 # theirs do not, or not always
LOSS_MAX, GROWTH_MIB_MAX = 0.2, 64
HONEST = 3
SETTLE_SECONDS = 2


class Load:
    """Small batches at each honest node, one after the other, until it is stopped."""

    def __init__(self, testnet):
        self.stopped, self.failures = threading.Event(), []
        self.threads = [threading.Thread(target=self.work, args=(testnet, node))
                        for node in range(HONEST)]

    def work(self, testnet, node):
        try:
            client = Client(testnet, node, testnet.status()["committed_height"] or 0)
            while not self.stopped.is_set():
                client.post(10)
        except (OSError, RuntimeError) as error:
            self.failures.append(str(error))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *failure):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def blocks_per_second(testnet, seconds):
    time.sleep(SETTLE_SECONDS)
    first, begin = testnet.status()["committed_height"], time.monotonic()
    time.sleep(seconds)
    return (testnet.status()["committed_height"] - first) / (time.monotonic() - begin)


def measure(testnet, strategies, seconds):
    sizes = [resident_bytes(pid) for pid in testnet.pids[:HONEST]]
    with Load(testnet) as load:
        honest = blocks_per_second(testnet, seconds)
        result = {"honest_blocks_per_second": honest, "strategies": {}}
        for strategy in ["silent", *(name for name in strategies if name != "silent")]:
            say(strategy)
            testnet.run("testnet", "fault", "apply", "byzantine", strategy, "n3")
            rate = blocks_per_second(testnet, seconds)
            growth = max(resident_bytes(pid) - size
                         for pid, size in zip(testnet.pids[:HONEST], sizes)) / 2**20
            result["strategies"][strategy] = {
                "blocks_per_second": rate, "commit_loss": 1 - rate / honest,
                "growth_mib": growth}
            silent = result["strategies"]["silent"]["blocks_per_second"]
            result["strategies"][strategy]["loss_beside_silent"] = 1 - rate / max(silent, 0.1)
            testnet.run("testnet", "fault", "clear")
    result["failures"] = load.failures
    measured = result["strategies"]
    losses = [measured[name]["commit_loss"] for name in LEADING_FLOODS if name in measured]
    losses += [measured[name]["loss_beside_silent"] for name in FLOODS if name in measured]
    result["ok"] = (not load.failures and all(loss <= LOSS_MAX for loss in losses)
                    and all(one["growth_mib"] <= GROWTH_MIB_MAX for one in measured.values()))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("strategies", nargs="*", metavar="STRATEGY")
    parser.add_argument("--hs", default="build/release/cli/hs")
    parser.add_argument("--seconds", type=float, default=20, help="for each; default 20")
    parser.add_argument("--base-port", type=int, default=29500)
    options = parser.parse_args()
    strategies = options.strategies or STRATEGIES
    hs = os.path.abspath(options.hs)
    with tempfile.TemporaryDirectory() as folder:
        testnet = Testnet(hs, folder, options.base_port, sync=True)
        try:
            result = measure(testnet, strategies, options.seconds)
        finally:
            subprocess.run([hs, "testnet", "down", "bench"], env=testnet.environment,
                           capture_output=True, check=False)
    print(json.dumps(result, indent=1))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
