"""What every command owes its reader: JSON, quiet pipes, no unwanted colour, exit codes."""

import json
import os
import pty
import re
import subprocess
import time
import unittest

from harness import EndToEnd, binary, main, wait_until

ESCAPE = re.compile(r"\x1b\[")


class Streams(EndToEnd):
    def test_help_and_version_answer_without_a_net(self):
        self.assertIn("testnet", self.hs("--help").out)
        self.assertIn("Usage: hs testnet up", self.hs("help", "testnet", "up").out)
        self.assertEqual(self.hs("help", "testnet", "up").out, self.hs("testnet", "up", "-h").out)
        self.assertTrue(self.hs("--version").out.startswith("hs "))
        self.assertEqual(self.json("version")["schema"], "hs.version/v1")

    def test_every_command_has_examples_in_its_help(self):
        for path in self.commands():
            text = self.hs(*path, "--help").out
            self.assertIn("Examples:", text, path)
            for line in text.splitlines():
                if not line.startswith("  hs "):  # examples stand as one types them
                    self.assertLessEqual(len(line), 80, line)

    def commands(self):
        """Every visible command, from the help of hs and of its groups."""
        found = []
        waiting = [(word,) for word in self.words(self.hs("--help").out, "Commands:")]
        while waiting:
            path = waiting.pop()
            verbs = self.words(self.hs(*path, "--help").out, "Verbs:")
            if verbs:
                waiting += [(*path, verb) for verb in verbs]
            else:
                found.append(path)
        self.assertGreater(len(found), 10)
        return found

    @staticmethod
    def words(text, title):
        if title not in text:
            return []
        section = text.split(title + "\n")[1].split("\n\n")[0]
        return [line.split()[0] for line in section.splitlines() if re.match(r"  \S", line)]

    def test_global_options_stand_before_or_after_the_verb(self):
        self.assertEqual(self.hs("--json", "version").out, self.hs("version", "--json").out)
        self.assertEqual(self.hs("-o", "json", "version").out,
                         self.hs("version", env={"HS_OUTPUT": "json"}).out)
        # Flag beats environment.
        self.assertTrue(self.hs("version", "-o", "table", env={"HS_OUTPUT": "json"}).out
                        .startswith("hs "))

    def test_errors_are_json_when_json_was_asked_for(self):
        for arguments in (("--json", "nonsense"), ("nonsense", "-o", "jsonl"),
                          ("nonsense", "--output=json")):
            error = json.loads(self.hs(*arguments, code=2).err)
            self.assertEqual(error["code"], "usage")
        error = json.loads(self.hs("nonsense", env={"HS_OUTPUT": "json"}, code=2).err)
        self.assertEqual(error["exit"], 2)

    def test_a_closed_pipe_ends_quietly(self):
        command = f"{binary()} --help | true; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], env=self.environment, capture_output=True,
                              text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.up("-n", "1")
        command = f"{binary()} testnet logs -f | head -n 1; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], env=self.environment, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_full_disk_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([binary(), "--help"], stdout=full, stderr=subprocess.PIPE,
                                  env=self.environment, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("error[io]", done.stderr)


class Terminals(EndToEnd):
    def on_terminal(self, *arguments, env=None):
        """Runs hs with a terminal as its output; returns what the terminal saw."""
        master, slave = pty.openpty()
        process = subprocess.Popen([binary(), *arguments], stdin=subprocess.DEVNULL, stdout=slave,
                                   stderr=slave, env={**self.environment, **(env or {})})
        os.close(slave)
        seen = b""
        while True:
            try:
                part = os.read(master, 65536)
            except OSError:  # the last writer is gone
                break
            if not part:
                break
            seen += part
        process.wait()
        os.close(master)
        return seen.decode()

    def test_no_colour_where_none_is_wanted(self):
        self.up("-n", "1")
        kill = ("testnet", "kill", "n0")  # ends with a coloured warning
        self.assertRegex(self.on_terminal(*kill), ESCAPE)
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotRegex(self.on_terminal(*kill, env=env), ESCAPE)
        self.assertNotRegex(self.on_terminal(*kill, "--color", "never"), ESCAPE)
        self.assertNotRegex(self.hs(*kill).err, ESCAPE)
        self.assertRegex(self.hs(*kill, "--color", "always", env={"NO_COLOR": "1"}).err, ESCAPE)

    def test_tables_fit_into_eighty_columns(self):
        self.up("-n", "1")
        for arguments in (("testnet", "status"), ("testnet", "ls"), ("testnet", "up", "--dry-run",
                                                                     "x", "--base-port",
                                                                     str(self.base_port + 100))):
            command = " ".join([binary(), *arguments])
            shell = ("sh", "-c", f"stty cols 80; exec {command}")
            master, slave = pty.openpty()
            process = subprocess.Popen(shell, stdin=slave, stdout=slave, stderr=slave,
                                       env=self.environment)
            os.close(slave)
            seen = b""
            while True:
                try:
                    part = os.read(master, 65536)
                except OSError:
                    break
                seen += part
            process.wait()
            os.close(master)
            for line in seen.decode().splitlines():
                self.assertLessEqual(len(line), 80, line)

    def test_the_live_table_of_up_ends_with_ctrl_c(self):
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [binary(), "testnet", "up", "-n", "1", "--base-port", str(self.base_port)],
            stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env=self.environment,
            start_new_session=True)
        os.close(slave)
        seen = b""
        deadline = time.monotonic() + 60
        while b"\x1b[K" not in seen and time.monotonic() < deadline:
            seen += os.read(master, 65536)
        self.assertIn(b"supervisor running", seen)
        process.terminate()
        while True:
            try:
                if not os.read(master, 65536):
                    break
            except OSError:
                break
        self.assertEqual(process.wait(timeout=60), 0)
        os.close(master)
        self.assert_no_process()


class Json(EndToEnd):
    def test_every_testnet_command_answers_in_json(self):
        up = self.json("testnet", "up", "-d", "-n", "1", "--base-port", self.base_port)
        self.assertEqual(up["schema"], "hs.testnet/v1")
        for arguments, schema in ((("status",), "hs.testnet/v1"), (("ls",), "hs.testnets/v1"),
                                  (("env",), "hs.testnet_env/v1"), (("check",), "hs.check/v1"),
                                  (("pause", "n0"), "hs.testnet_nodes/v1"),
                                  (("resume", "n0"), "hs.testnet_nodes/v1"),
                                  (("restart", "all"), "hs.testnet_nodes/v1"),
                                  (("kill", "n0"), "hs.testnet_nodes/v1"),
                                  (("down",), "hs.testnet_down/v1")):
            answer = self.json("testnet", *arguments)
            self.assertEqual(answer["schema"], schema, arguments)
            self.assertEqual(next(iter(answer)), "schema")
        for line in self.hs("testnet", "logs", "-o", "jsonl").out.splitlines():
            self.assertEqual(json.loads(line)["schema"], "hs.log/v1")

    def test_plain_output_is_for_cut_and_awk(self):
        self.up("-n", "2")
        lines = self.hs("testnet", "status", "-o", "plain").out.splitlines()
        self.assertEqual([line.split("\t")[0] for line in lines], ["n0", "n1"])

    def test_quiet_says_nothing_beside_the_data(self):
        result = self.up("-n", "1", "-q")
        self.assertEqual(result.err, "")


if __name__ == "__main__":
    main()
