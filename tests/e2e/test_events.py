"""What a node tells: events, evidence and health, as people and as scripts ask for them."""

import json
import subprocess

from harness import EndToEnd, main, wait_until


class Told(EndToEnd):
    def setUp(self):
        super().setUp()
        self.up()

    def events(self, *arguments):
        result = self.hs("events", *arguments, "-o", "jsonl")
        return [json.loads(line) for line in result.out.splitlines()]

    def test_the_newest_events_are_remembered(self):
        self.wait_for_commits(["n0"], more=3)
        events = self.events("--node", "n0")
        self.assertGreater(len(events), 20)
        for event in events:
            self.assertEqual(list(event)[:3], ["schema", "time", "event"])
            self.assertEqual(event["schema"], "hs.event/v1")
        times = [event["time"] for event in events]
        self.assertEqual(times, sorted(times))
        commits = self.events("--node", "n0", "--type", "CommitBlock", "-n", "3")
        self.assertEqual([event["event"] for event in commits], ["CommitBlock"] * 3)
        heights = [event["height"] for event in commits]
        self.assertEqual(heights, list(range(heights[0], heights[0] + 3)))
        for line in self.hs("events", "-n", "5").out.splitlines():
            self.assertRegex(line, r"^\d\d:\d\d:\d\d\.\d{3} [A-Z]\w+")
            self.assertLess(len(line), 250)

    def test_a_follower_gets_every_commit_in_order(self):
        result = self.hs("events", "-f", "--type", "CommitBlock,StartView", "-n", "20", "--json")
        events = [json.loads(line) for line in result.out.splitlines()]
        self.assertEqual(len(events), 20)
        self.assertLessEqual({event["event"] for event in events}, {"CommitBlock", "StartView"})
        heights = [event["height"] for event in events if event["event"] == "CommitBlock"]
        self.assertEqual(heights, list(range(heights[0], heights[0] + len(heights))))

    def test_following_ends_with_the_time_given_and_with_the_node(self):
        error = self.error("events", "-f", "--timeout", "1s", code=5)
        self.assertEqual(error["code"], "timed_out")
        follower = self.start("events", "-f", "--node", "n3")
        self.assertTrue(follower.stdout.readline())
        self.hs("testnet", "stop", "n3")
        _, err = follower.communicate(timeout=20)
        self.assertEqual(follower.returncode, 4)
        self.assertIn("error[stream_ended]: n3", err)

    def test_a_closed_pipe_ends_following_quietly(self):
        follower = self.start("events", "-f")
        head = subprocess.run(["head", "-n", "2"], stdin=follower.stdout, capture_output=True,
                              text=True, timeout=20)
        self.assertEqual(len(head.stdout.splitlines()), 2)
        follower.stdout.close()
        wait_until(lambda: follower.poll() is not None, "the follower ends")
        self.assertEqual(follower.returncode, 0)
        self.assertEqual(follower.stderr.read(), "")

    def test_wrong_types_and_dead_nodes_are_told_apart(self):
        self.assertIn("CommitBlok", self.error("events", "--type", "CommitBlok", code=2)["message"])
        self.error("events", "-f", "--type", "CommitBlok", code=2)
        home = self.node("n3")["home"]
        self.assertTrue(self.events("--home", home))  # over its control socket
        self.hs("testnet", "stop", "n3")
        self.assertEqual(self.error("events", "--home", home, code=4)["code"], "node_stopped")
        self.assertEqual(self.error("events", "-f", "--home", home, code=4)["code"],
                         "node_stopped")

    def test_evidence_is_asked_of_the_living_and_of_files(self):
        self.assertEqual(self.json("chain", "evidence"),
                         {"schema": "hs.evidence/v1", "fork": None, "evidence": []})
        said = self.hs("chain", "evidence")
        self.assertEqual(said.out, "")
        self.assertIn("no conflicting votes", said.err)
        home = self.node("n3")["home"]
        self.hs("testnet", "stop", "n3")
        self.assertEqual(self.json("chain", "evidence", "--home", home)["evidence"], [])

    def test_health_is_a_reason_and_an_exit_code(self):
        wait_until(lambda: self.hs("node", "health", "--node", "n0", code=None).code == 0,
                   "n0 is healthy")
        health = self.json("node", "health", "--node", "n0")
        self.assertEqual(health["schema"], "hs.health/v1")
        self.assertTrue(health["ok"])
        self.assertEqual((health["peers_connected"], health["quorum"]), (3, 3))
        self.assertIn("healthy", self.hs("node", "health", "--home", self.node("n1")["home"]).out)
        self.assertIn("n0 is healthy", self.hs("node", "health").out)  # there is no default home
        self.hs("testnet", "stop", "n2,n3")
        wait_until(lambda: self.hs("node", "health", "--node", "n0", code=None).code == 10,
                   "n0 misses its quorum")
        sick = self.json("node", "health", "--node", "n0", code=10)
        self.assertFalse(sick["ok"])
        self.assertIn("quorum", " ".join(sick["reasons"]))
        self.assertEqual(self.rpc("n0", "/v1/health")["ok"], False)
        home = self.folder_of() / "n3"
        self.assertEqual(self.error("node", "health", "--home", home, code=4)["code"],
                         "node_stopped")

    def test_every_event_is_logged_in_columns_if_asked_for(self):
        home = self.folder_of() / "n3"
        self.hs("testnet", "stop", "n3")
        config = home / "node.yaml"
        config.write_text(config.read_text().replace("log: {", "log: {events: true, "))
        self.hs("testnet", "start", "n3")
        log = home / "logs" / "node.log"
        wait_until(lambda: ", ".join(["CommitBlock", ""]) in log.read_text(errors="replace"),
                   "a commit is logged")
        line = next(line for line in log.read_text(errors="replace").splitlines()
                    if "CommitBlock, " in line)
        self.assertRegex(line, r"CommitBlock, \d{10}, [0-9A-Za-z+/]{7}, \d+$")


if __name__ == "__main__":
    main()
