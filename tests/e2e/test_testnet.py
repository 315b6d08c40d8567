"""Testnets: up, down, what survives, who is told what."""

import json
import os
import signal
import socket
import subprocess
import unittest

from harness import EndToEnd, main, processes_of, wait_until


class UpAndDown(EndToEnd):
    def test_up_returns_when_every_node_has_committed(self):
        result = self.up()
        status = self.status()
        self.assertEqual(status["schema"], "hs.testnet/v1")
        self.assertEqual(status["supervisor"]["state"], "running")
        self.assertEqual([node["name"] for node in status["nodes"]], ["n0", "n1", "n2", "n3"])
        for index, node in enumerate(status["nodes"]):
            self.assertEqual(node["state"], "running")
            self.assertEqual(node["role"], "validator")
            self.assertIsNone(node["byzantine"])
            self.assertGreaterEqual(node["committed_height"], 0)
            self.assertEqual(len(node["committed_hash"]), 64)
            self.assertEqual(node["p2p"], f"127.0.0.1:{self.base_port + 10 * index}")
            self.assertEqual(node["rpc"], f"127.0.0.1:{self.base_port + 10 * index + 1}")
            self.assertTrue(os.path.isdir(node["home"]))
        self.assertEqual(result.err.count("try:"), 4)
        self.assertIn("n3", result.out)

    def test_down_stops_everything_and_a_later_up_goes_on(self):
        self.up()
        self.hs("tx", "put", "hello", "world")
        before = self.status()
        self.hs("testnet", "down")
        self.assert_no_process()
        stopped = self.status()
        self.assertEqual(stopped["supervisor"], {"pid": None, "state": "stopped"})
        for node in stopped["nodes"]:
            self.assertEqual((node["state"], node["pid"], node["view"], node["committed_height"]),
                             ("stopped", None, None, None))
        self.hs("testnet", "up", "-d")
        after = self.status()
        self.assertEqual(after["genesis_hash"], before["genesis_hash"])
        self.assertGreater(after["nodes"][0]["committed_height"],
                           before["nodes"][0]["committed_height"])
        self.assertEqual(self.json("state", "get", "hello")["value"], "world")

    def test_down_of_a_net_that_does_not_run_is_no_failure(self):
        self.up()
        self.hs("testnet", "down")
        self.assertIn("was not running", self.hs("testnet", "down").err)

    def test_up_of_a_running_net_is_refused(self):
        self.up()
        error = self.error("testnet", "up", "demo", "-d", code=6)
        self.assertEqual(error["code"], "already_running")
        self.assertIn("pid", error["details"])
        self.hs("testnet", "kill", "n1")
        error = self.error("testnet", "up", "demo", "-d", code=6)
        self.assertIn("hs testnet start all --testnet demo", error["hint"])

    def test_a_folder_that_cannot_be_made_is_told_with_its_cause(self):
        blocked = self.folder / "blocked"
        blocked.write_text("a file where a folder should be")
        error = self.error("testnet", "up", "demo", "-d", code=1,
                           env={"XDG_STATE_HOME": str(blocked)})
        self.assertIn("Not a directory", error["message"])
        self.assertIn("check the path", error["hint"])

    def test_of_two_starts_at_once_one_is_refused_and_harms_nothing(self):
        arguments = ("testnet", "up", "demo", "-d", "-n", "2", "--base-port", self.base_port)
        starts = [self.start(*arguments) for _ in range(3)]
        ends = [(start.communicate(timeout=120)[1], start.returncode) for start in starts]
        self.assertEqual(sorted(code for _, code in ends), [0, 6, 6], ends)
        self.wait_for_commits(["n0", "n1"])

    def test_up_of_a_stopped_net_refuses_another_shape(self):
        self.up("-n", "1")
        self.hs("testnet", "down")
        self.error("testnet", "up", "demo", "-d", "-n", "4", code=2)
        self.error("testnet", "up", "demo", "-d", "--param", "epoch_length=77", code=2)
        self.error("testnet", "up", "demo", "-d", "--base-port", self.base_port + 50, code=2)
        self.hs("testnet", "up", "demo", "-d", "-n", "1")

    def test_a_net_of_one_commits(self):
        self.up("-n", "1")
        self.wait_for_commits(["n0"])

    def test_a_net_of_thirty_one_commits(self):
        self.up("-n", "31")
        names = [f"n{i}" for i in range(31)]
        self.wait_for_commits(names, more=2)
        result = self.json("tx", "put", "--node", "n30", "k", "v")
        self.assertEqual(result["status"], "committed")
        self.assertTrue(self.json("testnet", "check")["ok"])

    def test_dry_run_makes_nothing(self):
        plan = self.json("testnet", "up", "--dry-run", "--base-port", self.base_port)
        self.assertEqual(len(plan["nodes"]), 4)
        self.assertFalse(self.folder_of().exists())

    def test_purge_asks_and_removes(self):
        self.up("-n", "1")
        self.error("testnet", "down", "--purge", code=2)
        self.assertTrue(self.folder_of().exists())
        self.hs("testnet", "down", "--purge", "--dry-run")
        self.assertTrue(self.folder_of().exists())
        self.hs("testnet", "down", "--purge", "--yes")
        self.assertFalse(self.folder_of().exists())
        self.assert_no_process()
        self.error("testnet", "status", code=3)

    def test_down_says_what_it_would_do_and_removes_after_the_answer(self):
        self.up("-n", "2")
        self.hs("testnet", "kill", "n1")
        plan = self.json("testnet", "down", "--dry-run")
        self.assertEqual(plan["schema"], "hs.testnet_down_plan/v1")
        (net,) = plan["testnets"]
        self.assertEqual([node["name"] for node in net["nodes"]], ["n0"])
        self.assertEqual((net["would_stop"], net["would_remove"]), (True, False))
        said = self.hs("testnet", "down", "--purge", "--dry-run").out.splitlines()
        self.assertEqual(said, ["would stop demo: n0", f"would remove {self.folder_of()}"])
        self.assertIsNotNone(self.node("n0")["pid"])
        asked = self.hs("testnet", "down", "--purge", code=2).err
        self.assertIn(f"would remove {self.folder_of()}", asked)
        self.assertNotIn("removing", asked)

    def test_without_the_latest_the_only_other_testnet_is_meant(self):
        for offset, name in enumerate(("one", "two", "three")):
            self.up("-n", "1", name=name, base_port=self.base_port + 50 * offset)
        self.hs("testnet", "down", "three", "--purge", "--yes")
        for command in (("testnet", "status"), ("chain", "status"),
                        ("validators", "remove", "ab" * 32)):
            error = self.error(*command, code=3)
            self.assertEqual(error["code"], "testnet_not_found")
            self.assertIn("there are one, two", error["message"])
            self.assertIn("--testnet one", error["hint"])
        self.hs("testnet", "down", "two", "--purge", "--yes")
        self.assertEqual(self.json("testnet", "status")["name"], "one")
        self.assertEqual(self.json("chain", "status")["name"], "n0")

    def test_nodes_for_which_nothing_was_to_be_done_are_named(self):
        self.up("-n", "4")
        changes = lambda *arguments: [(node["name"], node["changed"]) for node in self.json(
            "testnet", *arguments)["nodes"]]
        self.assertEqual(changes("kill", "n1"), [("n1", True)])
        self.assertEqual(changes("kill", "n1,n2"), [("n1", False), ("n2", True)])
        self.assertIn("n1 was not running", self.hs("testnet", "stop", "n1").err)
        said = self.hs("testnet", "start", "n0,n1").err
        self.assertIn("started n1", said)
        self.assertIn("n0 runs already", said)
        self.assertEqual(changes("pause", "n0"), [("n0", True)])
        self.assertEqual(changes("pause", "n0"), [("n0", False)])
        self.assertEqual(changes("resume", "n0,n1"), [("n0", True), ("n1", False)])
        self.hs("testnet", "down")
        said = self.hs("testnet", "kill", "n1").err
        self.assertIn("n1 was not running", said)
        self.assertNotIn("expect no progress", said)

    def test_a_node_is_named_to_the_commands_on_homes(self):
        self.up("-n", "2")
        self.assertEqual(self.json("node", "status", "--node", "n1")["home"],
                         str(self.folder_of() / "n1"))
        self.error("node", "status", "--node", "n9", code=3)
        self.error("node", "status", "--node", "n1", "--home", self.folder_of() / "n0", code=2)

    def test_the_table_says_who_votes(self):
        self.up("-n", "1")
        rows = self.hs("testnet", "status").out.splitlines()
        self.assertIn("ROLE", rows[1])
        self.assertIn("validator", rows[2])

    def test_logs_are_followed_for_the_time_given(self):
        self.up("-n", "1")
        error = self.error("testnet", "logs", "-f", "--timeout", "300ms", code=5)
        self.assertEqual(error["code"], "timed_out")

    def test_two_testnets_run_side_by_side(self):
        self.up("-n", "4", name="one")
        self.up("-n", "4", name="two", base_port=self.base_port + 100)
        self.assertNotEqual(self.status("one")["genesis_hash"], self.status("two")["genesis_hash"])
        self.hs("tx", "put", "where", "one", "--testnet", "one")
        self.hs("tx", "put", "where", "two", "--testnet", "two")
        for name in ("one", "two"):
            self.assertEqual(self.json("state", "get", "where", "--testnet", name)["value"], name)
        listed = self.json("testnet", "ls")["testnets"]
        self.assertEqual([(net["name"], net["latest"]) for net in listed],
                         [("one", False), ("two", True)])
        self.hs("testnet", "down", "one")
        self.wait_for_commits(["n0", "n3"], name="two")
        self.hs("testnet", "down", "--all")
        self.assert_no_process()

    def test_what_an_interrupted_up_left_is_swept_by_any_later_one(self):
        ended = subprocess.Popen(["true"])
        ended.wait()
        testnets = self.folder_of().parent
        left = testnets / f".other.{ended.pid}.new"
        kept = [testnets / f".other.{os.getpid()}.new", testnets / ".mine.new"]
        for folder in (left, *kept):
            folder.mkdir(parents=True)
            (folder / "genesis.yaml").write_text("")
        self.up("-n", "1")
        self.assertFalse(left.exists())
        self.assertTrue(all(folder.exists() for folder in kept))

    def interrupt_up_at(self, word, *arguments):
        """Ctrl-C as soon as `up -d` says `word`; it waits for commits that are far away."""
        process = self.start("testnet", "up", "demo", "-d", "--base-port", self.base_port,
                             "--wait", "commit=1000000", *arguments)
        for line in process.stderr:
            if line.startswith(word):
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("error[interrupted]", err)
        self.assert_no_process()
        return out

    def test_an_up_that_is_interrupted_leaves_nothing_behind(self):
        for word in ("keys", "genesis", "homes", "nodes"):
            with self.subTest(word):
                self.assertEqual(self.interrupt_up_at(word), "")
                self.assertEqual(os.listdir(self.folder_of().parent), [".demo.lock"])

    def test_an_up_that_is_interrupted_keeps_what_it_is_told_to_keep(self):
        self.interrupt_up_at("homes", "--keep")
        self.assertTrue(self.folder_of().exists())
        self.up()

    def test_a_second_up_that_is_interrupted_stops_the_net_and_keeps_it(self):
        self.up("-n", "1")
        self.hs("testnet", "down")
        self.interrupt_up_at("nodes")
        self.assertTrue(self.folder_of().exists())
        self.up()

    def test_files_are_private(self):
        self.up("-n", "1")
        folder = self.folder_of()
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        for file in ("authority.key.yaml", "n0/key.yaml", "supervisor.json"):
            self.assertEqual(os.stat(folder / file).st_mode & 0o777, 0o600, file)
        self.assertEqual(os.readlink(folder.parent / "latest"), "demo")
        with open(folder / "events.jsonl") as events:
            lines = [json.loads(line) for line in events]
        self.assertIn("ready", [line["event"] for line in lines])


class Foreground(EndToEnd):
    def start_foreground(self, *arguments):
        process = self.start("testnet", "up", "--base-port", self.base_port, *arguments)
        # It speaks on standard output once it has seen every node commit. The nodes know sooner,
        # and a start that is ended before has another exit code.
        process.said = os.read(process.stdout.fileno(), 1 << 16).decode()
        self.assertNotEqual(process.said, "", "the net is up")
        self.assertTrue(all(node["committed_height"] is not None
                            for node in self.status()["nodes"]))
        return process

    def test_ctrl_c_stops_everything_and_is_a_success(self):
        process = self.start_foreground()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("n3", process.said + out)
        self.assert_no_process()
        self.assertEqual(self.status()["supervisor"]["state"], "stopped")

    def test_ctrl_c_before_it_is_up_says_what_became_of_it(self):
        process = self.start("testnet", "up", "demo", "--base-port", self.base_port,
                             "--wait", "commit=1000000")
        for line in process.stderr:
            if line.startswith("nodes"):
                break
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("removed", err)
        self.assertFalse(self.folder_of().exists())

    def test_down_from_another_shell_ends_it(self):
        process = self.start_foreground()
        self.hs("testnet", "down")
        self.assertEqual(process.wait(timeout=60), 0)
        self.assert_no_process()

    def test_a_reader_that_goes_away_ends_it_quietly(self):
        process = self.start_foreground("--json")
        process.stdout.close()
        process.stderr.close()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 0)
        self.assert_no_process()


class Ports(EndToEnd):
    def test_a_busy_port_that_was_asked_for_names_its_owner(self):
        with socket.socket() as busy:
            busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            busy.bind(("127.0.0.1", self.base_port + 11))
            busy.listen()
            result = self.hs("testnet", "up", "-d", "--base-port", self.base_port, code=6)
            lines = result.err.strip().splitlines()
            self.assertTrue(lines[0].startswith("error[port_in_use]: "), result.err)
            self.assertIn(f"127.0.0.1:{self.base_port + 11}", lines[0])
            self.assertIn(f"pid {os.getpid()} (", lines[0])
            self.assertTrue(lines[-1].startswith("fix: "), result.err)
            error = self.error("testnet", "up", "-d", "--base-port", self.base_port, code=6)
            self.assertEqual(error["details"]["pid"], os.getpid())
            self.assertEqual(error["details"]["port"], self.base_port + 11)
        self.assertFalse(self.folder_of().exists())

    def test_a_busy_default_moves_the_block_and_says_so(self):
        with socket.socket() as busy:
            busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                busy.bind(("127.0.0.1", 27000))
                busy.listen()
            except OSError:
                pass  # busy already, which is just as well
            result = self.hs("testnet", "up", "--dry-run")
        self.assertIn("ports from 27000 are taken", result.err)
        self.assertNotIn("127.0.0.1:27000", result.out)

    def test_a_stopped_net_whose_port_was_taken_says_by_whom(self):
        self.up("-n", "1")
        self.hs("testnet", "down")
        with socket.socket() as busy:
            busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            busy.bind(("127.0.0.1", self.base_port))
            busy.listen()
            error = self.error("testnet", "up", "-d", code=6)
            self.assertEqual(error["code"], "port_in_use")
        self.hs("testnet", "up", "-d")


class FailedStart(EndToEnd):
    def test_a_node_that_dies_at_start_fails_up_with_its_last_words(self):
        self.up("-n", "4")
        self.hs("testnet", "down")
        broken = "schema: hs.genesis/v1\nnonsense: 1\n"
        (self.folder_of() / "n2" / "genesis.yaml").write_text(broken)
        result = self.hs("testnet", "up", "-d", code=1)
        self.assertIn("error[node_died]: n2", result.err)
        self.assertIn("nonsense", result.err)
        self.assert_no_process()
        self.assertTrue(self.folder_of().exists(), "it was there before this up")

    def test_a_failed_first_up_leaves_nothing(self):
        # One millisecond is never enough for a start.
        self.error("testnet", "up", "-d", "--base-port", self.base_port, "--timeout", "1ms", code=5)
        self.assert_no_process()
        self.assertFalse(self.folder_of().exists())
        self.assertFalse(os.path.lexists(self.folder_of().parent / "latest"))
        self.assertEqual(self.json("testnet", "ls")["testnets"], [])


class Arguments(EndToEnd):
    def test_wrong_arguments_exit_with_2_and_say_what_to_do(self):
        for arguments in (("testnet", "up", "-n", "0"), ("testnet", "up", "-n", "1000"),
                          ("testnet", "up", "-n", "four"), ("testnet", "up", "Demo!"),
                          ("testnet", "up", "--param", "view_timeot=1s"),
                          ("testnet", "up", "--param", "view_timeout=1"),
                          ("testnet", "up", "--wait", "forever"),
                          ("testnet", "up", "--base-port", "80"),
                          ("testnet", "up", "a", "--testnet", "b"), ("testnet",),
                          ("testnet", "kill"), ("testnet", "logs", "--since", "yesterday")):
            error = self.error(*arguments, code=2)
            self.assertTrue(error["message"], arguments)

    def test_mistyped_words_get_suggestions(self):
        self.assertIn("did you mean up?", self.hs("testnet", "ip", code=2).err)
        self.assertIn("--detach", self.hs("testnet", "up", "--detahc", code=2).err)

    def test_commands_without_a_testnet_say_how_to_make_one(self):
        for command in (("status",), ("down",), ("kill", "n0"), ("logs",), ("check",)):
            error = self.error("testnet", *command, code=3)
            self.assertEqual(error["code"], "testnet_not_found")
            self.assertIn("up", error["hint"])

    def test_unknown_nodes_are_refused(self):
        self.up("-n", "1")
        error = self.error("testnet", "kill", "n7", code=3)
        self.assertEqual(error["code"], "unknown_node")
        self.assertIn("only n0", error["message"])
        for command in (("chain", "status", "--node", "n7"), ("testnet", "remove", "n7")):
            self.assertEqual(self.error(*command, code=3)["code"], "unknown_node")
        error = self.error("testnet", "logs", "demo", code=3)
        self.assertIn("--testnet demo", error["hint"])
        self.error("testnet", "kill", "n0..", code=3)
        self.error("testnet", "kill", "random:9", code=2)


if __name__ == "__main__":
    main()
