"""Changes from the command line: interrupted, large, unknown, and for scripts."""

import json
import re
import signal
import unittest

from harness import EndToEnd, main, wait_until

UNKNOWN = "ab" * 32


class Interrupted(EndToEnd):
    def setUp(self):
        super().setUp()
        self.up("-n", "4")
        self.hs("testnet", "kill", "n2,n3")  # what is sent waits

    def waits(self, *arguments):
        """A change that was accepted and waits for a quorum that is not there."""
        before = self.json("chain", "status")["pending_transactions"]
        process = self.start(*arguments)
        wait_until(lambda: self.json("chain", "status")["pending_transactions"] > before,
                   "the node has the change")
        return process

    def interrupt(self, process, number=signal.SIGINT):
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        self.assertEqual(out, "")
        return process.returncode, err

    def test_ctrl_c_names_the_transaction_which_is_committed_later(self):
        code, err = self.interrupt(self.waits("tx", "put", "late", "1"))
        self.assertEqual(code, 130)
        lines = err.splitlines()
        match = re.fullmatch(r"error\[interrupted\]: (\w{64}) may still be committed", lines[0])
        self.assertTrue(match, err)
        self.assertEqual(lines[-1], f"fix: hs tx wait {match[1]}")
        waiting = self.start("tx", "wait", match[1], "--json")
        self.hs("testnet", "start", "n2,n3")
        out, err = waiting.communicate(timeout=60)
        self.assertEqual((waiting.returncode, json.loads(out)["id"]), (0, match[1]), err)
        self.assertEqual(self.json("state", "get", "late")["value"], "1")

    def test_every_change_says_so_and_in_json_too(self):
        key = self.json("validators", "list")["validators"][0]["public_key"]
        for arguments in (("tx", "delete", "k"), ("tx", "cas", "k", "v", "--if-absent"),
                          ("validators", "set", key, "2")):
            code, err = self.interrupt(self.waits(*arguments, "--json"))
            error = json.loads(err)
            self.assertEqual((code, error["exit"], error["code"]), (130, 130, "interrupted"))
            self.assertIn(error["details"]["id"], error["hint"])
        code, err = self.interrupt(self.waits("tx", "put", "k", "v", "--json"), signal.SIGTERM)
        self.assertEqual((code, json.loads(err)["exit"]), (143, 143))


class Values(EndToEnd):
    def setUp(self):
        super().setUp()
        self.up("-n", "1")

    def test_a_value_comes_from_a_file_as_it_is(self):
        file = self.folder / "value"
        file.write_bytes(bytes(range(256)) * 1000)
        self.hs("tx", "put", "large", "--value-file", file)
        self.assertEqual(len(self.json("state", "get", "large")["value_b64"]), 341336)
        self.hs("tx", "put", "00ff", "--hex", "--value-file", "-", input="00ff\n")
        self.assertEqual(self.json("state", "get", "00ff", "--hex")["value"], "00ff\n")
        file.write_bytes(b"x" * 262144)
        error = self.error("tx", "put", "large", "--value-file", file, code=2)
        self.assertEqual(error["code"], "transaction_too_large")
        file.write_bytes(b"x" * 1000000)
        error = self.error("tx", "put", "large", "--value-file", file, code=2)
        self.assertEqual(error["code"], "transaction_too_large")
        self.error("tx", "put", "k", "v", "--value-file", file, code=2)
        self.error("tx", "put", "k", code=2)
        self.error("tx", "put", "k", "--value-file", self.folder / "none", code=1)

    def test_scripts_get_columns_or_the_id_alone(self):
        columns = self.hs("tx", "put", "k", "v", "-o", "plain").out.rstrip("\n").split("\t")
        self.assertEqual(len(columns), 6)
        self.assertEqual((len(columns[0]), columns[1], columns[5]), (64, "committed", "applied"))
        self.assertEqual(self.json("tx", "get", columns[0])["height"], int(columns[2]))
        quiet = self.hs("tx", "put", "k", "w", "-q")
        self.assertRegex(quiet.out, r"^[0-9a-f]{64}\n$")
        self.assertEqual(quiet.err, "")

    def test_a_wait_for_an_unknown_id_says_that_it_is_unknown(self):
        error = self.error("tx", "wait", UNKNOWN, "--timeout", "200ms", code=5)
        self.assertEqual((error["code"], error["details"]["known"]), ("timed_out", False))
        self.assertIn("does not know it", error["message"])

    def test_tables_in_a_pipe_cut_long_keys_and_values(self):
        self.hs("tx", "put", "k" * 1024, "v" * 5000)
        for line in self.hs("state", "list").out.splitlines():
            self.assertLess(len(line), 100)
        plain = self.hs("state", "list", "-o", "plain").out.rstrip("\n")
        self.assertEqual(plain, "k" * 1024 + "\t" + "v" * 5000)


if __name__ == "__main__":
    main()
