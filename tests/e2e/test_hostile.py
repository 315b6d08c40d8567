"""Bad input from outside at a running node: its peer port, its RPC port. Everything is answered
with an error or a closed connection, the node goes on committing, and its memory stays flat."""

import contextlib
import json
import os
import random
import re
import socket
import ssl
import struct
import subprocess

from harness import EndToEnd, main, wait_until

PATIENCE = 20  # seconds until a connection that must end has ended
GROWTH_MAX = 16 << 20  # resident bytes; far below what the tests send
SEED_OF_ED25519 = bytes.fromhex("302e020100300506032b657004220420")  # PKCS #8 before the seed

HELLO, MESSAGE, TRANSACTIONS = 0, 1, 2


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def frame(channel, body):
    return struct.pack("<IB", 1 + len(body), channel) + body


def hello(chain_id, genesis_hash, name=b"n3"):
    return frame(HELLO, struct.pack("<BIQ32sI", 0, 1, chain_id, genesis_hash, len(name)) + name
                 + b"\0" + struct.pack("<I", 0))


def read_to_end(connection):
    """What the other side says until it closes; fails if it does not close."""
    connection.settimeout(PATIENCE)
    said = b""
    try:
        while chunk := connection.recv(65536):
            said += chunk
    except TimeoutError:
        raise AssertionError(f"the connection was not closed in {PATIENCE} s") from None
    except OSError:  # reset, or an alert of TLS
        pass
    return said


def send(connection, *chunks):
    """Sends what the other side takes; it may close at any moment."""
    with contextlib.suppress(OSError):
        for chunk in chunks:
            connection.sendall(chunk)


class Hostile(EndToEnd):
    """Three nodes that run, and the key of a fourth in our hands."""

    def setUp(self):
        super().setUp()
        self.up("-n", "4")
        self.hs("testnet", "stop", "n3")
        victim = self.node("n0")
        self.pid = victim["pid"]
        self.peer_port = self.base_port
        self.rpc_port = int(victim["rpc"].split(":")[1])
        chain = self.json("chain", "status", "--node", "n0")
        self.chain_id = int(chain["chain_id"])
        self.genesis_hash = bytes.fromhex(chain["genesis_hash"])
        self.random = random.Random(7)

    def dial(self, port):
        return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)

    def identity(self, name, seed):
        """A self-signed certificate of the key with this seed, as a TLS context."""
        key, certificate = (self.folder / f"{name}.{kind}" for kind in ("key", "crt"))
        openssl = {"check": True, "capture_output": True}
        key.write_bytes(subprocess.run(["openssl", "pkey", "-inform", "DER"],
                                       input=SEED_OF_ED25519 + seed, **openssl).stdout)
        subprocess.run(["openssl", "req", "-x509", "-new", "-key", key, "-subj", "/CN=hs",
                        "-out", certificate], **openssl)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(["hs/1"])
        context.load_cert_chain(certificate, key)
        return context

    def member(self):
        [file] = (self.folder_of() / "n3").rglob("key.yaml")
        seed = re.search(r'secret_key: "([0-9a-f]{64})"', file.read_text()).group(1)
        return self.identity("member", bytes.fromhex(seed))

    def say_as(self, context, *chunks):
        """Connects with an identity, says the chunks, ends its side and returns the answers."""
        raw = self.dial(self.peer_port)
        try:
            with context.wrap_socket(raw) as connection:
                send(connection, *chunks)
                # TLS of Python has no half close: what must end without us is told by its reader.
                return read_to_end(connection)
        except OSError:
            return b""
        finally:
            raw.close()

    def is_unharmed(self, before):
        """The same process, of about the same size, that still commits."""
        self.assertEqual(self.node("n0")["pid"], self.pid)
        self.assertLess(resident_bytes(self.pid) - before, GROWTH_MAX)
        self.wait_for_commits(["n0", "n1", "n2"])

    def test_strangers_at_the_peer_port(self):
        stranger = self.identity("stranger", bytes(range(32)))

        def garbage():
            with self.dial(self.peer_port) as connection:
                send(connection, self.random.randbytes(100_000))
                read_to_end(connection)

        def http():
            with self.dial(self.peer_port) as connection:
                send(connection, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertNotIn(b"200", read_to_end(connection))

        def truncated():
            with self.dial(self.peer_port) as connection:
                # A TLS record that promises 16 KiB of handshake, and the end of the stream.
                send(connection, b"\x16\x03\x01\x40\x00\x01")
                with contextlib.suppress(OSError):  # a flood of strangers is cut
                    connection.shutdown(socket.SHUT_WR)
                read_to_end(connection)

        def wrong_certificate():
            said = self.say_as(stranger, hello(self.chain_id, self.genesis_hash))
            self.assertEqual(said, b"")

        attacks = (garbage, http, truncated, wrong_certificate)
        for attack in attacks:
            attack()
        before = resident_bytes(self.pid)
        for _ in range(50):
            for attack in attacks:
                attack()
        self.is_unharmed(before)

    def test_a_member_that_sends_what_it_must_not(self):
        member = self.member()
        good = hello(self.chain_id, self.genesis_hash)

        def closed(*chunks, reason=b""):
            self.assertIn(reason, self.say_as(member, *chunks))

        def bad_frames():
            closed(hello(self.chain_id + 1, self.genesis_hash), reason=b"chain id")
            closed(hello(self.chain_id, bytes(32)), reason=b"genesis")
            closed(frame(HELLO, b"\xff" * 500))
            closed(frame(MESSAGE, b"before the hello"))
            closed(struct.pack("<I", 0xffffffff) + b"\x00" * 70_000)
            closed(good, struct.pack("<IB", 64 << 20, MESSAGE) + bytes(1 << 20))
            closed(good, good)
            closed(good, frame(9, b"no such channel"))

        bad_frames()
        before = resident_bytes(self.pid)
        for _ in range(8):
            bad_frames()
        # Whoever goes on sending what is no message is sent away for a while.
        garbage = [frame(channel, self.random.randbytes(20_000))
                   for channel in (TRANSACTIONS, MESSAGE) for _ in range(200)]
        closed(good, frame(MESSAGE, bytes(4_000_000)), *garbage)
        self.assertEqual(self.say_as(member, good), b"")
        self.is_unharmed(before)

    def post(self, body, **headers):
        """Status of a POST of a transaction with these headers; none if it was closed unread."""
        head = {"Host": f"127.0.0.1:{self.rpc_port}", "Content-Type": "application/json",
                "Content-Length": str(len(body)), "Connection": "close", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        with self.dial(self.rpc_port) as connection:
            send(connection, f"POST /v1/transactions HTTP/1.1\r\n{lines}\r\n".encode(), body)
            said = read_to_end(connection)
        status = re.match(rb"HTTP/1.1 (\d+) ", said)
        if status and int(status.group(1)) != 200:
            body = said.split(b"\r\n\r\n", 1)[1]
            self.assertEqual(json.loads(body)["schema"], "hs.error/v1", said)
        return int(status.group(1)) if status else None

    def test_bad_requests_at_the_rpc_port(self):
        good = b'{"operation":{"kind":"put","key":"k","value":"v"}}'

        def attacks():
            self.assertEqual(self.post(good), 200)
            for body in (b"", b"{", b"[" * 100_000, b'{"transaction":"zz"}', b'{"transaction":7}',
                         b'{"operation":{"kind":"put"}}', b"\xff\xfe", b"null", good + b"x"):
                self.assertEqual(self.post(body), 400, body[:40])
            self.assertEqual(self.post(b" " * (1 << 20) + good), 413)
            self.assertIn(self.post(b" " * (8 << 20)), (413, None))
            self.assertEqual(self.post(good, Host="evil.example"), 403)
            self.assertEqual(self.post(good, Host=f"evil.example:{self.rpc_port}"), 403)
            self.assertEqual(self.post(good, Origin="http://evil.example"), 403)
            self.assertEqual(self.post(good, **{"Content-Type": "text/plain"}), 415)
            with self.dial(self.rpc_port) as connection:
                send(connection, self.random.randbytes(200_000))
                read_to_end(connection)
            with self.dial(self.rpc_port) as connection:
                send(connection, b"GET / HTTP/1.1\r\n", b"X: " + b"a" * 200_000)
                self.assertNotIn(b" 200 ", read_to_end(connection))

        attacks()
        before = resident_bytes(self.pid)
        for _ in range(12):
            attacks()
        self.is_unharmed(before)
        wait_until(lambda: self.rpc_at(self.rpc_port, "/v1/status")["schema"], "n0 answers")


if __name__ == "__main__":
    main()
