"""How much an address puts forward in a day, and who votes: nobody can be told from either afterwards.

Addresses are counted by a digest under a salt that is thrown away at the end of the day.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import os
import secrets
import shutil
from datetime import date
from pathlib import Path


class TooMany(Exception):
    """This address has put forward as much as it may today."""


def source(remote: str, forwarded: str, proxies: int) -> str:
    """The address that counts: the last one that a trusted proxy wrote, else the connection's; IPv6 by its /64."""
    said = remote
    chain = [part.strip() for part in forwarded.split(",") if part.strip()]
    if proxies and chain:
        said = chain[-min(proxies, len(chain))]
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


def count(folder: Path, day: date, address: str, kind: str, most: int) -> None:
    """Count one deed of an address on a day; raises TooMany beyond `most`. Earlier days' salts and counts are erased.

    A count is the length of a file that each deed makes longer by one byte: right also with several processes.
    """
    today = folder / day.isoformat()
    if not today.is_dir():
        today.mkdir(parents=True, exist_ok=True)
        for earlier in folder.iterdir():
            if earlier.name < day.isoformat():
                shutil.rmtree(earlier, ignore_errors=True)
    digest = hmac.new(_salt(today), f"{kind}:{address}".encode(), hashlib.sha256).hexdigest()[:32]
    handle = os.open(today / digest, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.fstat(handle).st_size >= most:
            raise TooMany
        os.write(handle, b".")
    finally:
        os.close(handle)


def _salt(today: Path) -> bytes:
    file = today / "salt"
    if not file.exists():
        work = today / f".salt-{secrets.token_hex(8)}"
        work.touch(mode=0o600)
        work.write_bytes(secrets.token_bytes(32))
        with contextlib.suppress(FileExistsError):
            os.link(work, file)
        work.unlink()
    return file.read_bytes()


def voter(cookie: str, consultation: str) -> str:
    """A visitor's pseudonym in one consultation: votes in two consultations cannot be put together."""
    return hmac.new(cookie.encode(), f"majung-voter:{consultation}".encode(), hashlib.sha256).hexdigest()[:32]
