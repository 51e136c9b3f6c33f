"""Rate limits that hold across commands: the times of past requests are kept in the cache folder."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from majung.evidence.adding import write_atomically
from majung.evidence.clients.site import Limit

if sys.platform != "win32":
    import fcntl


class Pace:
    """Says how long to wait before the next request to one host, and remembers the requests made.

    The times are shared through a file, so that an hourly limit is kept by ten commands of one hour too. A file that
    cannot be read counts as empty: the site's own 429 still stands behind it.
    """

    def __init__(self, file: Path, limits: tuple[Limit, ...], clock: Callable[[], float] = time.time) -> None:
        self.file = file
        self.limits = limits
        self.clock = clock

    def reserve(self, longest: float) -> float:
        """Seconds until the next request may be made; noted as made at that time if that is at most `longest`."""
        with self._locked():
            now = self.clock()
            made = self._past(now)
            at = max([now, *(self._free(made, limit) for limit in self.limits)])
            if at - now <= longest:
                self._write([*made, at])
            return at - now

    @staticmethod
    def _free(made: list[float], limit: Limit) -> float:
        """When a further request leaves at most `limit.requests` within the window."""
        return made[-limit.requests] + limit.seconds if len(made) >= limit.requests else 0.0

    def _past(self, now: float) -> list[float]:
        longest = max((limit.seconds for limit in self.limits), default=0.0)
        try:
            times = json.loads(self.file.read_text(encoding="utf-8"))
            # A time far ahead comes from a clock that was set back; it must not block for ever.
            return sorted(float(t) for t in times if now - longest < float(t) < now + longest)
        except (OSError, ValueError, TypeError):
            return []

    def _write(self, times: list[float]) -> None:
        keep = max((limit.requests for limit in self.limits), default=0)
        write_atomically(self.file, json.dumps(times[-keep:] if keep else []).encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":
            yield
            return
        handle = os.open(self.file.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
