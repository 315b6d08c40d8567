#!/usr/bin/env python3
"""Holds every #include to the layers of docs/ARCHITECTURE.md.

usage: layers.py SOURCE_ROOT

A room may include itself and the rooms of lower rows; what else it may or may not include is listed
here and nowhere else. Third-party headers belong to the rooms named beside them.
"""
import pathlib
import re
import sys

# Lowest first. Rooms of one row do not know each other, but for the edges in SIDEWAYS.
ROWS = [
    "base model",
    "types codec crypto",
    "config validators store",
    "app keys genesis net",
    "blocktree kvapp",
    "hotstuff pacemaker blocksync",
    "replica",
    "rpc byzantine",
    "node sim",
    "testnet",
    "cli",
]
SIDEWAYS = {("types", "codec"), ("types", "crypto"), ("genesis", "keys")}
PURE = set("base model codec crypto types validators store app kvapp blocktree hotstuff pacemaker "
           "blocksync replica byzantine sim".split())
# The model of the rules judges the core and must share nothing with it, in either direction.
KNOWN_BY = {"model": {"sim"}}
# The orchestrator starts `hs node` processes and links no node; rpc serves plain snapshot structs.
FORBIDDEN = {
    "testnet": set("node sim byzantine replica hotstuff pacemaker blocksync".split()),
    "rpc": set("hotstuff pacemaker blocksync net".split()),
    "net": set("store config".split()),
}
# What a home holds on disk is a library of its own, which the orchestrator reads without the node.
EXCEPTED = {("testnet", "lib/node/home/")}
# Path prefixes that are outside their room's purity: adapters with targets of their own.
IMPURE_FILES = ("lib/store/leveldb_", "lib/sim/disk/")

# Header prefix -> path prefixes that may include it.
THIRD_PARTY = {
    "asio": "lib/net/ lib/rpc/ lib/node/ testnet/",
    "yaml-cpp/": "lib/config/",
    "CLI/": "cli/",
    "leveldb/": "lib/store/leveldb_ lib/node/ lib/sim/disk/",
    "restinio/": "lib/rpc/",
    "httplib.h": "lib/rpc/",
    "prometheus/": "lib/rpc/ lib/node/",
    "openssl/": "lib/crypto/ lib/net/ lib/rpc/",
    "sodium.h": "lib/crypto/ keys/",
    "spdlog/": "lib/node/ testnet/ cli/",
    "fmt/": "lib/rpc/ lib/node/ testnet/ cli/ genesis/ keys/",
    "nlohmann/": "lib/rpc/ lib/node/ testnet/ cli/ genesis/ keys/",
    "ncurses.h": "cli/",
    "catch2/": "",
    "rapidcheck": "",
}
# Standard headers that a pure room has no use for: time, threads, files, devices, global state.
IMPURE_STANDARD = set(
    "thread mutex shared_mutex condition_variable future atomic stop_token semaphore barrier latch "
    "fstream iostream filesystem random ctime csignal clocale locale syncstream".split())

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
PRODUCT = ("lib", "keys", "genesis", "testnet", "cli")


def room_of(path):
    """The room that a source path belongs to; None for tests."""
    parts = path.split("/")
    return parts[1] if parts[0] == "lib" else parts[0] if parts[0] in PRODUCT else None


def row_of(room):
    for row, rooms in enumerate(ROWS):
        if room in rooms.split():
            return row
    return None


def is_pure(path):
    return room_of(path) in PURE and not path.startswith(IMPURE_FILES)


def room_error(path, target):
    """Why `path` may not include the project header `target`; None if it may."""
    here, there = room_of(path), room_of(target)
    if there is None:
        return f"{target} is no product code"
    for room in (here, there):
        if row_of(room) is None:
            return f"room {room} stands in no row of tests/lint/layers.py"
    if here == there:
        if is_pure(path) and not is_pure(target):
            return f"pure code includes the adapter {target}"
        return None
    if any(here == room and target.startswith(prefix) for room, prefix in EXCEPTED):
        return None
    if there in KNOWN_BY and here not in KNOWN_BY[there]:
        return f"{here} must not know {there}"
    if there in FORBIDDEN.get(here, ()):
        return f"{here} must not know {there}"
    if row_of(there) >= row_of(here) and (here, there) not in SIDEWAYS:
        return f"{there} does not stand below {here}"
    if is_pure(path) and not is_pure(target):
        return f"pure code includes {target}, which is not"
    return None


def package_error(path, header):
    """Why `path` may not include <header>; None if it may."""
    for prefix, places in THIRD_PARTY.items():
        if header.startswith(prefix):
            allowed = tuple(places.split())
            if allowed and path.startswith(allowed):
                return None
            return f"<{header}> does not belong here"
    if header.endswith((".h", ".hpp")):
        system = re.fullmatch(r"((sys|netinet|arpa|linux|net)/)?[a-z_]+\.h", header)
        if not system:
            return f"<{header}> is a package that tests/lint/layers.py does not know"
        return f"<{header}> of the system in pure code" if is_pure(path) else None
    if "/" in header:
        return f"<{header}> is a package that tests/lint/layers.py does not know"
    if header in IMPURE_STANDARD and is_pure(path):
        return f"<{header}> in pure code"
    return None


def check_file(root, path):
    text = (root / path).read_text(encoding="utf-8")
    quoted = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        bracket, header = match.groups()
        error = None
        if bracket == '"':
            if ((root / path).parent / f"{header}.in").is_file():
                continue  # generated by CMake from the file beside
            quoted.append(header)
            if ".." in header or not (root / header).is_file():
                error = f'"{header}" is no path from the repository root'
            elif room_of(path) is not None:
                error = room_error(path, header)
        elif room_of(path) is not None:
            error = package_error(path, header)
        if error:
            yield f"{path}:{number}: {error}"
    own = re.sub(r"\.cpp$", ".h", path)
    if own != path and (root / own).is_file() and quoted[:1] != [own]:
        yield f"{path}: its own header does not come first"


def main():
    root = pathlib.Path(sys.argv[1])
    paths = [p.relative_to(root).as_posix() for top in (*PRODUCT, "tests")
             for p in sorted((root / top).rglob("*")) if p.suffix in (".h", ".cpp")]
    errors = [error for path in paths for error in check_file(root, path)]
    print("\n".join(errors + [f"{len(paths)} files, {len(errors)} wrong includes"]))
    return 1 if errors or len(paths) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
