#!/usr/bin/env python3
"""Measures a testnet of real processes, and the simulator, and prints JSON.

usage: tests/bench/bench.py [--hs build/release/cli/hs] [--seconds 10] [--rounds 3] > figures.json

Run by hand on a quiet machine: it says how busy others kept the processors meanwhile. Each figure
is the median over the rounds, with the smallest and the largest. What was synced to disk is part
of each scenario's name. Progress goes to standard error.
"""

import argparse
import http.client
import json
import os
import platform
import secrets
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")


def say(text):
    print(text, file=sys.stderr, flush=True)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def percentiles(waits):
    return {f"p{share}_ms": percentile(waits, share / 100) for share in (50, 90, 99)}


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def busy_ticks():
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(word) for word in stat.readline().split()[1:]]
    return sum(fields) - fields[3] - fields[4]  # all but idle and iowait


def process_ticks(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Testnet:
    """Four nodes of their own state folder, brought up and taken down."""

    def __init__(self, hs, folder, base_port, sync):
        self.hs, self.folder, self.base_port = hs, folder, base_port
        self.environment = dict(os.environ, XDG_STATE_HOME=folder, NO_COLOR="1")
        self.up_text = self.run("testnet", "up", "bench", "-d", "-n", "4", "--base-port",
                                str(base_port)).stderr
        if not sync:
            self.run("testnet", "down", "bench")
            for node in range(4):
                path = os.path.join(folder, f"hs/testnets/bench/n{node}/node.yaml")
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                if "sync: always" not in text:
                    raise SystemExit(f"{path} does not say sync: always")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text.replace("sync: always", "sync: never"))
            self.run("testnet", "up", "bench", "-d")
        status = json.loads(self.run("testnet", "status", "bench", "--json").stdout)
        self.pids = [node["pid"] for node in status["nodes"]]
        chain = json.loads(self.run("chain", "status", "--node", "n0", "--json").stdout)
        self.chain_id = int(chain["chain_id"])

    def run(self, *words):
        done = subprocess.run([self.hs, *words], env=self.environment, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"hs {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
        return done

    def down(self):
        self.run("testnet", "down", "bench")

    def connection(self, node):
        return http.client.HTTPConnection("127.0.0.1", self.base_port + 10 * node + 1, timeout=60)

    def status(self, node=0):
        connection = self.connection(node)
        connection.request("GET", "/v1/status")
        return json.loads(connection.getresponse().read())

    def cpu_ticks(self):
        return sum(process_ticks(pid) for pid in self.pids)


class Client:
    """Transactions of one client id, 128 bytes each once encoded."""

    def __init__(self, testnet, node, height):
        self.testnet, self.connection = testnet, testnet.connection(node)
        self.client, self.sequence = secrets.token_bytes(16), 0
        self.valid_until = height + 900

    def transaction(self):
        key = b"%08d" % (self.sequence % 1000)
        fixed = 8 + 16 + 8 + 8 + 1 + 4 + len(key) + 4
        value = bytes(128 - fixed)
        self.sequence += 1
        head = struct.pack("<Q16sQQB", self.testnet.chain_id, self.client, self.sequence,
                           self.valid_until, 0)
        return (head + struct.pack("<I", len(key)) + key
                + struct.pack("<I", len(value)) + value)

    def post(self, count):
        """Submits `count` transactions and waits until they are committed; the wait in ms."""
        if count == 1:
            body = {"transaction": self.transaction().hex()}
        else:
            body = {"transactions": [self.transaction().hex() for _ in range(count)]}
        begin = time.perf_counter()
        self.connection.request("POST", "/v1/transactions?wait=committed", json.dumps(body),
                                {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"HTTP {answer.status}: {text[:200]!r}")
        wait = (time.perf_counter() - begin) * 1000
        result = json.loads(text)
        for one in result["results"] if count > 1 else [result]:
            if one["status"] != "committed":
                raise RuntimeError(f"a transaction is {one['status']}: {one}")
            self.valid_until = max(self.valid_until, one["height"] + 900)
        return wait


def idle_latency(testnet, samples):
    """One transaction at a time on an idle chain, whichever node is asked."""
    height = testnet.status()["committed_height"] or 0
    clients = [Client(testnet, node, height) for node in range(4)]
    waits = []
    for i in range(samples):
        time.sleep(0.05 + 0.013 * (i % 7))
        waits.append(clients[i % 4].post(1))
    return percentiles(waits)


def closed_loop(testnet, clients, batch, seconds):
    """Each client sends its next batch when the last one is committed."""
    before = testnet.status()
    height = before["committed_height"] or 0
    waits, done, failures, stop = [], [0], [], time.monotonic() + seconds
    lock = threading.Lock()

    def work(number):
        try:
            client = Client(testnet, number % 4, height)
            while time.monotonic() < stop:
                wait = client.post(batch)
                with lock:
                    waits.append(wait)
                    done[0] += batch
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            with lock:
                failures.append(error)

    cpu, busy, begin = testnet.cpu_ticks(), busy_ticks(), time.monotonic()
    own = os.times()
    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} of {clients} clients failed: {failures[0]}")
    elapsed = time.monotonic() - begin
    nodes = testnet.cpu_ticks() - cpu
    after = testnet.status()
    now = os.times()
    client_ticks = (now.user + now.system - own.user - own.system) * TICKS
    views = after["view"] - before["view"]
    foreign = max(0, busy_ticks() - busy - nodes - client_ticks)
    return {
        "tx_per_second": done[0] / elapsed,
        "views_per_second": views / elapsed,
        "cpu_ms_per_view": 1000 * nodes / TICKS / max(1, views),
        **percentiles(waits),
        "foreign_cpu_share": foreign / TICKS / elapsed / os.cpu_count(),
    }


def idle_cost(testnet, seconds):
    time.sleep(2)
    cpu = testnet.cpu_ticks()
    time.sleep(seconds)
    return {
        "cpu_share_of_a_core_per_node": (testnet.cpu_ticks() - cpu) / TICKS / seconds / 4,
        "resident_mib_max": max(resident_bytes(pid) for pid in testnet.pids) / 2**20,
    }


def first_commit(testnet):
    for line in testnet.up_text.splitlines():
        if line.startswith("commits"):
            return {"first_commit_on_all_ms": float(line.split("after ")[1].split()[0])}
    raise SystemExit("`testnet up` did not say when all nodes had committed")


def simulator(hs):
    done = subprocess.run([hs, "sim", "run", "--seed", "1", "--nodes", "4", "--views", "20000",
                           "--profile", "calm", "--json"],
                          capture_output=True, text=True, check=True)
    return {"views_per_second_per_core": json.loads(done.stdout)["views_per_second_per_core"]}


def merge(rounds):
    return {name: spread([one[name] for one in rounds]) for name in rounds[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hs", default="build/release/cli/hs")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--base-port", type=int, default=26000)
    options = parser.parse_args()
    hs = os.path.abspath(options.hs)
    scenarios = {
        "1 client, one transaction at a time": (1, 1),
        "64 clients, one transaction at a time": (64, 1),
        "4 clients, 500 transactions at a time": (4, 500),
    }
    found = {}
    for number in range(options.rounds):
        for sync in (True, False):
            name = "synced" if sync else "not synced"
            with tempfile.TemporaryDirectory() as folder:
                testnet = Testnet(hs, folder, options.base_port, sync)
                try:
                    if sync:
                        found.setdefault("up, n = 4", []).append(first_commit(testnet))
                        found.setdefault("idle", []).append(idle_cost(testnet, options.seconds))
                    found.setdefault(f"idle chain, one transaction ({name})", []).append(
                        idle_latency(testnet, 100))
                    for scenario, (clients, batch) in scenarios.items():
                        say(f"round {number + 1}: {scenario}, {name}")
                        found.setdefault(f"{scenario} ({name})", []).append(
                            closed_loop(testnet, clients, batch, options.seconds))
                finally:
                    testnet.down()
        say(f"round {number + 1}: simulator")
        found.setdefault("simulator, n = 4, calm", []).append(simulator(hs))
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        models = [line.split(": ")[1].strip() for line in cpuinfo if line.startswith("model name")]
    print(json.dumps({
        "schema": "hs.bench/v1",
        "machine": {"processors": os.cpu_count(), "model": models[0] if models else "unknown",
                    "kernel": platform.release()},
        "rounds": options.rounds,
        "seconds": options.seconds,
        "figures": {name: merge(rounds) for name, rounds in found.items()},
    }, indent=2))


if __name__ == "__main__":
    main()
