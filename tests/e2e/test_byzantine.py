"""Nodes that break the rules on purpose, beside three that keep them."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import threading

from harness import EndToEnd, main, wait_until

HONEST = ["n0", "n1", "n2"]
GROWTH_MAX = 16 << 20  # resident bytes of a node, over the whole test


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Load:
    """Puts values at the honest nodes until it is stopped."""

    def __init__(self, test):
        self.test, self.sent, self.stopped = test, 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stopped.is_set():
            node = HONEST[self.sent % len(HONEST)]
            # It may be the node that is stopped just now.
            self.test.hs("tx", "put", f"load{self.sent % 50}", str(self.sent), "--node", node,
                         "--wait", "none", code=None)
            self.sent += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.stopped.set()
        self.thread.join()


class Faulty(EndToEnd):
    def apply(self, *arguments, **options):
        return self.hs("testnet", "fault", "apply", "byzantine", *arguments, **options)

    def faults(self):
        return self.json("testnet", "fault", "list")["faults"]


class OneOfFour(Faulty):
    def metric(self, node, name):
        port = int(self.node(node)["rpc"].split(":")[1])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        return sum(float(value) for value in
                   re.findall(rf"^hs_{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE))

    def undecodable_frames(self):
        return sum(self.metric(node, "frames_undecodable_total") for node in HONEST)

    def forgeries(self):
        """What honest nodes say of certificates that nobody signed."""
        return [line for node in HONEST for line in
                self.hs("testnet", "logs", node, "--lines", 1_000_000, "--grep",
                        "a signature does not verify").out.splitlines()]

    def evidence(self):
        """Pairs of conflicting votes that honest nodes hold."""
        return [pair for node in HONEST
                for pair in self.json("chain", "evidence", "--node", node)["evidence"]]

    def is_unharmed(self, before):
        nodes = {node["name"]: node for node in self.status()["nodes"]}
        for name, (pid, size) in before.items():
            self.assertEqual((nodes[name]["pid"], nodes[name]["state"]), (pid, "running"))
            self.assertLess(resident_bytes(pid) - size, GROWTH_MAX, name)

    def goes_on_beside(self, strategy):
        """The honest ones commit what they are given and agree, whatever the other one does."""
        self.apply(strategy, "n3")
        self.assertEqual(self.node("n3")["byzantine"], strategy)
        self.wait_for_commits(HONEST, more=12)
        self.hs("tx", "put", "last", strategy, "--node", "n1")
        report = self.json("testnet", "check")
        self.assertTrue(report["ok"], report)
        self.assertIn(f"n3 is told to misbehave and is not asked: {strategy}", report["notes"])

    def test_each_strategy_under_load(self):
        self.up("--param", "view_timeout=300ms")
        before = {node["name"]: (node["pid"], resident_bytes(node["pid"]))
                  for node in self.status()["nodes"]}
        with Load(self) as load:
            self.goes_on_beside("double-vote")
            wait_until(self.evidence, "an honest node holds two votes of n3")
            self.goes_on_beside("equivocate")
            self.goes_on_beside("withhold-vote")
            self.assertEqual(self.forgeries(), [])
            self.goes_on_beside("future-spam")
            wait_until(self.forgeries, "an honest node refuses certificates of views to come")
            self.assertEqual(self.undecodable_frames(), 0)
            self.goes_on_beside("garbage")
            wait_until(self.undecodable_frames, "an honest node gets bytes that are no message")
            self.is_unharmed(before)
            sent = load.sent
        self.assertGreater(sent, 50)
        for pair in self.evidence():
            self.assertEqual(pair["name"], "n3")
            self.assertEqual(pair["first"]["view"], pair["second"]["view"])
            votes = [(pair[vote]["block"], pair[vote]["phase"]) for vote in ("first", "second")]
            self.assertNotEqual(*votes)
        self.hs("testnet", "fault", "clear")
        self.wait_for_commits(HONEST + ["n3"])
        report = self.json("testnet", "check")
        self.assertIn("n3 voted twice, as it was told to", report["notes"])
        self.is_unharmed(before)

    def test_who_comes_back_catches_up_beside_a_lying_server(self):
        self.up("--param", "view_timeout=300ms")
        with Load(self):
            self.apply("lying-sync", "n3")
            self.hs("testnet", "stop", "n2")
            self.wait_for_commits(["n0", "n1"], more=15)
            self.hs("testnet", "start", "n2")
            self.wait_for_commits(HONEST, more=8)
            report = self.json("testnet", "check")
        self.assertTrue(report["ok"], report)


class Orders(Faulty):
    def home(self, node):
        return self.folder_of() / node

    def test_an_order_lasts_until_it_is_taken_back_and_its_mark_for_ever(self):
        self.up()
        self.assertEqual(self.faults(), [])
        self.apply("withhold-vote,stale", "n3")
        told = {"kind": "byzantine", "node": "n3", "strategies": "withhold-vote,stale",
                "now": True}
        self.assertEqual(self.faults(), [told])
        self.assertIn("withhold-vote,stale", self.hs("testnet", "status").out)
        status = self.json("node", "status", "--home", self.home("n3"))
        self.assertEqual(status["byzantine"], "withhold-vote,stale")
        self.hs("testnet", "kill", "n3")
        self.assertEqual(self.faults(), [{**told, "now": False}])
        self.hs("testnet", "start", "n3")
        self.assertEqual(self.faults(), [told])
        self.assertIn("misbehaves on purpose", self.hs("testnet", "logs", "n3").out)

        self.hs("testnet", "fault", "clear", "n0")
        self.assertEqual(self.faults(), [told])
        self.hs("testnet", "fault", "clear")
        self.assertEqual(self.faults(), [])
        self.hs("testnet", "stop", "n3")
        self.hs("node", "reset", "--data", "--yes", "--home", self.home("n3"))
        self.hs("testnet", "start", "n3")
        node = self.node("n3")
        self.assertIsNone(node["byzantine"])
        self.assertEqual(node["misbehaved"], ["withhold-vote", "stale"])
        self.assertEqual(self.node("n2")["misbehaved"], [])
        events = [json.loads(line) for line in
                  (self.folder_of() / "events.jsonl").read_text().splitlines()]
        orders = [event["strategies"] for event in events if event["event"] == "byzantine"]
        self.assertEqual(orders, ["withhold-vote,stale", "none"])

    def test_an_order_for_a_time_or_from_a_view(self):
        self.up()
        self.apply("silent", "n3", "--for", "300ms")
        self.assertEqual(self.node("n3")["byzantine"], "silent")
        wait_until(lambda: self.node("n3")["byzantine"] is None, "n3 is honest again")
        view = self.node("n3")["view"] + 8
        self.apply("silent", "n3", "--at", f"view={view}")
        wait_until(lambda: self.node("n3")["byzantine"] == "silent", "n3 is silent")
        self.assertGreaterEqual(self.node("n3")["view"], view)
        # Neither is kept.
        self.hs("testnet", "restart", "n3")
        self.assertEqual(self.faults(), [])
        self.hs("testnet", "stop", "n3")
        error = self.error("testnet", "fault", "apply", "byzantine", "silent", "n3", "--for", "1s",
                           code=4)
        self.assertEqual(error["code"], "not_running")
        self.assertEqual(self.faults(), [])

    def test_a_node_that_cannot_note_an_order_stays_honest_and_says_why(self):
        self.up()
        mark = pathlib.Path(self.node("n3")["home"]) / "safety" / "misbehaved"
        blocked = mark.with_name("misbehaved.new")
        blocked.mkdir()  # where the note is written first
        error = self.error("testnet", "fault", "apply", "byzantine", "stale", "n3", code=1)
        self.assertEqual(error["code"], "io")
        self.assertIn("File exists", error["message"])
        self.assertIsNone(self.node("n3")["byzantine"])
        self.assertEqual(self.faults(), [])

    def test_to_be_honest_again_takes_no_note(self):
        self.up()
        self.apply("stale", "n3")
        mark = pathlib.Path(self.node("n3")["home"]) / "safety" / "misbehaved"
        kept = mark.rename(mark.with_name("kept"))
        mark.mkdir()
        self.apply("none", "n3")
        mark.rmdir()
        kept.rename(mark)
        self.assertIsNone(self.node("n3")["byzantine"])

    def test_a_home_that_cannot_be_read_does_not_hide_the_other_nodes(self):
        self.up()
        (pathlib.Path(self.node("n3")["home"]) / "safety" / "misbehaved").mkdir()
        nodes = {node["name"]: node for node in self.json("testnet", "status")["nodes"]}
        self.assertIn("Is a directory", nodes["n3"]["home_error"])
        self.assertIsNone(nodes["n0"]["home_error"])
        self.assertIsNotNone(nodes["n0"]["committed_height"])
        self.assertIn("the home of n3 cannot be read: ", self.hs("testnet", "status").err)
        report = self.json("testnet", "check", code=10)
        self.assertIn("bad_home", [problem["code"] for problem in report["problems"]])

    def test_a_node_that_does_not_run_is_told_when_it_starts(self):
        self.up()
        self.hs("testnet", "stop", "n3")
        self.assertIn("noted for its next start", self.apply("selective", "n3").err)
        self.assertEqual(self.node("n3")["misbehaved"], [])
        self.hs("testnet", "start", "n3")
        self.assertEqual(self.node("n3")["byzantine"], "selective")
        self.apply("none", "n3")
        self.assertEqual(self.faults(), [])

    def test_more_than_f_are_warned_of_and_not_refused(self):
        self.up()
        self.assertNotIn("warning", self.apply("silent", "n3").err)
        self.assertIn("warning: 2 of 4 are told to misbehave, f = 1: expect no progress",
                      self.apply("silent", "n2").err)
        self.assertEqual(self.error("testnet", "check", code=10)["code"], "no_quorum")
        self.hs("testnet", "fault", "clear")
        self.wait_for_commits(HONEST + ["n3"])

    def test_a_net_that_cannot_commit_says_so_when_it_starts(self):
        self.up()
        self.apply("silent", "n2,n3")
        self.hs("testnet", "down")
        stuck = self.up("--timeout", "3s", code=5)
        self.assertIn("warning: 2 of 4 are told to misbehave, f = 1: expect no progress; "
                      "`hs testnet fault clear`", stuck.err)
        self.hs("testnet", "fault", "clear")
        self.assertNotIn("warning", self.up().err)

    def test_what_is_no_strategy_is_refused(self):
        self.up()
        for strategies in ("honest", "silent,", "silent,silent", "sient", ""):
            self.error("testnet", "fault", "apply", "byzantine", strategies, "n3", code=2)
        self.error("testnet", "fault", "apply", "byzantine", "silent", "n9", code=3)
        self.error("testnet", "fault", "apply", "byzantine", "silent", "n3", "--at", "5", code=2)
        self.assertEqual(self.faults(), [])


class RealChain(EndToEnd):
    """A chain whose genesis is no test genesis: one validator, run by hand."""

    def setUp(self):
        super().setUp()
        self.home = self.folder / "n0"
        key, genesis = self.folder / "n0.key.yaml", self.folder / "genesis.yaml"
        public = self.json("keys", "generate", "--unencrypted", "--name", "n0", "--out",
                           key)["public_key"]
        self.hs("genesis", "create", "--validator", f"n0={public}:1", "--out", genesis)
        self.hs("node", "init", "--home", self.home, "--genesis", genesis, "--key", key,
                "--p2p-addr", f"127.0.0.1:{self.base_port}",
                "--rpc-addr", f"127.0.0.1:{self.base_port + 1}")

    def test_no_node_misbehaves_from_its_start(self):
        refused = self.hs("node", "run", "--home", self.home, "--byzantine", "equivocate", code=2)
        lines = refused.err.splitlines()
        self.assertEqual(len(lines), 3, refused)
        self.assertIn("--byzantine equivocate", lines[0])
        self.assertIn("is no test genesis", lines[1])
        self.assertTrue(lines[2].startswith("fix:"))
        self.assertFalse((self.home / "safety" / "misbehaved").exists())
        self.error("node", "run", "--home", self.home, "--byzantine", "nonsense", code=2)

    def test_no_node_is_told_to(self):
        node = self.start("node", "run", "--home", self.home)
        self.assertIn("ready", node.stdout.readline())
        body = json.dumps({"strategies": "silent"})
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.home / "run" / "ctl.sock"))
            control.sendall(f"POST /v1/admin/byzantine HTTP/1.1\r\nHost: localhost\r\n"
                            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                            f"{body}".encode())
            answer = control.makefile("rb").read().decode()
        self.assertRegex(answer.splitlines()[0], " 4[0-9][0-9] ")
        self.assertIn("a node is told to misbehave on a test genesis only", answer)
        status = self.json("node", "status", "--home", self.home)
        self.assertIsNone(status["byzantine"])
        self.assertEqual(status["misbehaved"], [])


if __name__ == "__main__":
    main()
