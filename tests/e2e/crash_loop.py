"""All nodes killed at once, again and again, under load: nothing that was acknowledged may be lost.

As a test with few rounds: test_crashes.py. By hand, with as many as you like:
scripts/crash-loop --rounds 20 --nodes 4 --seed 1
"""

import argparse
import http.client
import json
import os
import random
import signal
import threading
import time
import unittest

from harness import EndToEnd, binary, wait_until


class Writer(threading.Thread):
    """Puts one key after the other and remembers those that were answered `committed`."""

    def __init__(self, number, port):
        super().__init__(daemon=True)
        self.number, self.port = number, port
        self.acknowledged = {}
        self.unknown = 0  # asked for, and no answer: may or may not be there
        self.stopping = False

    def run(self):
        count = 0
        connection = None
        while not self.stopping:
            count += 1
            key, value = f"w{self.number}-{count}", f"{count}:{random.getrandbits(64):016x}"
            body = json.dumps({"operation": {"kind": "put", "key": key, "value": value}})
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("POST", "/v1/transactions?wait=committed&timeout_ms=8000", body,
                                   {"Content-Type": "application/json"})
                answer = json.loads(connection.getresponse().read())
            except (OSError, http.client.HTTPException, ValueError):
                self.unknown += 1
                connection = None
                time.sleep(0.01)  # nobody listens while the nodes are down
                continue
            if answer.get("status") == "committed":
                self.acknowledged[key] = value


def state_of(test, port):
    """Every key and value that a node has."""
    found, after = {}, ""
    while True:
        page = test.rpc_at(port, "/v1/state?limit=1000" + (f"&after={after}" if after else ""))
        for entry in page["entries"]:
            found[entry["key"]] = entry["value"]
        if not page["next_after"]:
            return found
        after = page["next_after"]


def kill_all_at_once(test):
    for node in test.status()["nodes"]:
        os.kill(node["pid"], signal.SIGKILL)
    wait_until(lambda: all(node["state"] == "dead" for node in test.status()["nodes"]),
               "all nodes are seen dead")


def run_rounds(test, rounds, nodes, seed, say=lambda text: None):
    """Requires an EndToEnd test without a net. Returns how many writes were acknowledged."""
    dice = random.Random(seed)
    test.up("-n", nodes)
    names = [f"n{i}" for i in range(nodes)]
    ports = [test.base_port + 10 * i + 1 for i in range(nodes)]
    writers = [Writer(i, ports[i % nodes]) for i in range(2 * nodes)]
    for writer in writers:
        writer.start()
    try:
        for round_number in range(1, rounds + 1):
            before = sum(len(writer.acknowledged) for writer in writers)
            wait_until(lambda: sum(len(w.acknowledged) for w in writers) > before,
                       "something is acknowledged")
            time.sleep(dice.uniform(0.2, 1.5))
            kill_all_at_once(test)
            # What was acknowledged until now was so before the nodes died.
            acknowledged = {}
            for writer in writers:
                acknowledged.update(dict(writer.acknowledged))
            test.hs("testnet", "start", "all")
            test.wait_for_commits(names, more=3)
            for name, port in zip(names, ports):
                state = state_of(test, port)
                lost = {key for key, value in acknowledged.items() if state.get(key) != value}
                test.assertEqual(lost, set(), f"round {round_number}: {name} has lost these")
            check = test.json("testnet", "check")
            test.assertTrue(check["ok"], check)
            say(f"round {round_number}: {len(acknowledged)} acknowledged, none lost, "
                f"agreed up to height {check['agreed_height']}")
    finally:
        for writer in writers:
            writer.stopping = True
        for writer in writers:
            writer.join(timeout=20)
    return sum(len(writer.acknowledged) for writer in writers)


class ByHand(EndToEnd):
    settings = None

    def runTest(self):
        total = run_rounds(self, self.settings.rounds, self.settings.nodes, self.settings.seed,
                           say=lambda text: print(text, flush=True))
        print(f"{total} acknowledged writes survived {self.settings.rounds} rounds")


def main():
    parser = argparse.ArgumentParser(description="kill all nodes at once, under load, repeatedly")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    ByHand.settings = parser.parse_args()
    binary()
    result = unittest.TextTestRunner().run(ByHand())
    raise SystemExit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
