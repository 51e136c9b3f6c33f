"""Corrupted files through the importers: a clear error or a report, never a crash, a hang or a silent wrong number.

A seeded sample runs with ./run test, ten thousand files with ./run trial (or `python -m trials.corrupted_files`).
"""

from __future__ import annotations

from collections import Counter

import pytest

from majung.evidence.importers.registry import formats
from trials.corrupted_files import FAILURES, run, sound, summary, trial
from trials.sound_files import cases

SAMPLE = 150
WHOLE = 10_000


def test_every_importer_has_a_case() -> None:
    assert {case.format for case in cases()} == set(formats())


@pytest.mark.parametrize("name", [case.name for case in cases()])
def test_the_sound_files_are_imported_cleanly(name: str) -> None:
    assert len(sound(name).facts) >= 12


def test_a_sample_of_corrupted_files() -> None:
    verdicts = [trial(seed) for seed in range(SAMPLE)]
    failed = [one for one in verdicts if one.verdict in FAILURES]
    assert not failed, "\n".join(f"seed {one.seed}: {one.verdict}: {one.said}" for one in failed)
    counted = Counter(one.verdict for one in verdicts)
    assert counted["refused"] > SAMPLE / 4  # the trial shows nothing if nothing is noticed
    assert counted["reported"] > SAMPLE / 20


@pytest.mark.trial
def test_ten_thousand_corrupted_files(capsys: pytest.CaptureFixture[str]) -> None:
    verdicts = list(run(0, WHOLE, 2))
    failed = [one for one in verdicts if one.verdict in FAILURES]
    with capsys.disabled():
        print("\n" + summary(verdicts, sum(one.seconds for one in verdicts)))  # noqa: T201
    assert not failed, "\n".join(f"seed {one.seed}: {one.verdict}: {one.said}" for one in failed)
    assert len(verdicts) == WHOLE
