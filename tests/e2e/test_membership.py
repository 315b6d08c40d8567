"""Nodes join and leave a network that runs: validators, listeners, and what is refused."""

import itertools
import json
import socket
import threading
import time
import urllib.request

from harness import EndToEnd, main, wait_until
from writers import Writer, state_of

# Nothing fails, so commits go on: how long an update may hold them up, and how often to try for one
# in which every node is in time for its view, as it may not be on a machine with too much to do.
PAUSE_VIEWS_MAX = 6
CALM_UPDATES, UPDATES_MAX = 4, 24

STRANGER = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


class Commits(threading.Thread):
    """The longest time in which no node committed anything."""

    def __init__(self, ports_of):
        super().__init__(daemon=True)
        self.heights, self.longest_gap, self.height = ports_of, 0.0, -1
        self.stopping = False

    def run(self):
        last = time.monotonic()
        while not self.stopping:
            height = max((h for h in self.heights() if h is not None), default=-1)
            now = time.monotonic()
            if height > self.height:
                self.height, last = height, now
            self.longest_gap = max(self.longest_gap, now - last)
            time.sleep(0.05)


class Membership(EndToEnd):
    def members(self):
        """Names in the committed set; None while an update is not decided."""
        answer = self.json("validators", "list")
        # A node that has just started does not know the names of those that were added.
        names = sorted(str(member["name"]) for member in answer["validators"])
        return names if answer["update_decided"] else None

    def wait_for_members(self, expected):
        """The node that is asked may be the one that was killed, and still be catching up."""
        wait_until(lambda: self.members() == expected, f"the set is {expected}")

    def names(self):
        return [node["name"] for node in self.status()["nodes"]]

    def height_at(self, port):
        try:
            return self.rpc_at(port, "/v1/status", timeout=2)["committed_height"]
        except (OSError, ValueError):
            return None

    def assert_sound(self):
        check = self.json("testnet", "check", "--within", "30s")
        self.assertTrue(check["ok"], check)
        self.assertGreater(check["certificates"], 0)

    def kill_in_the_middle(self, process, victim, begun):
        """Kills a node as soon as begun() is true, starts it again, and lets the command end."""
        wait_until(lambda: begun() or process.poll() is not None, "the command gets under way")
        # The leader changes with every view: the one that was killed is started again.
        killed = self.json("testnet", "kill", victim)["nodes"][0]["name"]
        self.hs("testnet", "start", killed)
        out, err = process.communicate(timeout=180)
        self.assertEqual(process.returncode, 0, f"{out}\n{err}")
        return out

    def join(self, name, victim, expected):
        adding = self.start("testnet", "add", "--timeout", "120s")

        def follows():
            # It has said that it is ready: one that ends before is taken back.
            return name in self.names() and self.node(name)["committed_height"] is not None

        out = self.kill_in_the_middle(adding, victim, follows)
        self.assertIn(f"{name} is a validator", out)
        self.wait_for_members(expected)
        wait_until(lambda: self.node(name)["role"] == "validator", f"{name} has a vote")
        self.wait_for_commits(expected, more=2)
        self.assert_sound()

    def leave(self, name, victim, expected):
        before = self.json("validators", "list")["update_height"]
        removing = self.start("testnet", "remove", name, "--timeout", "120s")
        update = lambda: self.json("validators", "list")["update_height"] != before
        out = self.kill_in_the_middle(removing, victim, update)
        self.assertIn(f"{name} is removed", out)
        self.wait_for_members(expected)
        self.assertNotIn(name, self.names())
        self.wait_for_commits(expected, more=2)
        self.assert_sound()

    def test_four_grow_to_seven_and_shrink_to_four_under_load_with_crashes(self):
        self.up("-n", "4")
        ports = [self.base_port + 10 * i + 1 for i in range(4)]
        writers = [Writer(i, ports[i % 4]) for i in range(4)]
        commits = Commits(lambda: [self.height_at(port) for port in ports])
        for thread in [*writers, commits]:
            thread.start()
        try:
            self.join("n4", "n1", ["n0", "n1", "n2", "n3", "n4"])
            self.join("n5", "leader", ["n0", "n1", "n2", "n3", "n4", "n5"])
            self.join("n6", "n6", ["n0", "n1", "n2", "n3", "n4", "n5", "n6"])
            grown = sum(len(writer.acknowledged) for writer in writers)
            self.leave("n4", "n2", ["n0", "n1", "n2", "n3", "n5", "n6"])
            self.leave("n0", "n6", ["n1", "n2", "n3", "n5", "n6"])
            self.leave("n5", "n3", ["n1", "n2", "n3", "n6"])
        finally:
            for thread in [*writers, commits]:
                thread.stopping = True
            for thread in [*writers, commits]:
                thread.join(timeout=20)
        acknowledged = {}
        for writer in writers:
            acknowledged.update(writer.acknowledged)
        print(f"{len(acknowledged)} acknowledged, {grown} of them while it grew; "
              f"longest time without a commit {commits.longest_gap:.1f} s")
        self.assertGreater(len(acknowledged), grown)
        # What was acknowledged is on every node, and survives with the members that are left.
        self.hs("testnet", "down")
        self.hs("testnet", "up", "demo", "-d")
        self.assertEqual(self.names(), ["n1", "n2", "n3", "n6"])
        self.wait_for_members(["n1", "n2", "n3", "n6"])
        self.wait_for_commits(["n1", "n2", "n3", "n6"], more=2)
        for name in self.names():
            state = state_of(self, int(self.node(name)["rpc"].split(":")[1]))
            lost = {key for key, value in acknowledged.items() if state.get(key) != value}
            self.assertEqual(lost, set(), f"{name} has lost these")
        self.assert_sound()

    def test_a_listener_follows_serves_and_goes_without_a_vote(self):
        self.up("-n", "4")
        added = self.json("testnet", "add", "--listener")
        self.assertEqual(added["schema"], "hs.testnet_add/v1")
        self.assertEqual((added["role"], added["change"]), ("listener", None))
        self.assertEqual(self.node("n4")["role"], "listener")
        self.assertEqual(self.members(), ["n0", "n1", "n2", "n3"])
        self.hs("tx", "put", "hello", "world", "--node", "n4")
        self.assertEqual(self.json("state", "get", "hello", "--node", "n4")["value"], "world")
        self.hs("testnet", "down")
        self.hs("testnet", "up", "demo", "-d")
        self.assertEqual(self.node("n4")["role"], "listener")
        # Four of the five vote, so one of them may fail and the listener does not count.
        self.hs("testnet", "kill", "n4,n3")
        self.assert_sound()
        self.hs("testnet", "start", "n3,n4")

        # It becomes a validator and a listener by the commands of the set, without a restart.
        key = added["node"]["public_key"]
        pid = self.node("n4")["pid"]
        change = self.json("validators", "set", key, "2")
        self.assertEqual((change["schema"], change["status"]), ("hs.set_change/v1", "decided"))
        self.assertEqual(self.json("validators", "list")["total_power"], 6)
        wait_until(lambda: self.node("n4")["role"] == "validator", "n4 has a vote")
        self.assertIn("hs_is_validator 1", self.metrics("n4"))
        at = str(change["height"] - 1)
        self.assertEqual(self.json("validators", "list", "--at", at)["total_power"], 4)
        self.assertIn("decided after", self.hs("validators", "remove", key).out)
        wait_until(lambda: self.node("n4")["role"] == "listener", "n4 has no vote")
        self.assertEqual(self.node("n4")["pid"], pid)
        self.assertIn("set_validator", self.hs("block", "get", str(change["height"])).out)
        self.assert_sound()

        removed = self.json("testnet", "remove", "n4")
        self.assertEqual((removed["schema"], removed["change"]), ("hs.testnet_remove/v1", None))
        self.assertTrue((self.folder_of() / "n4" / "safety").is_dir())
        # A number is given once, as the votes of the old node are not forgotten; one whose ports
        # are taken is passed over.
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.base_port + 51))
            taken.listen()
            self.assertEqual(self.json("testnet", "add", "--listener")["node"]["name"], "n6")
        self.hs("testnet", "kill", "n6")
        self.hs("testnet", "remove", "n6")
        self.assertEqual(self.names(), ["n0", "n1", "n2", "n3"])

    def metrics(self, node):
        with urllib.request.urlopen(f"http://{self.node(node)['rpc']}/metrics", timeout=10) as page:
            return page.read().decode()

    def view_timeouts(self):
        name = "hs_view_timeouts_total "
        return sum(int(line.removeprefix(name)) for node in self.names()
                   for line in self.metrics(node).splitlines() if line.startswith(name))

    def pause_of(self, *change):
        """The most views that n0 entered from one commit to the next around this change."""
        follower = self.start("events", "-f", "--node", "n0", "--json",
                              "--type", "StartView,CommitBlock")
        lines = [follower.stdout.readline()]  # it follows
        height = self.json("validators", *change)["height"]
        pause, view, view_of_commit = 0, None, None
        while True:
            event = json.loads(lines.pop() if lines else follower.stdout.readline())
            if event["event"] == "StartView":
                view = event["view"]
            elif view is not None:
                view_of_commit = view
                if event["height"] >= height + 3:
                    break
            if view_of_commit is not None:
                pause = max(pause, view - view_of_commit)
        follower.kill()
        return pause

    def test_commits_pause_for_six_views_at_most_while_the_set_changes(self):
        self.up("-n", "4")
        self.hs("testnet", "add", "--listener")
        self.hs("testnet", "add", "--listener")
        changes = itertools.cycle([("set", "n4", "1"), ("set", "n5", "3"), ("set", "n4", "2"),
                                   ("remove", "n1"), ("set", "n1", "1"), ("remove", "n5"),
                                   ("remove", "n4")])
        writer = Writer(0, self.base_port + 1)
        writer.start()
        calm = []
        try:
            for _, change in zip(range(UPDATES_MAX), changes):
                before = self.view_timeouts()
                pause = self.pause_of(*change)
                if self.view_timeouts() > before:
                    continue
                calm.append((change, pause))
                if len(calm) == CALM_UPDATES:
                    break
        finally:
            writer.stopping = True
            writer.join(timeout=20)
        self.assertEqual(len(calm), CALM_UPDATES, "in no other update every view was in time")
        for change, pause in calm:
            self.assertLessEqual(pause, PAUSE_VIEWS_MAX, change)
            self.assertGreaterEqual(pause, 3, change)  # an update does take its phases

    def test_what_cannot_be_is_refused_with_its_reason(self):
        self.up("-n", "1")
        own = self.json("validators", "list")["validators"][0]["public_key"]
        refused = lambda *arguments, code: self.error("validators", *arguments, code=code)["code"]
        self.assertEqual(refused("remove", STRANGER, code=3), "transaction_unknown_validator")
        self.assertEqual(refused("remove", own, code=2), "transaction_unusable_set")
        self.assertEqual(refused("set", own, "1", code=2), "transaction_unchanged")
        self.assertEqual(refused("set", STRANGER, "0", code=2), "transaction_unusable_set")
        self.assertEqual(refused("set", STRANGER, str(2**53), code=2), "transaction_unusable_set")
        self.assertEqual(refused("set", "abcd", "1", code=2), "bad_value")
        self.assertEqual(refused("set", "n0", "1", code=2), "transaction_unchanged")
        self.assertEqual(refused("set", "n1", "1", code=2), "bad_value")
        self.assertEqual(refused("set", STRANGER, "-1", code=2), "bad_value")
        other = self.folder / "other.key.yaml"
        self.hs("keys", "generate", "--unencrypted", "--out", other)
        self.assertEqual(refused("set", STRANGER, "1", "--authority-key", other, code=2),
                         "transaction_unauthorised")
        self.assertEqual(refused("set", STRANGER, "1", "--rpc", self.node("n0")["rpc"], code=2),
                         "usage")
        for power, code in (("0", "usage"), (str(2**53), "usage"),
                            (str(2**53 - 1), "transaction_unusable_set")):
            self.assertEqual(self.error("testnet", "add", "--power", power, code=2)["code"], code)
        self.assertEqual(self.names(), ["n0"])
        self.assertFalse((self.folder_of() / "n1").exists())
        self.assertEqual(self.error("testnet", "remove", "n0", code=2)["code"], "last_node")
        self.assertEqual(self.error("testnet", "remove", "n9", code=3)["code"], "unknown_node")
        self.hs("testnet", "add", "--listener")
        self.assertEqual(self.error("testnet", "remove", "n0", code=2)["code"], "last_validator")
        # Nobody has this key, and it has most of the power: committed by the old set, and never
        # decided by the new one.
        late = self.error("validators", "set", STRANGER, "9", "--timeout", "3s", code=5)
        self.assertEqual(late["code"], "timed_out")
        self.assertFalse(self.json("validators", "list")["update_decided"])
        self.assertEqual(refused("remove", STRANGER, code=6), "transaction_update_undecided")
        before = self.names()
        self.assertEqual(self.error("testnet", "add", code=6)["code"],
                         "transaction_update_undecided")
        self.assertEqual(self.names(), before)
        self.hs("testnet", "down")
        self.assertEqual(self.error("testnet", "add", code=4)["code"], "not_running")
        self.assertEqual(self.error("testnet", "remove", "n1", code=4)["code"], "not_running")


if __name__ == "__main__":
    main()
