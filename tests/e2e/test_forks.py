"""Two histories under one genesis: nodes that see them stop, say why, and do so until reset."""

import shutil

from harness import EndToEnd, main, wait_until


class Forks(EndToEnd):
    def run_apart(self, key):
        """Lets the whole net commit on from where its folder stands, and stops it."""
        self.up()
        for value in range(3):
            self.hs("tx", "put", key, value)
        self.hs("testnet", "down", "demo")

    def forked_net(self):
        """A stopped net in which n1 has another history than the others.

        Keys do not fork by themselves: the folders are those of one net that went on twice.
        """
        net = self.folder_of()
        self.up()
        self.hs("testnet", "down", "demo")
        shutil.copytree(net, self.folder / "kept", symlinks=True,
                        ignore=shutil.ignore_patterns("*.sock"))
        self.run_apart("left")
        net.rename(self.folder / "left")
        (self.folder / "kept").rename(net)
        self.run_apart("right")
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


if __name__ == "__main__":
    main()
