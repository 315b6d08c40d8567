"""One node from the command line: its home, its life, and every way in which it refuses to run."""

import os
import pathlib
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys

from harness import EndToEnd, binary, main, pause, wait_until


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


class Nodes(EndToEnd):
    """A network of one, which commits alone, in a home of its own."""

    def make_home(self, name="n0", folder=None, index=0, init=True):
        home = pathlib.Path(folder) if folder else self.folder / "data" / name
        key = self.folder / "home" / f"{name}.yaml"
        self.hs("keys", "generate", "--unencrypted", "--name", name, "--out", key)
        public = self.json("keys", "show", key)["public_key"]
        genesis = self.folder / "home" / f"{name}.genesis.yaml"
        self.hs("genesis", "create", "--testnet", "--validator", f"{name}={public}:1",
                "--param", "view_timeout=200ms", "--out", genesis)
        if init:
            self.init(home, key, genesis, index)
        return home

    def init(self, home, key, genesis, index=0, code=0):
        port = self.base_port + 10 * index
        return self.hs("node", "init", "--home", home, "--genesis", genesis, "--key", key,
                       "--p2p-addr", f"127.0.0.1:{port}", "--rpc-addr", f"127.0.0.1:{port + 1}",
                       code=code)

    def run_node(self, home, *arguments, **options):
        """Starts the node and waits for its ready line."""
        node = self.start("node", "run", "--home", home, *arguments, **options)
        line = node.stdout.readline()
        if not line:
            self.fail(f"the node did not start: {node.stderr.read()}")
        node.ready = line
        return node

    def end(self, node, sig=signal.SIGTERM):
        node.send_signal(sig)
        self.assertEqual(node.wait(timeout=30), 0)

    def committed(self, home):
        return self.json("node", "status", "--home", home)["committed_height"]

    def wait_for_height(self, home, height):
        wait_until(lambda: (self.committed(home) or -1) >= height, f"height {height} is committed")

    def refused(self, home, code, word):
        """`node run` fails with this exit code, code word and three lines."""
        error = self.error("node", "run", "--home", home, code=code)
        self.assertEqual(error["code"], word, error)
        lines = self.hs("node", "run", "--home", home, code=code).err.splitlines()
        self.assertEqual([line.split(":")[0] for line in lines], [f"error[{word}]", "why", "fix"])
        return error


class ByHand(Nodes):
    def test_four_nodes_made_by_hand_are_a_network(self):
        folder = self.folder / "home"
        genesis, keys = folder / "genesis.yaml", folder / "keys"
        self.hs("genesis", "create", "--validators", "4", "--unencrypted", "--out", genesis,
                "--keys-dir", keys)
        first = self.json("keys", "show", keys / "n0.yaml")["public_key"]
        nodes = []
        for i in range(4):
            home, port = self.folder / "data" / f"n{i}", self.base_port + 10 * i
            self.hs("node", "init", "--home", home, "--genesis", genesis,
                    "--key", keys / f"n{i}.yaml", "--p2p-addr", f"127.0.0.1:{port}",
                    "--rpc-addr", f"127.0.0.1:{port + 1}",
                    "--peers", f"{first}@127.0.0.1:{self.base_port}")
            nodes.append(self.run_node(home))
        rpc = f"http://127.0.0.1:{self.base_port + 21}"
        self.hs("tx", "put", "hello", "world", "--rpc", rpc)
        self.assertEqual(self.hs("state", "get", "hello", "--rpc", rpc).out, "world\n")
        key = self.json("keys", "show", keys / "n3.yaml")["public_key"]
        error = self.error("validators", "set", key, "2", "--rpc", rpc,
                           "--authority-key", keys / "n0.yaml", code=2)
        self.assertEqual(error["code"], "transaction_no_authority")
        self.assertIn("--authority", error["hint"])
        for node in nodes:
            self.end(node)


class VotingRecord(Nodes):
    """The two copies in safety/record, as lib/node/home/safety_file.h lays them out."""

    def copies(self, home):
        """(generation, voted view, offset) of each copy, the newer one last."""
        raw = (home / "safety" / "record").read_bytes()
        found = []
        for offset in (0, 4096):
            self.assertEqual(raw[offset:offset + 8], b"HSVOTED1")
            generation = int.from_bytes(raw[offset + 8:offset + 16], "little")
            view = int.from_bytes(raw[offset + 86:offset + 94], "little") if raw[offset + 85] else 0
            found.append((generation, view, offset))
        return sorted(found)

    def damage(self, home, offset):
        with open(home / "safety" / "record", "r+b") as file:
            file.seek(offset + 100)
            byte = file.read(1)[0]
            file.seek(offset + 100)
            file.write(bytes([byte ^ 1]))

    def stopped_home(self):
        home = self.make_home()
        node = self.run_node(home)
        self.wait_for_height(home, 5)
        self.end(node)
        return home

    def test_a_damaged_copy_is_told_and_mended(self):
        home = self.stopped_home()
        for which in (0, 1):
            _, voted, _ = self.copies(home)[1]
            self.damage(home, self.copies(home)[which][2])
            node = self.run_node(home)
            self.end(node)
            self.assertIn("warning: one of the two copies in the voting record", node.stderr.read())
            self.assertIn("was damaged", (home / "logs" / "node.log").read_text())
            self.assertGreaterEqual(self.copies(home)[1][1], voted)
            node = self.run_node(home)
            self.end(node)
            self.assertEqual(node.stderr.read(), "")

    def test_a_reset_keeps_the_vote_that_the_data_alone_know_of(self):
        home = self.stopped_home()
        _, voted, newer = self.copies(home)[1]
        self.damage(home, newer)
        self.hs("node", "reset", "--data", "--yes", "--home", home)
        self.assertGreaterEqual(self.copies(home)[1][1], voted)

    def test_a_reset_is_refused_where_the_last_vote_cannot_be_known(self):
        home = self.stopped_home()
        self.damage(home, self.copies(home)[1][2])
        (home / "data" / "CURRENT").write_text("nonsense")
        error = self.error("node", "reset", "--data", "--yes", "--home", home, code=8)
        self.assertIn("voting record is damaged", error["message"])
        self.assertTrue((home / "data" / "CURRENT").exists())


class Homes(Nodes):
    def test_a_home_that_never_ran_holds_an_empty_chain(self):
        home = self.make_home()
        self.assertIsNone(self.json("chain", "status", "--home", home)["committed_height"])
        self.assertEqual(self.json("block", "tree", "--home", home)["blocks"], [])
        self.assertIn("no block yet", self.hs("block", "tree", "--home", home).err)
        self.assertEqual(self.error("node", "health", "--home", home, code=4)["code"],
                         "node_stopped")
        status = self.json("node", "status", "--home", home)
        self.assertEqual((status["state"], status["committed_height"], status["data_error"]),
                         ("stopped", None, None))

    def test_the_status_of_a_stopped_node_says_how_far_it_had_come(self):
        home = self.make_home()
        node = self.run_node(home)
        self.wait_for_height(home, 2)
        self.end(node)
        status = self.json("node", "status", "--home", home)
        chain = self.json("chain", "status", "--home", home)
        self.assertEqual(status["state"], "stopped")
        for field in ("view", "committed_height", "committed_hash"):
            self.assertEqual(status[field], chain[field])
        self.assertGreaterEqual(status["committed_height"], 2)
        (home / "data" / "CURRENT").write_text("nonsense")
        damaged = self.hs("node", "status", "--home", home)
        self.assertIn("stopped", damaged.out)
        self.assertIn("warning: ", damaged.err)

    def test_a_home_is_private_and_made_once(self):
        home = self.make_home()
        self.assertEqual(mode(home), 0o700)
        self.assertEqual(mode(home / "key.yaml"), 0o600)
        before = sorted(home.rglob("*"))
        again = self.init(home, self.folder / "home" / "n0.yaml",
                          self.folder / "home" / "n0.genesis.yaml", code=6)
        self.assertIn(str(home), again.err)
        self.assertEqual(sorted(home.rglob("*")), before)

    def test_a_failed_init_leaves_nothing(self):
        self.make_home(init=False)
        broken = self.folder / "home" / "broken.yaml"
        broken.write_text("schema: hs.genesis/v1\nchain: 1\n")
        home = self.folder / "data" / "n0"
        failed = self.init(home, self.folder / "home" / "n0.yaml", broken, code=2)
        self.assertIn("broken.yaml:2:", failed.err)
        self.assertFalse(home.exists())
        self.init(home, self.folder / "home" / "none.yaml",
                  self.folder / "home" / "n0.genesis.yaml", code=3)
        self.assertFalse(home.exists())

    def test_an_address_that_run_would_refuse_makes_no_home(self):
        self.make_home(init=False)
        home = self.folder / "data" / "n0"
        error = self.error("node", "init", "--home", home,
                           "--genesis", self.folder / "home" / "n0.genesis.yaml",
                           "--key", self.folder / "home" / "n0.yaml",
                           "--rpc-addr", "0.0.0.0:27001", code=2)
        self.assertIn("loopback", error["message"])
        self.assertFalse(home.exists())

    def test_a_folder_that_is_no_home_is_not_found(self):
        empty = self.folder / "data"
        for command in (("run",), ("status",), ("stop",), ("reset", "--data", "--yes")):
            error = self.error("node", *command, "--home", empty, code=3)
            self.assertEqual(error["code"], "home_not_found")
            self.assertIn("hs node init", error["hint"])

    def test_a_testnet_alone_names_no_home(self):
        for command in (("status",), ("stop",), ("reset", "--data", "--yes")):
            error = self.error("node", *command, "--testnet", "demo", code=2)
            self.assertIn("which of its nodes", error["message"])
            self.assertIn("--node n0", error["hint"])

    def test_the_default_home_is_in_the_users_data_folder(self):
        error = self.error("node", "status", code=3)
        self.assertIn(str(self.folder / "data" / "hs" / "node"), error["message"])

    def test_a_reset_keeps_the_voting_record_and_asks_first(self):
        home = self.make_home()
        node = self.run_node(home)
        self.wait_for_height(home, 3)
        self.assertEqual(self.error("node", "reset", "--data", "--yes", "--home", home,
                                    code=6)["code"], "home_locked")
        self.end(node)
        record = (home / "safety" / "record").read_bytes()
        self.hs("node", "reset", "--home", home, code=2)
        self.assertIn("--yes", self.hs("node", "reset", "--data", "--home", home, code=2).err)
        planned = self.json("node", "reset", "--data", "--dry-run", "--home", home)
        self.assertEqual((planned["data"], planned["done"]), (str(home / "data"), False))
        self.assertEqual((home / "safety" / "record").read_bytes(), record)
        self.assertTrue(self.json("node", "reset", "--data", "--yes", "--home", home)["done"])
        self.assertTrue((home / "safety" / "record").exists())
        node = self.run_node(home)
        self.assertIsNone(self.committed(home))
        self.end(node)


class Life(Nodes):
    def test_a_node_says_that_it_is_ready_commits_and_stops(self):
        home = self.make_home()
        node = self.run_node(home)
        self.assertRegex(node.ready, rf"^n0 ready in \d+ ms: p2p 127.0.0.1:{self.base_port} rpc "
                                     rf"http://127.0.0.1:{self.base_port + 1} metrics ")
        self.wait_for_height(home, 3)
        status = self.json("node", "status", "--home", home)
        self.assertEqual(status["schema"], "hs.node_status/v1")
        self.assertEqual((status["state"], status["pid"]), ("running", node.pid))
        self.assertTrue(self.json("node", "stop", "--home", home)["was_running"])
        self.assertEqual(node.wait(timeout=10), 0)
        self.assertEqual(node.stdout.read(), "")
        self.assertEqual(node.stderr.read(), "")
        status = self.json("node", "status", "--home", home)
        self.assertEqual((status["state"], status["pid"]), ("stopped", None))
        self.assertFalse(self.json("node", "stop", "--home", home)["was_running"])

    def test_signals_end_it_cleanly_and_blocks_stay(self):
        home = self.make_home()
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            node = self.run_node(home)
            height = self.committed(home) or 0
            self.wait_for_height(home, height + 2)
            self.end(node, sig)
        self.assertFalse((home / "run" / "node.json").exists())

    def test_a_signal_right_at_the_start_is_not_lost(self):
        home = self.make_home()
        for _ in range(3):
            node = self.run_node(home)
            for _ in range(3):
                node.send_signal(signal.SIGTERM)
            self.assertEqual(node.wait(timeout=30), 0)

    def test_kill_9_loses_nothing_that_was_committed(self):
        home = self.make_home()
        goal = 0
        for _ in range(5):
            node = self.run_node(home)
            self.assertGreaterEqual(self.committed(home) or 0, goal - 1)
            goal += 3
            self.wait_for_height(home, goal)
            node.kill()
            node.wait()
            self.assertEqual(self.json("node", "status", "--home", home)["state"], "stopped")

    def test_the_ready_line_goes_to_a_descriptor_too(self):
        home = self.make_home()
        read, write = os.pipe()
        node = self.run_node(home, "--ready-fd", write, pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as pipe:
            self.assertEqual(pipe.read(), node.ready)
        self.end(node)

    def test_it_dies_with_its_parent(self):
        home = self.make_home()
        script = ("import os, subprocess, sys\n"
                  "node = subprocess.Popen(sys.argv[1:] + ['--parent', str(os.getpid())],"
                  " stdout=subprocess.PIPE)\n"
                  "node.stdout.readline()\n"
                  "print(node.pid, flush=True)\n"
                  "input()\n")
        parent = subprocess.Popen([sys.executable, "-c", script, binary(), "node", "run", "--home",
                                   str(home)], env=self.environment, text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        pid = int(parent.stdout.readline())
        pause(pid)  # even a paused one
        parent.kill()
        parent.wait()
        parent.stdin.close()
        parent.stdout.close()
        self.assert_no_process()
        self.assertEqual(self.error("node", "run", "--home", home, "--parent", 1, code=3)["code"],
                         "not_found")

    def test_a_paused_node_is_told_from_a_stopped_one(self):
        home = self.make_home()
        node = self.run_node(home)
        pause(node.pid)
        for command in ("status", "stop"):
            error = self.error("node", command, "--home", home, code=4)
            self.assertEqual(error["code"], "node_paused")
        node.send_signal(signal.SIGCONT)
        self.end(node)

    def test_a_home_deeper_than_a_socket_address_works(self):
        home = self.make_home(folder=self.folder / "data" / ("d" * 80) / ("e" * 80) / "n0")
        node = self.run_node(home)
        self.assertEqual(self.json("node", "status", "--home", home)["state"], "running")
        self.assertTrue(self.json("node", "stop", "--home", home)["was_running"])
        self.assertEqual(node.wait(timeout=10), 0)


class Refusals(Nodes):
    def test_a_home_in_use_names_its_node(self):
        home = self.make_home()
        node = self.run_node(home)
        self.assertIn(str(node.pid), self.refused(home, 6, "home_locked")["message"])
        self.end(node)

    def test_a_port_in_use_names_its_owner(self):
        home = self.make_home()
        other = self.make_home("n1", index=1)
        node = self.run_node(home)
        for option, port in (("--p2p-addr", self.base_port), ("--rpc-addr", self.base_port + 1)):
            error = self.error("node", "run", "--home", other, option, f"127.0.0.1:{port}", code=6)
            self.assertEqual(error["code"], "port_in_use")
            self.assertIn(f"127.0.0.1:{port}", error["message"])
            self.assertIn(f"pid {node.pid} ", error["message"])
        self.end(node)

    def test_another_genesis_is_refused_with_both_hashes(self):
        home = self.make_home()
        self.make_home("n1", init=False)
        genesis = self.folder / "home" / "n1.genesis.yaml"
        hashes = [self.hs("genesis", "hash", path).out.strip()
                  for path in (home / "genesis.yaml", genesis)]
        shutil.copy(genesis, home / "genesis.yaml")
        error = self.refused(home, 8, "genesis_mismatch")
        for value in hashes:
            self.assertIn(re.search("[0-9a-f]{64}", value).group(0), error["message"])

    def test_broken_settings_are_refused_with_their_place(self):
        home = self.make_home()
        text = (home / "node.yaml").read_text()
        (home / "node.yaml").write_text(text.replace("storage: {sync", "storage: {sink"))
        error = self.refused(home, 2, "bad_config")
        self.assertRegex(error["message"], r"node\.yaml:\d+:\d+: .*sink")
        (home / "node.yaml").write_text(text + "consensus: {idle_interval: 150ms}\n")
        self.assertIn("idle_interval", self.refused(home, 2, "bad_config")["message"])

    def test_a_key_that_others_can_read_is_refused(self):
        home = self.make_home()
        (home / "key.yaml").chmod(0o644)
        self.refused(home, 7, "key_refused")

    def test_data_without_their_record_are_refused(self):
        home = self.make_home()
        shutil.rmtree(home / "safety")
        self.refused(home, 8, "voting_record_missing")

    def test_a_damaged_record_is_refused(self):
        home = self.make_home()
        record = bytearray((home / "safety" / "record").read_bytes())
        for offset in range(0, len(record), 16):
            record[offset] ^= 0x40
        (home / "safety" / "record").write_bytes(record)
        self.refused(home, 8, "data_corrupt")

    def test_data_that_were_rolled_back_are_refused_until_reset(self):
        home = self.make_home()
        shutil.copytree(home / "data", self.folder / "backup")
        node = self.run_node(home)
        self.wait_for_height(home, 3)
        self.end(node)
        shutil.rmtree(home / "data")
        shutil.copytree(self.folder / "backup", home / "data")
        self.assertIn("hs node reset --data", self.refused(home, 8, "data_rolled_back")["hint"])
        self.hs("node", "reset", "--data", "--yes", "--home", home)
        self.end(self.run_node(home))

    def test_the_folders_of_another_node_are_refused(self):
        one, two = self.make_home("n0"), self.make_home("n1", index=1)
        keys = [self.json("keys", "show", home / "key.yaml")["public_key"] for home in (one, two)]
        shutil.move(one / "data", self.folder / "data-of-n0")
        shutil.copytree(two / "data", one / "data")
        error = self.refused(one, 8, "data_of_another_node")
        for key in keys:
            self.assertIn(key, error["message"])
        self.hs("node", "reset", "--data", "--yes", "--home", one)
        self.end(self.run_node(one))
        shutil.rmtree(one / "safety")
        shutil.copytree(two / "safety", one / "safety")
        self.refused(one, 8, "genesis_mismatch")

    def test_lost_and_damaged_data_are_refused_until_reset(self):
        home = self.make_home()
        shutil.rmtree(home / "data")
        self.assertIn("hs node reset --data", self.refused(home, 8, "data_corrupt")["hint"])
        self.assertFalse((home / "data").exists())
        self.hs("node", "reset", "--data", "--yes", "--home", home)
        node = self.run_node(home)
        self.wait_for_height(home, 5)
        node.kill()
        node.wait()
        log = max((home / "data").glob("*.log"), key=lambda path: path.stat().st_size)
        content = bytearray(log.read_bytes())
        content[len(content) // 2] ^= 0xff
        log.write_bytes(content)
        self.assertIn("hs node reset --data", self.refused(home, 8, "data_corrupt")["hint"])

    def test_a_disk_that_fails_stops_the_node_with_exit_1(self):
        home = self.make_home()

        def small_files():
            resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))

        node = self.run_node(home, preexec_fn=small_files)
        self.assertEqual(node.wait(timeout=60), 1)
        lines = node.stderr.read().splitlines()
        self.assertEqual([line.split(":")[0] for line in lines], ["error[store_io]", "why", "fix"])
        node = self.run_node(home)
        self.wait_for_height(home, (self.committed(home) or 0) + 2)
        self.end(node)


if __name__ == "__main__":
    main()
