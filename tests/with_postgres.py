"""Run a command with DATABASE_URL of a PostgreSQL server of its own, thrown away afterwards.

    python tests/with_postgres.py -- python -m pytest tests/taskforce

Exit code 77 when this machine has no PostgreSQL server; otherwise the command's own.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

LEFT_OUT = 77


def main(command: list[str]) -> int:
    """Start, run, stop."""
    binaries = server_binaries()
    if binaries is None:
        sys.stderr.write("PostgreSQL: no server on this machine (initdb not found)\n")
        return LEFT_OUT
    folder = Path(tempfile.mkdtemp(prefix="majung-pg-"))
    owner = "postgres" if os.geteuid() == 0 else None
    if owner:
        # A server refuses to run as root.
        account = pwd.getpwnam(owner)
        os.chown(folder, account.pw_uid, account.pw_gid)
    port = free_port()

    def run(*words: str) -> None:
        subprocess.run(words, check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL)

    data = str(folder / "data")
    try:
        run(str(binaries / "initdb"), "-D", data, "-U", "majung", "-A", "trust", "-E", "UTF8")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
        log = str(folder / "log")
        run(str(binaries / "pg_ctl"), "-D", data, "-o", options, "-l", log, "-w", "start")
        try:
            url = f"postgresql://majung@127.0.0.1:{port}/postgres"
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode
        finally:
            run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def server_binaries() -> Path | None:
    """The folder with initdb: on the path, or where Debian keeps its versions; the newest."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return versions[-1].parent if versions else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(main(words[1:] if words[:1] == ["--"] else words))
