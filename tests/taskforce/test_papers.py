"""The file of a paper is there whole or not at all."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.files.storage import default_storage

from majung.taskforce import papers

CONTENT = b"paper" * 20_000


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """This process can write no longer file, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_half_a_file_is_never_taken_for_the_whole() -> None:
    with files_up_to(10_000), pytest.raises(OSError):
        papers.keep(CONTENT)
    digest = papers.keep(CONTENT)
    with default_storage.open(papers.place(digest)) as file:
        assert hashlib.sha256(file.read()).hexdigest() == digest
