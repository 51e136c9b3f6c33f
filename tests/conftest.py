"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from majung.programme import load_programme
from majung.runs import Run, compute
from miniature import Miniature

# A test that loads the server's entry reads no runs in a thread of its own.
os.environ["MAJUNG_WARM"] = "0"

# Slow machines are no failures: how long a draw takes says nothing about what is tested.
settings.register_profile("majung", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("majung")


@pytest.fixture
def miniature(tmp_path: Path) -> Miniature:
    """A programme in miniature, to be changed and written."""
    return Miniature(tmp_path / "programme")


@pytest.fixture(scope="session")
def mini_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The unchanged miniature, run once."""
    return compute(load_programme(Miniature(tmp_path_factory.mktemp("mini") / "programme").write()))


@pytest.fixture(autouse=True, scope="session")
def _flush_below_the_net() -> None:
    """Tests with a live server are flushed afterwards, which the net refuses: lift it first; `migrate` lays it anew."""
    from django.test import TransactionTestCase

    from net import without_net

    flush = TransactionTestCase._fixture_teardown

    def lifted(case: TransactionTestCase) -> None:
        without_net()
        flush(case)

    TransactionTestCase._fixture_teardown = lifted  # type: ignore[method-assign]
