"""Faults of real processes: each begins, holds for a while beside others, and ends.

A kind with `harms` set costs the node its part in consensus for as long as it holds, so at most f
nodes have such at a time; the others must be borne by all. After end() a node may be dead: the
nemesis starts again what does not run.
"""

import contextlib
import http.client
import os
import random
import resource
import signal
import socket
import threading
import time

PULSE_SECONDS = 0.05
IDLE_CONNECTIONS = 150


class Fault:
    """One fault at one node. `net`: the nemesis; `dice` draws what is left open."""

    harms = True

    def __init__(self, net, node, dice):
        self.net, self.node, self.dice = net, node, dice

    def begin(self):
        pass

    def end(self):
        pass

    def pid(self):
        return self.net.test.node(self.node)["pid"]

    def signal(self, number):
        pid = self.pid()
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def order(self, verb):
        """A command of `hs testnet`: refused if the node is not in a state for it, and one that
        starts a node may find that it cannot, if its database is spoilt."""
        result = self.net.test.hs("testnet", verb, self.node, code=None)
        if self.node in self.net.rotten and "corrupt" in result.err:
            return
        self.net.test.assertIn(result.code, (0, 4), str(result))


class Kill(Fault):
    def begin(self):
        self.signal(signal.SIGKILL)


class Stop(Fault):
    def begin(self):
        self.order("stop")


class Restart(Fault):
    def begin(self):
        self.order("restart")


class Pause(Fault):
    def begin(self):
        self.order("pause")

    def end(self):
        self.order("resume")


class Background(Fault):
    """Something that goes on until it is told to end."""

    def begin(self):
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def end(self):
        self.ended.set()
        self.thread.join(timeout=30)

    def run(self):
        raise NotImplementedError


class Flap(Background):
    """Runs and stands still in turn, twenty times a second."""

    def begin(self):
        self.victim = self.pid()
        super().begin()

    def run(self):
        with contextlib.suppress(ProcessLookupError, TypeError):
            while not self.ended.wait(PULSE_SECONDS):
                os.kill(self.victim, signal.SIGSTOP)
                self.ended.wait(PULSE_SECONDS)
                os.kill(self.victim, signal.SIGCONT)
            os.kill(self.victim, signal.SIGCONT)


class Starve(Fault):
    """Has the processor only when nobody else wants it."""

    def schedule(self, policy):
        pid = self.pid()
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.sched_setscheduler(int(thread), policy, os.sched_param(0))

    def begin(self):
        self.schedule(os.SCHED_IDLE)

    def end(self):
        self.schedule(os.SCHED_OTHER)


class Limited(Fault):
    """A limit of the system on a process that runs; lifted, or gone with the process."""

    what = None

    def limit(self):
        raise NotImplementedError

    def begin(self):
        pid = self.pid()
        with contextlib.suppress(ProcessLookupError, FileNotFoundError, TypeError):
            self.before = resource.prlimit(pid, self.what)
            resource.prlimit(pid, self.what, (self.limit(pid), self.before[1]))

    def end(self):
        pid = self.pid()
        with contextlib.suppress(ProcessLookupError, TypeError, AttributeError):
            resource.prlimit(pid, self.what, self.before)


class DiskFull(Limited):
    """No file may grow beyond a few kilobytes more, so that writes fail in the middle."""

    what = resource.RLIMIT_FSIZE

    def limit(self, pid):
        sizes = [os.stat(f"/proc/{pid}/fd/{fd}").st_size for fd in os.listdir(f"/proc/{pid}/fd")]
        return max(sizes) // 2 + self.dice.randrange(1, 20_000)


class FewDescriptors(Limited):
    """No file and no connection can be opened any more."""

    what = resource.RLIMIT_NOFILE

    def limit(self, pid):
        return max(int(fd) for fd in os.listdir(f"/proc/{pid}/fd")) + 1


class Reset(Fault):
    """Loses its chain, keeps its voting record, and fetches the chain anew."""

    def begin(self):
        self.order("stop")
        self.net.reset(self.node)
        self.order("start")


class Rot(Fault):
    """A byte of its database is another one after a crash. It may refuse to start, never lie."""

    def begin(self):
        self.signal(signal.SIGKILL)
        self.net.wait_until_dead(self.node)
        data = self.net.home(self.node) / "data"
        files = sorted(path for path in data.iterdir()
                       if path.suffix in (".log", ".ldb") and path.stat().st_size > 0)
        if not files:
            return
        path = self.dice.choice(files)
        at = self.dice.randrange(path.stat().st_size)
        with open(path, "r+b") as file:
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ (1 << self.dice.randrange(8))]))
        self.net.rotten.add(self.node)
        self.net.test.hs("testnet", "start", self.node, code=None)

    def end(self):
        """What is wrong may not be read for a long time, so the data are fetched anew."""
        self.order("stop")
        self.net.reset(self.node)


class Byzantine(Fault):
    """Breaks the rules of the protocol on purpose."""

    STRATEGIES = ("silent crash-late equivocate double-vote withhold-vote selective hide-pc stale "
                  "future-spam key-spam garbage mutate lying-sync wrong-chain old-set").split()

    def begin(self):
        strategies = ",".join(self.dice.sample(self.STRATEGIES, self.dice.choice((1, 1, 2))))
        done = self.net.test.hs("testnet", "fault", "apply", "byzantine", strategies, self.node,
                                code=None)
        # One that has no descriptor left cannot note it, and stays honest.
        self.net.test.assertIn(done.code, (0, 1), str(done))

    def end(self):
        self.net.test.hs("testnet", "fault", "clear", self.node)


class IdleConnections(Fault):
    harms = False

    def begin(self):
        self.open = []
        for i in range(IDLE_CONNECTIONS):
            with contextlib.suppress(OSError):
                port = self.net.port(self.node) + i % 2
                self.open.append(socket.create_connection(("127.0.0.1", port), timeout=1))

    def end(self):
        for connection in self.open:
            connection.close()


class Garbage(Background):
    """Bytes that are no protocol at its peer port and at its RPC port."""

    harms = False

    def run(self):
        while not self.ended.wait(0.005):
            port = self.net.port(self.node) + self.dice.randrange(2)
            with contextlib.suppress(OSError), \
                    socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(self.dice.randbytes(self.dice.choice((1, 100, 5_000, 100_000))))


class BadRequests(Background):
    """HTTP that is well formed and asks for what it should not."""

    harms = False
    REQUESTS = [
        ("GET", "/v1/blocks/99999999999999999999", b""), ("GET", "/v1/state?limit=-1", b""),
        ("GET", "/v1/" + "x" * 3_000, b""), ("POST", "/v1/transactions", b"{" * 10_000),
        ("POST", "/v1/transactions", b'{"transactions":["00"]}'), ("DELETE", "/v1/status", b""),
        ("POST", "/v1/admin/byzantine", b'{"strategies":"silent"}'),
    ]

    def run(self):
        while not self.ended.wait(0.005):
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.net.port(self.node) + 1,
                                                        timeout=2)
                with contextlib.closing(connection):
                    connection.request(*self.dice.choice(self.REQUESTS))
                    self.net.see_answer(connection.getresponse().status)


class SlowReaders(Fault):
    """Asks for the stream of events and does not read it."""

    harms = False

    def begin(self):
        self.open = []
        for _ in range(5):
            with contextlib.suppress(OSError):
                connection = socket.create_connection(("127.0.0.1", self.net.port(self.node) + 1),
                                                      timeout=1)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
                connection.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.open.append(connection)

    def end(self):
        for connection in self.open:
            connection.close()


class SetChange(Fault):
    """The set changes and changes back: a node has two votes for a while."""

    harms = False

    def power(self, power):
        self.net.test.hs("validators", "set", self.node, power, "--wait", "none", "--node",
                         self.node, code=None)

    def begin(self):
        self.power(2)

    def end(self):
        self.power(1)


class Everything(Fault):
    """Of the network, not of a node: what ends all nodes at once."""

    def begin(self):
        for node in self.net.test.status()["nodes"]:
            if node["pid"]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(node["pid"], signal.SIGKILL)
        self.net.wait_until_all_dead()


class Supervisor(Fault):
    """The supervisor is killed, and its nodes with it."""

    def begin(self):
        os.kill(self.net.test.status()["supervisor"]["pid"], signal.SIGKILL)
        self.net.wait_until_all_dead()


OF_VICTIMS = [Kill, Stop, Restart, Pause, Flap, Starve, DiskFull, FewDescriptors, Reset, Rot]
OF_ANYBODY = [IdleConnections, Garbage, BadRequests, SlowReaders, SetChange]
OF_ALL = [Everything, Supervisor]
KINDS = [*OF_VICTIMS, Byzantine, *OF_ANYBODY, *OF_ALL]
