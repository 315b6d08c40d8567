#!/usr/bin/env python3
"""What one misbehaving node of four costs the other three, by strategy, and prints JSON.

usage: misbehaviour.py [--hs FILE] [--seconds 8] [--rounds 2] [STRATEGY]... > cost.json

Run by hand on a quiet machine. Four nodes commit under load, and the last of them is honest and
does a strategy in turn, so that a machine that becomes slower is not taken for the cost of a
strategy.
`commit_loss` is the share of blocks a second that is lost.

A leader can waste the views that it leads, each for the whole timeout, and needs no flood for it:
one message that contradicts its own proposal will do. `waited` is the share of the time in which
such views let nothing be committed, and `loss_otherwise` what is lost of the rest of the time,
which is what flooding costs. Where hardly anything but such views is left it is null, and
`loss_beside_silent` says what is lost against a node that sends nothing at all.
`growth_mib` is the most that an honest node has grown over the whole run. Flooding may cost a fifth
and 64 MiB.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from bench import Client, Testnet, resident_bytes, say

STRATEGIES = ("silent crash-late equivocate double-vote withhold-vote selective hide-pc stale "
              "future-spam key-spam garbage mutate lying-sync wrong-chain old-set").split()
FLOODS = ("future-spam", "key-spam", "garbage", "stale")
LOSS_MAX, GROWTH_MIB_MAX = 0.2, 64
HONEST = 3
SETTLE_SECONDS = 2
SAMPLE_SECONDS = 0.02
# A view that goes well takes a few milliseconds; one without a commit for so long is going to time
# out.
STANDSTILL_SECONDS = 0.2
AFTERMATH_BLOCKS = 200  # the window of views whose messages are kept, and what was decided in it
WAITED_MAX = 0.9        # beyond it the rest is too short to say anything


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


class Phase:
    """What has happened in some seconds."""

    def __init__(self, testnet, seconds):
        time.sleep(SETTLE_SECONDS)
        connection = testnet.connection(0)
        begin = moved = time.monotonic()
        first = height = self.height(connection)
        self.stood = self.seconds = 0.0
        while self.seconds < seconds:
            time.sleep(SAMPLE_SECONDS)
            now, last = time.monotonic(), height
            height, self.seconds = self.height(connection), now - begin
            if height != last or self.seconds >= seconds:
                if now - moved > STANDSTILL_SECONDS:
                    self.stood += now - moved
                moved = now
        self.blocks = height - first
        self.rate = self.blocks / self.seconds

    @staticmethod
    def height(connection):
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        return float(re.search(r"^hs_committed_height (\S+)$", text, re.MULTILINE)[1])


def outlive_aftermath(testnet):
    """What a strategy has sent for views to come may still spoil them."""
    first, deadline = testnet.status()["committed_height"], time.monotonic() + 60
    while testnet.status()["committed_height"] < first + AFTERMATH_BLOCKS:
        if time.monotonic() > deadline:
            raise SystemExit("error: no progress after a strategy has ended")
        time.sleep(0.1)


def measure_strategy(testnet, strategy, seconds, rounds):
    honest, faulty = [], []
    for _ in range(rounds):
        honest.append(Phase(testnet, seconds))
        testnet.run("testnet", "fault", "apply", "byzantine", strategy, "n3")
        faulty.append(Phase(testnet, seconds))
        testnet.run("testnet", "fault", "clear")
        outlive_aftermath(testnet)
    base = statistics.median(phase.rate for phase in honest)
    rate = statistics.median(phase.rate for phase in faulty)
    seconds, stood = sum(phase.seconds for phase in faulty), sum(phase.stood for phase in faulty)
    waited, otherwise = stood / seconds, None
    if waited < WAITED_MAX:
        otherwise = 1 - sum(phase.blocks for phase in faulty) / (seconds - stood) / base
    return {"honest_blocks_per_second": base, "blocks_per_second": rate,
            "commit_loss": 1 - rate / base, "waited": waited, "loss_otherwise": otherwise}


def measure(testnet, strategies, seconds, rounds):
    sizes = [resident_bytes(pid) for pid in testnet.pids[:HONEST]]
    result = {}
    with Load(testnet) as load:
        for strategy in ["silent", *(name for name in strategies if name != "silent")]:
            say(strategy)
            result[strategy] = measure_strategy(testnet, strategy, seconds, rounds)
            result[strategy]["growth_mib"] = max(
                resident_bytes(pid) - size
                for pid, size in zip(testnet.pids[:HONEST], sizes)) / 2**20
    silent = result["silent"]["blocks_per_second"]
    for one in result.values():
        one["loss_beside_silent"] = 1 - one["blocks_per_second"] / max(silent, 0.1)
    floods = [one["loss_otherwise"] if one["loss_otherwise"] is not None
              else one["loss_beside_silent"]
              for name, one in result.items() if name in FLOODS]
    good = (not load.failures and all(loss <= LOSS_MAX for loss in floods)
            and all(one["growth_mib"] <= GROWTH_MIB_MAX for one in result.values()))
    return {"strategies": result, "failures": load.failures, "ok": good}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("strategies", nargs="*", metavar="STRATEGY")
    parser.add_argument("--hs", default="build/release/cli/hs")
    parser.add_argument("--seconds", type=float, default=8,
                        help="for each time of looking; default 8")
    parser.add_argument("--rounds", type=int, default=2, help="of each strategy; default 2")
    parser.add_argument("--base-port", type=int, default=29500)
    options = parser.parse_args()
    strategies = options.strategies or STRATEGIES
    hs = os.path.abspath(options.hs)
    with tempfile.TemporaryDirectory() as folder:
        testnet = Testnet(hs, folder, options.base_port, sync=True)
        try:
            result = measure(testnet, strategies, options.seconds, options.rounds)
        finally:
            subprocess.run([hs, "testnet", "down", "bench"], env=testnet.environment,
                           capture_output=True, check=False)
    print(json.dumps(result, indent=1))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
