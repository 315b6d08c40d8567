"""Faults of many kinds at a time on a real network under load, drawn from a seed.

A round draws at most f victims and a few faults for them, and some that everybody must bear. While
all of them hold, the others must commit. Then they end, in another order, and within the patience
of the harness all nodes must commit again, have everything that was ever acknowledged, and agree.
Some rounds end all nodes at once instead.

As a test with few rounds: test_nemesis.py. By hand, with as many as you like:
HS_BINARY=build/release/cli/hs python3 tests/e2e/nemesis.py --rounds 20 --seed 1
"""

import argparse
import json
import random
import sys
import time
import unittest

import fault_kinds
from harness import EndToEnd, binary, wait_until
from writers import BatchWriter, Writer, Writers, assert_none_lost

NODES, FAULTY_MAX = 7, 2
VIEW_TIMEOUT = "300ms"
BATCH = 10
OF_ALL_EVERY = 5  # rounds
ALIVE = ("starting", "running", "paused")


class Nemesis:
    def __init__(self, test, seed, say):
        self.test, self.dice, self.say = test, random.Random(seed), say
        self.names = [f"n{i}" for i in range(NODES)]
        self.traitor = self.names[-1]  # the one that breaks rules: nobody asks it
        self.rotten = set()  # whose database we have spoilt
        self.bad_answers = []
        self.faults = 0
        self.seen = set()

    # ---- what kinds need ----

    def port(self, node):
        return self.test.base_port + 10 * self.names.index(node)

    def home(self, node):
        return self.test.folder_of() / node

    def wait_until_dead(self, node):
        wait_until(lambda: self.test.node(node)["state"] not in ALIVE, f"{node} is dead")

    def wait_until_all_dead(self):
        wait_until(lambda: all(node["state"] not in ALIVE for node in self.test.status()["nodes"]),
                   "all nodes are dead")

    def reset(self, node):
        self.test.hs("node", "reset", "--data", "--yes", "--home", self.home(node))
        self.rotten.discard(node)

    def see_answer(self, status):
        """Of a bad request; called from threads of faults."""
        if status >= 500 and status != 503:
            self.bad_answers.append(status)

    # ---- rounds ----

    def draw(self):
        """The faults of a round, in the order in which they begin."""
        victims = self.dice.sample(self.names, FAULTY_MAX)
        drawn = []
        for victim in victims:
            kinds = list(fault_kinds.OF_VICTIMS)
            if victim == self.traitor:
                kinds += [fault_kinds.Byzantine] * 6
            drawn += [(kind, victim) for kind in self.dice.sample(kinds, self.dice.choice((1, 2)))]
        # Two votes for a victim would make more than f of the power faulty.
        others = [name for name in self.names[:-1] if name not in victims]
        drawn += [(kind, self.dice.choice(others))
                  for kind in self.dice.sample(fault_kinds.OF_ANYBODY, 2)]
        self.dice.shuffle(drawn)
        return victims, [kind(self, node, self.more_dice()) for kind, node in drawn]

    def more_dice(self):
        """Of one fault, so that what it draws from a thread changes nothing else."""
        return random.Random(self.dice.random())

    def names_of(self, faults):
        self.faults += len(faults)
        self.seen |= {type(fault).__name__ for fault in faults}
        return ", ".join(f"{type(fault).__name__} {fault.node}" for fault in faults)

    def some_at_a_time(self):
        victims, faults = self.draw()
        said = self.names_of(faults)
        for fault in faults:
            fault.begin()
            time.sleep(self.dice.uniform(0, 0.4))
        others = [name for name in self.names if name not in victims]
        self.test.wait_for_commits(others, more=2)
        self.dice.shuffle(faults)
        for fault in faults:
            fault.end()
            time.sleep(self.dice.uniform(0, 0.3))
        return said

    def all_at_once(self):
        kind = self.dice.choice(fault_kinds.OF_ALL)
        borne = [kind(self, self.dice.choice(self.names[:-1]), self.more_dice())
                 for kind in self.dice.sample(fault_kinds.OF_ANYBODY, 2)]
        end = kind(self, "all", self.dice)
        said = self.names_of([*borne, end])
        for fault in [*borne, end]:
            fault.begin()
            time.sleep(self.dice.uniform(0, 0.4))
        for fault in borne:
            fault.end()
        return said

    def heal(self):
        """Starts what does not run; what cannot read its data any more fetches the chain anew."""
        def down():
            return [node["name"] for node in self.test.status()["nodes"]
                    if node["state"] not in ALIVE]

        for node in down():
            self.test.hs("testnet", "start", node, code=None)
        for node in down():
            lines = self.test.hs("testnet", "logs", node, "--lines", 20).out
            self.test.assertIn(node, self.rotten, f"it does not start:\n{lines}")
            self.reset(node)
            self.test.hs("testnet", "start", node)
        wait_until(self.has_one_vote_each, "every node has one vote")

    def has_one_vote_each(self):
        """What a node was told while it could not hear, or while another change was not decided, is
        told again."""
        answer = self.test.json("validators", "list")
        wrong = [member for member in answer["validators"] if int(member["power"]) != 1]
        if answer["update_decided"] and wrong:
            self.test.hs("validators", "set", wrong[0]["public_key"], 1, "--wait", "none",
                         code=None)
        return answer["update_decided"] and not wrong

    def verify(self, acknowledged):
        self.test.wait_for_commits(self.names, more=3)
        for name in self.names:
            assert_none_lost(self.test, acknowledged, name, self.port(name) + 1)
        check = self.test.json("testnet", "check", "--within", "60s")
        self.test.assertTrue(check["ok"], check)
        self.test.assertEqual(self.bad_answers, [])
        return check["agreed_height"]

    def run(self, rounds):
        self.test.up("-n", NODES, "--param", f"view_timeout={VIEW_TIMEOUT}")
        honest = self.names[:-1]
        writers = Writers(
            [Writer(i, self.port(name) + 1) for i, name in enumerate(honest)]
            + [BatchWriter(NODES + i, self.port(name) + 1, BATCH) for i, name in enumerate(honest)])
        with writers:
            for number in range(1, rounds + 1):
                is_for_all = number % OF_ALL_EVERY == 0
                said = self.all_at_once() if is_for_all else self.some_at_a_time()
                self.heal()
                acknowledged = writers.acknowledged()
                height = self.verify(acknowledged)
                self.say(f"round {number}: {said}: {len(acknowledged)} acknowledged, none lost, "
                         f"agreed up to height {height}")
        return writers.count()


class ByHand(EndToEnd):
    settings = None

    def runTest(self):
        nemesis = Nemesis(self, self.settings.seed,
                          lambda text: print(text, file=sys.stderr, flush=True))
        operations = nemesis.run(self.settings.rounds)
        print(json.dumps({"rounds": self.settings.rounds, "faults": nemesis.faults,
                          "kinds": sorted(nemesis.seen), "operations": operations}))


def main():
    parser = argparse.ArgumentParser(description="faults of many kinds at a time on a real "
                                                 "network; prints what was done as JSON")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    ByHand.settings = parser.parse_args()
    binary()
    result = unittest.TextTestRunner().run(ByHand())
    raise SystemExit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
