"""Questions about the chain: live, over every door, and from the files of the dead."""

import http.client
import json
import os
import re
import signal
import threading
import time

from harness import EndToEnd, main, pause, wait_until

BLOCK_FIELDS = ["schema", "height", "hash", "parent", "data_hash", "view", "proposer", "status",
                "confirmations", "justify", "transactions", "validator_set_updates"]


class Live(EndToEnd):
    def setUp(self):
        super().setUp()
        self.up()

    def test_a_put_is_answered_by_its_commit_and_can_be_read_everywhere(self):
        result = self.hs("tx", "put", "hello", "world")
        self.assertRegex(result.out, r"^committed in block \d+ \(view \d+, [34] of 4 signers\) "
                                     r"after [0-9.]+ ms\n$")
        height = int(re.search(r"block (\d+)", result.out).group(1))
        self.assertEqual(self.hs("state", "get", "hello").out, "world\n")
        block = self.json("block", "get", height)
        self.assertEqual([field for field in BLOCK_FIELDS if field not in block], [])
        self.assertEqual(next(iter(block)), "schema")
        self.assertEqual(block["status"], "committed")
        self.assertEqual(block["confirmations"], 3)
        self.assertEqual([each["key"] for each in block["transactions"]], ["hello"])
        self.assertEqual(block["transactions"][0]["outcome"], "applied")
        # The other nodes learn it without being asked to.
        for node in ("n1", "n2", "n3"):
            wait_until(lambda: self.json("chain", "status", "--node", node)["committed_height"] >=
                       height, f"{node} commits height {height}")
            self.assertEqual(self.json("state", "get", "hello", "--node", node)["value"], "world")
            self.assertEqual(self.json("block", "get", height, "--node", node)["hash"],
                             block["hash"])

    def test_a_transaction_can_be_sent_to_any_node_and_asked_for_by_its_id(self):
        for node in ("n0", "n1", "n2", "n3"):
            result = self.json("tx", "put", "from", node, "--node", node)
            self.assertEqual(result["schema"], "hs.tx_result/v1")
            self.assertEqual(result["status"], "committed")
            self.assertGreater(result["latency_ms"], 0)
            again = self.json("tx", "get", result["id"], "--node", node)
            self.assertEqual(again["height"], result["height"])
        accepted = self.json("tx", "put", "later", "1", "--wait", "accepted")
        self.assertIn(accepted["status"], ("accepted", "committed"))
        self.assertEqual(self.json("tx", "wait", accepted["id"])["status"], "committed")
        self.error("tx", "get", "ab" * 32, code=3)
        self.error("tx", "get", "abc", code=2)
        self.error("tx", "wait", "ab" * 32, "--timeout", "200ms", code=5)

    def test_compare_and_set_lets_one_of_two_win(self):
        self.hs("tx", "cas", "lock", "alice", "--if-absent")
        lost = self.hs("tx", "cas", "lock", "bob", "--if-absent", "--json", code=10)
        self.assertEqual(json.loads(lost.out)["outcome"], "failed")
        self.assertEqual(json.loads(lost.err)["code"], "cas_failed")
        self.assertEqual(self.hs("state", "get", "lock").out, "alice\n")
        self.hs("tx", "cas", "lock", "alice", "bob")
        self.hs("tx", "cas", "lock", "alice", "carol", code=10)
        self.hs("tx", "delete", "lock")
        self.assertEqual(self.error("state", "get", "lock", code=3)["code"], "key_not_found")
        self.error("tx", "cas", "lock", "alice", code=2)
        self.error("tx", "cas", "lock", "a", "b", "--if-absent", code=2)

    def test_keys_and_values_may_be_any_bytes(self):
        self.hs("tx", "put", "00ff", "fe01", "--hex")
        self.hs("tx", "put", "ctrl", "a\x1b[31m\tb")
        self.hs("tx", "put", "süß/ü", "wörld 🌍")
        value = self.json("state", "get", "00ff", "--hex")
        self.assertEqual((value["key_b64"], value["value_b64"]), ("AP8=", "/gE="))
        self.assertEqual(self.json("state", "get", "süß/ü")["value"], "wörld 🌍")
        listed = self.hs("state", "list").out
        self.assertNotIn("\x1b", listed)
        self.assertIn("a\\x1b[31m\\x09b", listed)
        self.error("tx", "put", "", "x", code=2)
        self.error("tx", "put", "k" * 1025, "x", code=2)

    def test_selectors_name_blocks_and_the_tree_is_drawn(self):
        self.wait_for_commits(["n0"], more=6)
        locked = self.json("block", "get", "locked")
        self.assertEqual(self.json("block", "get", locked["hash"])["height"], locked["height"])
        self.assertEqual(self.json("block", "get", f"v:{locked['view']}")["hash"], locked["hash"])
        self.assertEqual(self.json("block", "get", f"{locked['height']}~1")["hash"],
                         locked["parent"])
        self.assertIsNone(self.json("block", "get", "genesis")["parent"])
        missing = self.error("block", "get", "999999", code=3)
        self.assertIn("--wait", missing["hint"])
        self.error("block", "get", "nonsense", code=2)
        wanted = locked["height"] + 8
        self.assertEqual(self.json("block", "get", wanted, "--wait")["height"], wanted)
        self.error("block", "get", "999999", "--wait", "--timeout", "1s", code=5)

        tree = self.hs("block", "tree", "--depth", "6")
        lines = tree.out.splitlines()
        self.assertGreaterEqual(len(lines), 6)
        self.assertTrue(all(len(line) <= 80 for line in lines), tree.out)
        self.assertRegex(lines[0], r"^● \d+ +[0-9a-f]{8}  view \d+ +n[0-3]  [01]{4}")
        self.assertNotIn("\x1b", tree.out)
        self.assertTrue(self.hs("block", "tree", "--dot").out.startswith("digraph"))
        listed = self.hs("block", "list", "--from", "0", "--to", "4", "-o", "jsonl")
        blocks = [json.loads(line) for line in listed.out.splitlines()]
        self.assertEqual([block["height"] for block in blocks], [4, 3, 2, 1, 0])
        for child, parent in zip(blocks, blocks[1:]):
            self.assertEqual(child["parent"], parent["hash"])
            self.assertEqual(child["justify"]["block"], parent["hash"])

    def test_commits_can_be_followed(self):
        follower = self.start("block", "tree", "--follow", "--depth", "1", "-o", "jsonl")
        tree = json.loads(follower.stdout.readline())
        self.assertEqual(tree["schema"], "hs.tree/v1")
        heights = [json.loads(follower.stdout.readline())["height"] for _ in range(4)]
        self.assertEqual(heights, list(range(heights[0], heights[0] + 4)))

    def test_validators_and_peers_are_listed(self):
        validators = self.json("validators", "list")
        self.assertEqual(validators["schema"], "hs.validators/v1")
        self.assertEqual([each["name"] for each in validators["validators"]],
                         ["n0", "n1", "n2", "n3"])
        self.assertEqual((validators["total_power"], validators["quorum"]), (4, 3))
        self.error("validators", "list", "--at", "999999", code=3)
        peers = self.json("peers", "--node", "n2")
        self.assertEqual(sorted(peer["name"] for peer in peers["peers"]), ["n0", "n1", "n3"])
        self.assertTrue(all(peer["connected"] for peer in peers["peers"]))
        self.assertEqual([peer["down_reason"] for peer in peers["peers"]], [None] * 3)

    def test_state_is_listed_across_pages(self):
        host, port = self.node("n0")["rpc"].split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        for number in range(60):
            connection.request("POST", "/v1/transactions?wait=accepted", json.dumps(
                {"operation": {"kind": "put", "key": f"page/{number:04}", "value": "x"}}),
                {"Content-Type": "application/json"})
            self.assertEqual(connection.getresponse().read() != b"", True)
        connection.close()
        self.hs("tx", "put", "last", "one", "--node", "n0")
        keys = [f"page/{number:04}" for number in range(60)]
        wait_until(lambda: [entry["key"] for entry in
                            self.json("state", "list", "page/")["entries"]] == keys,
                   "every key is committed")
        first = self.json("state", "list", "page/", "-n", "7")
        self.assertEqual(len(first["entries"]), 7)
        self.assertEqual(self.hs("state", "list", "page/", "-o", "plain").out.splitlines()[0],
                         "page/0000\tx")


class WhomToAsk(EndToEnd):
    def test_each_way_to_name_a_node_reaches_it(self):
        self.up()
        node = self.node("n1")
        by_rpc = self.json("chain", "status", "--rpc", f"http://{node['rpc']}")
        self.assertEqual(by_rpc["name"], "n1")
        self.assertEqual(self.json("chain", "status", "--home", node["home"])["name"], "n1")
        self.assertEqual(self.json("chain", "status", "--node", "n1")["name"], "n1")
        self.assertEqual(self.json("chain", "status", env={"HS_RPC": node["rpc"]})["name"], "n1")
        # A flag beats the environment; two flags contradict each other.
        self.assertEqual(self.json("chain", "status", "--node", "n2",
                                   env={"HS_RPC": node["rpc"]})["name"], "n2")
        self.error("chain", "status", "--rpc", node["rpc"], "--node", "n2", code=2)
        self.error("chain", "status", "--node", "n9", code=3)
        self.error("chain", "status", "--testnet", "other", code=3)
        self.error("chain", "status", "--rpc", "nonsense", code=2)
        self.error("chain", "status", "--home", self.folder / "nothing", code=3)
        self.error("chain", "status", "--rpc", "http://127.0.0.1:1", code=4)

        self.hs("testnet", "kill", "n0")
        self.assertEqual(self.json("chain", "status")["name"], "n1")
        self.error("chain", "status", "--node", "n0", code=4)
        self.hs("tx", "put", "still", "here")

    def test_a_dead_nodes_files_answer_and_are_not_changed(self):
        self.up()
        self.hs("tx", "put", "hello", "world", "--node", "n3")
        home = self.node("n3")["home"]
        live = self.json("block", "get", "committed", "--home", home)
        self.hs("testnet", "kill", "n3")

        def contents():
            return {entry.path: (entry.stat().st_size, entry.stat().st_mtime_ns)
                    for entry in os.scandir(f"{home}/data")}

        before = contents()
        self.assertEqual(self.json("state", "get", "hello", "--home", home)["value"], "world")
        self.assertEqual(self.json("block", "get", live["hash"], "--home", home)["height"],
                         live["height"])
        status = self.json("chain", "status", "--home", home)
        self.assertGreaterEqual(status["committed_height"], live["height"])
        self.assertIsNone(status["pending_transactions"])
        self.assertIn("●", self.hs("block", "tree", "--home", home).out)
        self.assertEqual(self.json("validators", "list", "--home", home)["quorum"], 3)
        self.assertEqual(self.error("peers", "--home", home, code=4)["code"], "node_stopped")
        self.error("tx", "put", "a", "b", "--home", home, code=4)
        self.assertEqual(contents(), before)

    def test_a_paused_node_is_told_from_a_dead_one(self):
        self.up()
        node = self.node("n0")
        pause(node["pid"])
        try:
            start = time.monotonic()
            error = self.error("chain", "status", "--home", node["home"], code=4)
            self.assertEqual(error["code"], "node_paused")
            self.assertLess(time.monotonic() - start, 20)
            self.error("chain", "status", "--rpc", node["rpc"], "--timeout", "300ms", code=5)
        finally:
            os.kill(node["pid"], signal.SIGCONT)
        self.assertEqual(self.json("chain", "status", "--home", node["home"])["name"], "n0")


class NoQuorum(EndToEnd):
    def test_a_wait_that_runs_out_names_the_transaction(self):
        self.up()
        self.hs("testnet", "kill", "n1,n2")
        error = self.error("tx", "put", "k", "v", "--timeout", "500ms", "--node", "n0", code=5)
        self.assertEqual(error["code"], "timed_out")
        identity = error["details"]["id"]
        self.assertIn(identity, error["hint"])
        self.assertEqual(self.json("tx", "get", identity, "--node", "n0")["status"], "accepted")
        waiting = self.start("tx", "wait", identity, "--node", "n0", "--json", "--timeout", "60s")
        self.hs("testnet", "start", "n1,n2")
        out, err = waiting.communicate(timeout=60)
        self.assertEqual(waiting.returncode, 0, err)
        self.assertEqual(json.loads(out)["status"], "committed")


class Hostile(EndToEnd):
    def test_clients_that_misbehave_do_not_disturb_a_node(self):
        self.up("-n", "1")
        port = int(self.node("n0")["rpc"].split(":")[1])

        def ask(method, target, body=None, headers=None):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            try:
                connection.request(method, target, body, headers or {})
                return connection.getresponse().status
            except (http.client.HTTPException, ConnectionError):
                return None  # the connection was closed on us
            finally:
                connection.close()

        as_json = {"Content-Type": "application/json"}
        self.assertEqual(ask("GET", "/v1/status", headers={"Host": "evil.example"}), 403)
        self.assertEqual(ask("GET", "/v1/status", headers={"Origin": "http://evil.example"}), 403)
        self.assertEqual(ask("POST", "/v1/transactions", "{}", {"Content-Type": "text/plain"}), 415)
        self.assertEqual(ask("POST", "/v1/transactions", "{", as_json), 400)
        self.assertEqual(ask("POST", "/v1/transactions", "[" * 100_000, as_json), 400)
        self.assertIn(ask("POST", "/v1/transactions", " " * (3 << 20), as_json), (413, None))
        self.assertEqual(ask("POST", "/v1/admin/stop", "{}", as_json), 404)
        self.assertEqual(ask("GET", "/v1/nothing"), 404)
        self.assertEqual(self.rpc("n0", "/v1/health")["ok"], True)

        def flood():
            for _ in range(50):
                ask("POST", "/v1/transactions", "x" * 1_000_000, as_json)

        before = self.memory_of(self.node("n0")["pid"])
        threads = [threading.Thread(target=flood) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.hs("tx", "put", "still", "alive")
        self.assertLess(self.memory_of(self.node("n0")["pid"]) - before, 32 << 20)

    def memory_of(self, pid):
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
