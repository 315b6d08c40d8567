"""Nodes and supervisors that die, and what the others do."""

import json
import os
import signal
import time

from harness import EndToEnd, main, pause, processes_of, wait_until


class KilledNodes(EndToEnd):
    def test_with_one_of_four_killed_the_others_commit_and_it_catches_up(self):
        self.up()
        result = self.hs("testnet", "kill", "n1")
        self.assertNotIn("warning", result.err)
        self.assertEqual(self.node("n1")["state"], "dead")

        def why_down():
            peers = self.json("peers", "--node", "n0")["peers"]
            return next(peer["down_reason"] for peer in peers if peer["name"] == "n1") or ""

        wait_until(lambda: why_down().startswith("unreachable"), "n0 knows why n1 is down")
        self.assertIn("n1 is down: unreachable", self.hs("peers", "--node", "n0").err)
        # More blocks than there are nodes: views that the dead one leads are passed over too.
        self.wait_for_commits(["n0", "n2", "n3"], more=8)
        self.hs("tx", "put", "while", "dead")
        self.hs("testnet", "start", "n1")
        self.wait_for_commits(["n0", "n1", "n2", "n3"], more=3)
        self.assertEqual(self.json("state", "get", "while", "--node", "n1")["value"], "dead")
        self.assertTrue(self.json("testnet", "check")["ok"])
        # It votes again: with another one dead the net goes on only if n1 takes part.
        self.hs("testnet", "kill", "n2")
        self.wait_for_commits(["n0", "n1", "n3"], more=4)

    def test_with_two_of_four_killed_nothing_commits_until_they_are_back(self):
        self.up()
        self.hs("testnet", "kill", "n1")
        result = self.hs("testnet", "kill", "n2")
        self.assertIn("warning: 2 of 4 are down, f = 1: expect no progress", result.err)
        # What was in flight may still commit; then nothing may, for several view timeouts.
        heights = self.settled_heights(["n0", "n3"])
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            now = self.heights()
            self.assertEqual({name: now[name] for name in ("n0", "n3")}, heights)
            time.sleep(0.1)
        self.error("testnet", "check", code=10)
        self.hs("testnet", "start", "n1,n2")
        self.wait_for_commits(["n0", "n1", "n2", "n3"], more=3)
        self.assertTrue(self.json("testnet", "check")["ok"])

    def settled_heights(self, nodes):
        last = {}

        def same_for_a_while():
            nonlocal last
            first = {name: self.heights()[name] for name in nodes}
            time.sleep(1.5)  # longer than a view
            last = {name: self.heights()[name] for name in nodes}
            return first == last

        wait_until(same_for_a_while, "heights settle")
        return last

    def test_seven_nodes_commit_with_two_dead(self):
        self.up("-n", "7")
        self.hs("testnet", "kill", "f")
        self.assertEqual([node["state"] for node in self.status()["nodes"]],
                         ["running"] * 5 + ["dead"] * 2)
        self.wait_for_commits([f"n{i}" for i in range(5)], more=8)

    def test_stopped_paused_resumed_and_restarted_nodes(self):
        self.up()
        self.hs("testnet", "stop", "n0")
        self.assertEqual(self.node("n0")["state"], "stopped")
        self.hs("testnet", "start", "n0")
        self.hs("testnet", "pause", "n3")
        self.assertEqual(self.node("n3")["state"], "paused")
        self.wait_for_commits(["n0", "n1", "n2"], more=6)
        self.hs("testnet", "resume", "n3")
        self.wait_for_commits(["n0", "n1", "n2", "n3"])
        pid = self.node("n2")["pid"]
        self.hs("testnet", "restart", "n2")
        self.assertNotEqual(self.node("n2")["pid"], pid)
        self.wait_for_commits(["n0", "n1", "n2", "n3"])
        self.error("testnet", "pause", "n1", "--testnet", "nowhere", code=3)
        self.hs("testnet", "stop", "n1")
        self.error("testnet", "pause", "n1", code=4)

    def test_a_node_that_is_killed_from_outside_is_seen(self):
        self.up()
        os.kill(self.node("n0")["pid"], signal.SIGKILL)
        wait_until(lambda: self.node("n0")["state"] == "dead", "n0 is seen dead")
        self.wait_for_commits(["n1", "n2", "n3"], more=6)
        # Without --node the first running node is asked.
        self.hs("tx", "put", "still", "here")


class KilledSupervisor(EndToEnd):
    def kill_supervisor(self):
        os.kill(self.status()["supervisor"]["pid"], signal.SIGKILL)
        self.assert_no_process()

    def test_of_a_background_net_leaves_no_process(self):
        self.up()
        self.kill_supervisor()

    def test_with_a_paused_node_leaves_no_process(self):
        self.up()
        self.hs("testnet", "pause", "n2")
        self.kill_supervisor()

    def test_in_the_foreground_leaves_no_process(self):
        process = self.start("testnet", "up", "--base-port", self.base_port)
        wait_until(lambda: self.folder_of().exists() and
                   all(height is not None for height in self.heights().values()), "the net is up")
        self.hs("testnet", "pause", "n0")
        process.kill()
        process.wait()
        self.assert_no_process()

    def test_every_command_still_works(self):
        self.up()
        self.hs("tx", "put", "kept", "yes")
        self.kill_supervisor()
        status = self.status()
        self.assertEqual(status["supervisor"]["state"], "dead")
        self.assertEqual({node["state"] for node in status["nodes"]}, {"dead"})
        self.hs("testnet", "ls")
        self.hs("testnet", "logs", "n0")
        self.hs("testnet", "kill", "n0")
        self.hs("testnet", "stop", "n0")
        self.error("testnet", "pause", "n0", code=4)
        self.error("testnet", "check", code=10)
        self.hs("testnet", "start", "n0..n2")
        self.wait_for_commits(["n0", "n1", "n2"])
        states = [node["state"] for node in self.status()["nodes"]]
        self.assertEqual(states, ["running"] * 3 + ["dead"])
        self.assertEqual(self.json("state", "get", "kept")["value"], "yes")
        self.hs("testnet", "start", "n3")
        self.wait_for_commits(["n0", "n1", "n2", "n3"])

    def test_up_brings_a_new_one(self):
        self.up()
        self.kill_supervisor()
        self.hs("testnet", "up", "-d")
        self.wait_for_commits(["n0", "n1", "n2", "n3"])

    def test_down_works_and_leaves_a_stopped_net(self):
        self.up()
        self.kill_supervisor()
        self.hs("testnet", "down")
        self.assertEqual(self.status()["supervisor"]["state"], "stopped")

    def test_down_works_with_a_supervisor_that_does_not_answer(self):
        self.up()
        pause(self.status()["supervisor"]["pid"])
        self.assertEqual(self.status()["supervisor"]["state"], "paused")
        error = self.error("testnet", "stop", "n0", "--timeout", "1s", code=4)
        self.assertEqual(error["code"], "supervisor_silent")
        self.hs("testnet", "down")
        self.assert_no_process()


if __name__ == "__main__":
    main()
