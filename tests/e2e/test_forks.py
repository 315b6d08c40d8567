"""Two histories under one genesis: nodes that see them stop, say why, and do so until reset."""

import shutil

from harness import EndToEnd, main, wait_until


class Forks(EndToEnd):
    def run_apart(self, key, values):
        """Lets the whole net commit on from where its folder stands, and stops it."""
        self.up()
        for value in range(values):
            self.hs("tx", "put", key, value)
        view = self.node("n1")["view"]
        self.hs("testnet", "down", "demo")
        return view

    def copy_of(self, folder, name):
        return shutil.copytree(folder, self.folder / name, symlinks=True,
                               ignore=shutil.ignore_patterns("*.sock"))

    def forked_net(self):
        """A stopped net in which n1 has another history than the others.

        Keys do not fork by themselves: the folders are those of one net that went on twice.
        """
        net = self.folder_of()
        self.up()
        self.hs("testnet", "down", "demo")
        self.copy_of(net, "kept")
        # The more votes are in the record that n1 will have: none of the others is news to it.
        left = self.run_apart("left", 20)
        net.rename(self.folder / "left")
        (self.folder / "kept").rename(net)
        self.assertLess(self.run_apart("right", 3), left)
        shutil.rmtree(net / "n1")
        (self.folder / "left" / "n1").rename(net / "n1")

    def test_nodes_that_see_a_fork_end_and_the_net_goes_on_after_a_reset(self):
        self.forked_net()
        homes = {name: self.folder_of() / name for name in ("n0", "n1")}
        # Two of four: they cannot commit, but they can show each other what they have.
        nodes = {name: self.start("node", "run", "--home", home) for name, home in homes.items()}
        for name, node in nodes.items():
            wait_until(lambda: node.poll() is not None, f"{name} ends")
            words = node.stderr.read()
            self.assertEqual(node.returncode, 9, words)
            self.assertIn("error[forked]: the chain has forked: ", words)
            self.assertIn("fix: look at the proof: hs chain evidence --home", words)

        for name, home in homes.items():
            with self.subTest(name):
                self.assertEqual(self.error("node", "run", "--home", home, code=9)["code"],
                                 "forked")
                shown = self.json("chain", "evidence", "--home", home)["fork"]
                self.assertNotEqual(shown["ours"]["block"], shown["theirs"]["block"])
                self.assertIn("FORK: ", self.hs("chain", "evidence", "--home", home).out)
        self.assertIn("the chain has forked", self.node("n1")["fork"])
        self.assertIsNone(self.node("n2")["fork"])
        status = self.hs("testnet", "status", "demo")
        self.assertIn("n1 has stopped for good: the chain has forked", status.err)
        self.assertEqual(self.error("testnet", "check", code=9)["code"], "fork")

        # Nothing starts over it.
        refused = self.error("testnet", "up", "demo", "-d", code=9)
        self.assertEqual(refused["code"], "forked")
        self.assertIn("has stopped for good", refused["message"])

        # n2 and n3 hold the branch that counts.
        for home in homes.values():
            self.hs("node", "reset", "--data", "--yes", "--home", home)
        self.up()
        self.hs("tx", "put", "after", "all")
        self.wait_for_commits(["n0", "n1", "n2", "n3"])
        self.assertTrue(self.json("testnet", "check")["ok"])
        for name in homes:
            self.assertEqual(self.json("state", "get", "right", "--node", name)["value"], "2")
            self.error("state", "get", "left", "--node", name, code=3)

    def test_a_home_restored_from_an_older_copy_ends_before_it_votes(self):
        self.up()
        homes = {node["name"]: self.folder_of() / node["name"] for node in self.status()["nodes"]}
        self.hs("testnet", "down")
        older = self.copy_of(homes["n1"], "older")
        self.hs("testnet", "up", "demo", "-d")
        self.hs("testnet", "kill", "n3")  # from here on no certificate without n1
        for value in range(3):
            self.hs("tx", "put", "key", value)
        self.hs("testnet", "down")
        shutil.rmtree(homes["n1"])
        older.rename(homes["n1"])

        # The record fits the data, so nothing is wrong until the others show what n1 has signed.
        others = [self.start("node", "run", "--home", homes[name]) for name in ("n0", "n2", "n3")]
        for _ in range(2):
            node = self.start("node", "run", "--home", homes["n1"])
            wait_until(lambda: node.poll() is not None, "n1 ends")
            words = node.stderr.read()
            self.assertEqual(node.returncode, 8, words)
            self.assertIn("error[vote_unknown]: this node's key has signed a vote in view ", words)
            self.assertIn("why: the home is an older copy, or another process has the key", words)
            self.assertIn("fix: bring back the home as it was last", words)
        self.hs("tx", "put", "key", "without n1", "--home", homes["n0"])
        self.assertEqual(self.json("chain", "evidence", "--home", homes["n0"])["evidence"], [])
        self.assertEqual([node.poll() for node in others], [None] * 3)


if __name__ == "__main__":
    main()
