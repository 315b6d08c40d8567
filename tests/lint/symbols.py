#!/usr/bin/env python3
"""No clock, thread, socket, file, environment or random device is called from the pure archives.

usage: symbols.py --nm NM ARCHIVE...
"""
import argparse
import pathlib
import re
import subprocess
import sys

# Undefined symbols, demangled, without version. Each pattern must match from the start.
FORBIDDEN = {
    "clock": r"(std::chrono::.*::now\(|clock_|gettimeofday|time$|ftime$|localtime|gmtime|timer_"
             r"|timerfd|times$|clock$)",
    "sleep or thread": r"(std::thread|std::jthread|std::this_thread|pthread_create|thrd_|nanosleep"
                       r"|usleep|sleep$|std::condition_variable|std::__future_base|fork$|vfork$"
                       r"|clone$|posix_spawn|exec[vl]|system$|popen|sem_|sched_)",
    "socket": r"(socket|connect$|bind$|listen$|accept|send$|sendto|sendmsg|recv|getaddrinfo"
              r"|getsockopt|setsockopt|poll$|ppoll|select$|epoll_|kqueue|SSL_)",
    "file": r"(open(at)?(64)?$|creat(64)?$|fopen|fdopen|freopen|fread|fwrite|fputs|fputc|fflush"
            r"|puts$|putchar|printf|fprintf|vfprintf|__\w*printf_chk|read$|pread|write$|pwrite"
            r"|unlink|rename|mkdir|rmdir|stat(64)?$|fstat|lstat|fsync|fdatasync|mmap|opendir"
            r"|readdir|std::filesystem|std::basic_filebuf|std::basic_[io]?fstream|std::cout"
            r"|std::cerr|std::clog|std::cin|stdin$|stdout$|stderr$)",
    "environment": r"(getenv|secure_getenv|setenv|environ$|getpid|getuid|gethostname|uname$"
                   r"|signal$|sigaction|syscall$)",
    "random device": r"(std::random_device|getrandom|getentropy|rand$|srand|rand_r|random$|srandom"
                     r"|drand48|arc4random|randombytes|RAND_|crypto_\w+_keypair$"
                     r"|crypto_\w+_keygen$)",
}
# A broken HS_CHECK says where before it aborts; key pairs from a given seed need no chance.
ALLOWED = {
    "check.cpp.o": r"(fprintf|__fprintf_chk|stderr)$",
    "signatures.cpp.o": r"crypto_sign_seed_keypair$",
}


def undefined_symbols(nm, archive):
    """(object file, symbol) for every undefined symbol."""
    if not pathlib.Path(archive).is_file():
        sys.exit(f"{archive} is not built; build everything before testing")
    listing = subprocess.run([nm, "-u", "-C", archive], capture_output=True, text=True, check=True)
    member = ""
    for line in listing.stdout.splitlines():
        if line.endswith(":"):
            member = line[:-1]
        elif match := re.match(r"\s*[Uvw] (.*)$", line):
            yield member, re.sub(r"@.*$", "", match.group(1))


def check(nm, archive):
    count = 0
    for member, symbol in undefined_symbols(nm, archive):
        count += 1
        if member in ALLOWED and re.match(ALLOWED[member], symbol):
            continue
        for kind, pattern in FORBIDDEN.items():
            if re.match(pattern, symbol):
                yield f"{archive}({member}): {kind}: {symbol}"
    if count == 0:
        yield f"{archive}: no symbols found; is this an archive of objects?"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nm", required=True)
    parser.add_argument("archives", nargs="+")
    options = parser.parse_args()
    errors = [error for archive in options.archives for error in check(options.nm, archive)]
    errors.append(f"{len(options.archives)} archives, {len(errors)} forbidden symbols")
    print("\n".join(errors))
    return 1 if len(errors) > 1 else 0


if __name__ == "__main__":
    sys.exit(main())
