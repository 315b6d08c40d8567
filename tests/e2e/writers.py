"""Clients of nodes that may die at any moment, which remember what was acknowledged."""

import http.client
import json
import random
import secrets
import struct
import threading
import time

COMMITTED = "/v1/transactions?wait=committed&timeout_ms=8000"
PUT = 0  # the byte of the operation in a transaction (docs: hs-protocol.7)
VALID_BLOCKS = 900


class Writer(threading.Thread):
    """Puts one key after the other and remembers those that were answered `committed`."""

    def __init__(self, number, port):
        super().__init__(daemon=True)
        self.number, self.port = number, port
        self.acknowledged = {}
        self.unknown = 0  # asked for, and no answer: may or may not be there
        self.stopping = False
        self.connection = None
        self.dice = random.Random(number)

    def run(self):
        while not self.stopping:
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                                 timeout=10)
                    self.connected()
                self.put_some()
            except (OSError, http.client.HTTPException, ValueError, KeyError):
                self.unknown += 1
                self.connection = None
                time.sleep(0.01)  # nobody listens while the node is down

    def connected(self):
        """A node answers, another one perhaps than before."""

    def draw(self):
        """A key that nobody else puts, and a value."""
        count = len(self.acknowledged) + self.unknown
        return f"w{self.number}-{count}-{self.dice.getrandbits(32):08x}", f"{count}"

    def put_some(self):
        key, value = self.draw()
        answer = self.ask("POST", COMMITTED,
                          {"operation": {"kind": "put", "key": key, "value": value}})
        if answer.get("status") == "committed":
            self.acknowledged[key] = value

    def ask(self, method, target, body=None):
        text = json.dumps(body) if body is not None else None
        self.connection.request(method, target, text, {"Content-Type": "application/json"})
        return json.loads(self.connection.getresponse().read())


class BatchWriter(Writer):
    """Does the same with many transactions at a time, encoded here."""

    def __init__(self, number, port, batch):
        super().__init__(number, port)
        self.batch = batch
        self.client, self.sequence = secrets.token_bytes(16), 0

    def connected(self):
        status = self.ask("GET", "/v1/status")
        self.chain_id = int(status["chain_id"])
        self.height = status["committed_height"] or 0

    def put_some(self):
        puts = [self.draw() for _ in range(self.batch)]
        answer = self.ask("POST", COMMITTED,
                          {"transactions": [self.encode(*put).hex() for put in puts]})
        for (key, value), result in zip(puts, answer["results"]):
            if result.get("status") == "committed":
                self.acknowledged[key] = value
                self.height = max(self.height, result["height"])
            else:
                self.unknown += 1

    def encode(self, key, value):
        self.sequence += 1
        head = struct.pack("<Q16sQQB", self.chain_id, self.client, self.sequence,
                           self.height + VALID_BLOCKS, PUT)
        return head + b"".join(struct.pack("<I", len(text)) + text.encode()
                               for text in (key, value))


class Writers:
    """Several of them, started and stopped together: `with Writers([...]) as writers`."""

    def __init__(self, writers):
        self.writers = writers

    def __enter__(self):
        for writer in self.writers:
            writer.start()
        return self

    def __exit__(self, *failure):
        for writer in self.writers:
            writer.stopping = True
        for writer in self.writers:
            writer.join(timeout=20)

    def count(self):
        return sum(len(writer.acknowledged) for writer in self.writers)

    def acknowledged(self):
        """What was committed until now, by key."""
        found = {}
        for writer in self.writers:
            found.update(dict(writer.acknowledged))
        return found


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


def assert_none_lost(test, acknowledged, name, port):
    state = state_of(test, port)
    lost = sorted(key for key, value in acknowledged.items() if state.get(key) != value)
    test.assertEqual(lost[:10], [], f"{name} has lost {len(lost)} of {len(acknowledged)}")
