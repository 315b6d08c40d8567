"""hs sim from outside: formats, files, exit codes. What the simulator finds is tested elsewhere."""

import json
import os
import pty
import re
import signal
import subprocess
import time

from harness import EndToEnd, binary, main


class Sim(EndToEnd):
    def test_the_same_seed_is_the_same_bytes(self):
        once = self.hs("sim", "run", "--seed", "7", "--views", "50", "--trace").out
        again = self.hs("sim", "replay", "7", "--views", "50", "--trace").out
        speed = re.compile(r", \d+ views/s a core")
        self.assertEqual(speed.sub("", once), speed.sub("", again))
        self.assertGreater(len(once.splitlines()), 100)

    def test_json_has_the_members_that_scripts_rely_on(self):
        facts = self.json("sim", "fuzz", "--runs", "5", "--views", "30", "--jobs", "2")
        self.assertEqual(facts["schema"], "hs.sim/v1")
        self.assertEqual(facts["seeds"], 5)
        self.assertEqual(facts["failures"], [])
        for name in ("views", "commits", "views_per_second_per_core"):
            self.assertIsInstance(facts[name], int)
        self.assertGreater(facts["marks"]["CommitBlock"], 0)

    def test_a_run_that_breaks_nothing_is_not_shrunk(self):
        result = self.hs("sim", "shrink", "1", "--profile", "calm", "--views", "20", code=1)
        self.assertIn("nothing_to_shrink", result.err)
        self.assertIn("fix: ", result.err)

    def test_replay_takes_a_seed_or_a_file(self):
        self.hs("sim", "replay", code=2)
        self.hs("sim", "replay", "seven", code=2)
        self.hs("sim", "replay", "7", "--file", "repro.json", code=2)
        self.hs("sim", "replay", "--file", "/nowhere/repro.json", code=1)
        path = os.path.join(self.folder, "repro.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write('{"schema":"hs.sim_repro/v1"}')
        self.hs("sim", "replay", "--file", path, code=2)

    def test_progress_is_for_terminals(self):
        quiet = self.hs("sim", "fuzz", "--runs", "3", "--views", "20")
        self.assertEqual(quiet.err, "")
        ours, theirs = pty.openpty()
        with subprocess.Popen([binary(), "sim", "fuzz", "--runs", "400"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=theirs) as process:
            os.close(theirs)
            shown = os.read(ours, 4096).decode()
            process.send_signal(signal.SIGINT)
            process.wait()
        os.close(ours)
        for word in ("seeds", "views/s", "failures"):
            self.assertIn(word, shown)

    def test_an_interrupt_prints_what_was_done(self):
        with subprocess.Popen([binary(), "sim", "fuzz", "--runs", "1000000", "--views", "30",
                               "--jobs", "1", "--json"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            status = f"/proc/{process.pid}/task"
            while len(os.listdir(status)) < 2:  # the worker runs, so the handler is in place
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate()
        self.assertEqual(process.returncode, 130)
        facts = json.loads(out)
        self.assertTrue(facts["interrupted"])
        self.assertLess(facts["seeds"], 1000000)


if __name__ == "__main__":
    main()
