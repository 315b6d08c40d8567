"""How end-to-end tests drive the real binary. Standard library only.

    from harness import EndToEnd, main

    class Blocks(EndToEnd):
        def test_the_head_is_a_block(self):
            self.up("-n", "4")
            block = self.json("block", "get", "head")
            self.assertEqual(block["schema"], "hs.block/v1")

    if __name__ == "__main__":
        main()

Every test has folders of its own (HOME, XDG_STATE_HOME, XDG_DATA_HOME) and a block of free ports
that no other test has, so that tests run side by side. Whatever a test started is taken down after
it, and a process left behind fails it.

By hand: HS_BINARY=build/dev/cli/hs python3 tests/e2e/test_testnet.py -v [Class.test_name]
"""

import fcntl
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

PORT_BLOCK = 320  # thirty-two nodes
FIRST_PORT = 18000
LAST_PORT = 26800  # below the default of testnets and the system's ephemeral ports
PATIENCE = 60  # seconds that a condition may take to come true on a slow machine


def binary():
    path = os.environ.get("HS_BINARY")
    if not path or not os.access(path, os.X_OK):
        raise SystemExit("HS_BINARY must name the hs binary")
    return os.path.abspath(path)


class Result:
    """What a command answered: exit code, standard output and error as text."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def __str__(self):
        command = " ".join(self.arguments)
        return f"hs {command}\nexit {self.code}\n--- out\n{self.out}--- err\n{self.err}"


class PortBlock:
    """Ports that nobody listens on, held against other tests by a file lock."""

    def __init__(self):
        folder = pathlib.Path(tempfile.gettempdir()) / f"hs-e2e-ports-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        for base in range(FIRST_PORT, LAST_PORT, PORT_BLOCK):
            lock = open(folder / str(base), "w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.close()
                continue
            ports = (base + 10 * i + j for i in range(PORT_BLOCK // 10) for j in (0, 1))
            if all(map(port_is_free, ports)):
                self.base, self._lock = base, lock
                return
            lock.close()
        raise RuntimeError("no block of free ports is left")

    def release(self):
        self._lock.close()


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def wait_until(fact, what, patience=PATIENCE, interval=0.02):
    """Waits for fact() to become true and returns its value."""
    deadline = time.monotonic() + patience
    while True:
        value = fact()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(interval)


def pause(pid):
    """Returns when every thread has stopped, for which the kernel takes a moment."""
    os.kill(pid, signal.SIGSTOP)

    def is_stopped():
        try:
            states = [stat.read_text().rpartition(")")[2].split()[0]
                      for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")]
        except OSError:
            return False  # a thread has ended meanwhile
        return all(state == "T" for state in states)
    wait_until(is_stopped, f"process {pid} is stopped")


def processes_of(folder):
    """Live processes whose command line or environment names the folder; zombies are none."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                text = file.read()
            with open(f"/proc/{entry}/environ", "rb") as file:
                text += file.read()
            with open(f"/proc/{entry}/stat") as file:
                state = file.read().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue  # gone meanwhile, or not ours
        if os.fsencode(str(folder)) in text and state not in "ZX":
            found.append(int(entry))
    return found


class EndToEnd(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hs-e2e-"))
        self.ports = PortBlock()
        self.base_port = self.ports.base
        for name in ("home", "state", "data"):
            (self.folder / name).mkdir(mode=0o700)
        self.environment = {
            "HOME": str(self.folder / "home"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "PATH": os.environ.get("PATH", ""),
            "TERM": "xterm",
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        try:
            if self._outcome_failed():
                self._keep_logs()
            subprocess.run([binary(), "testnet", "down", "--all"], env=self.environment,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
            left = processes_of(self.folder)
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        finally:
            self.ports.release()
            shutil.rmtree(self.folder, ignore_errors=True)
        self.assertEqual(left, [], "processes were left behind")

    def _outcome_failed(self):
        outcome = getattr(self, "_outcome", None)
        result = getattr(outcome, "result", None)
        failures = getattr(result, "failures", []) + getattr(result, "errors", [])
        return any(test is self for test, _ in failures) or not getattr(outcome, "success", True)

    def _keep_logs(self):
        """The last lines of every log, for who reads a failed test."""
        for log in sorted((self.folder / "state").rglob("*.log")):
            if "data" in log.parts:
                continue  # a file of the database
            lines = log.read_text(errors="replace").splitlines()[-15:]
            print(f"--- {log.relative_to(self.folder)}", *lines, sep="\n")

    # ---- running commands ----

    def hs(self, *arguments, code=0, input=None, env=None, timeout=120):
        """Runs hs and checks its exit code (None: any). Returns a Result."""
        arguments = [str(argument) for argument in arguments]
        done = subprocess.run([binary(), *arguments], input=input, capture_output=True, text=True,
                              env={**self.environment, **(env or {})}, timeout=timeout,
                              stdin=subprocess.DEVNULL if input is None else None)
        result = Result(arguments, done.returncode, done.stdout, done.stderr)
        if code is not None:
            self.assertEqual(result.code, code, str(result))
        return result

    def json(self, *arguments, **options):
        """Runs hs ... --json and returns the object of its standard output."""
        result = self.hs(*arguments, "--json", **options)
        try:
            return json.loads(result.out)
        except ValueError:
            self.fail(f"no JSON on standard output: {result}")

    def error(self, *arguments, code, **options):
        """Runs a command that must fail with `code`; returns its hs.error/v1 object."""
        result = self.hs(*arguments, "--json", code=code, **options)
        error = json.loads(result.err.strip().splitlines()[-1])
        self.assertEqual(error["schema"], "hs.error/v1")
        self.assertEqual(error["exit"], code)
        return error

    def start(self, *arguments, **options):
        """Starts hs in the background; it is killed after the test. Returns the Popen object."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        process = subprocess.Popen([binary(), *map(str, arguments)], text=True,
                                   env=self.environment, **options)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()

        self.addCleanup(end)
        return process

    # ---- testnets ----

    def up(self, *arguments, name="demo", base_port=None, **options):
        """hs testnet up NAME -d on ports of this test."""
        return self.hs("testnet", "up", name, "-d", "--base-port", base_port or self.base_port,
                       *arguments, **options)

    def folder_of(self, name="demo"):
        """The folder of a testnet."""
        return self.folder / "state" / "hs" / "testnets" / name

    def status(self, name="demo"):
        return self.json("testnet", "status", name)

    def node(self, node, name="demo"):
        return next(entry for entry in self.status(name)["nodes"] if entry["name"] == node)

    def heights(self, name="demo"):
        """Committed height by node; None where a node does not answer."""
        return {node["name"]: node["committed_height"] for node in self.status(name)["nodes"]}

    def rpc(self, node, target, name="demo", timeout=10):
        """GET of a node's RPC; the JSON object it answers."""
        host, port = self.node(node, name)["rpc"].split(":")
        return self.rpc_at(int(port), target, timeout)

    def rpc_at(self, port, target, timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        try:
            connection.request("GET", target)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def wait_for_commits(self, nodes, more=3, name="demo", patience=PATIENCE):
        """Every one of the nodes commits `more` blocks from now on, and all reach one height."""
        now = [height for height in self.heights(name).values() if height is not None]
        goal = (max(now) if now else -1) + more
        wait_until(lambda: all((self.heights(name)[node] or -1) >= goal for node in nodes),
                   f"{nodes} commit up to height {goal}", patience)

    def assert_no_process(self, patience=10):
        wait_until(lambda: not processes_of(self.folder),
                   f"all processes end: {processes_of(self.folder)}", patience)


def main():
    binary()
    unittest.main(verbosity=2)
