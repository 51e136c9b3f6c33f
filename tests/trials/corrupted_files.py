"""The trial of the importers: corrupted files; each ends in a clear error or a report, never in a wrong number.

    PYTHONPATH=src:tests python -m trials.corrupted_files --count 10000 --jobs 2 [--only FORMAT]

A trial takes a sound delivery (`sound_files`), breaks one of its files (`corruption`), imports it within a time bound
and judges what came out against the sound import and against the corrupted file itself (`judgement`). Verdicts:

- refused: InputError or EvidenceError, in both languages, that names a file;
- reported: imported, with more bad rows, omissions or notes than the sound file had;
- unchanged: imported, all facts as in the sound file;
- as written: other facts, each of which stands so in the corrupted file (a digit for a digit: nobody can know);
- crash, hang, silent: failures.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from majung.evidence import EvidenceError
from majung.evidence.importers import SourceFacts, import_files
from majung.methods.labelled import InputError
from trials.corruption import Corruption, flip_bits, for_file, garbage, scramble, truncate
from trials.judgement import facts_of, judge
from trials.plain import Outcome
from trials.sound_files import Case, cases, zipped

SECONDS = 60
"""No import of these files (a second or two when sound) may take longer, on a machine that others use too."""
MEMORY = 6 << 30
BLOCK = 2500
FAILURES = ("crash", "hang", "silent")
ARCHIVE = Corruption(
    "broken ZIP of the delivery", lambda data, rng: rng.choice([truncate, flip_bits, scramble, garbage])(data, rng)
)


@dataclass(frozen=True)
class Verdict:
    """What became of one trial."""

    seed: int
    case: str
    corruption: str
    file: str
    verdict: str
    said: str
    seconds: float


class _Hang(BaseException):
    pass


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    def stop(_signal: int, _frame: object) -> None:
        raise _Hang

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def deliver(case: Case, files: dict[str, bytes], folder: Path, archive: bytes | None = None) -> list[Path]:
    """Write a delivery to disk; gives what is handed to the importer."""
    if case.archive:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / case.archive).write_bytes(archive if archive is not None else zipped(files))
        return [folder / case.archive]
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    tops = dict.fromkeys(name.split("/")[0] for name in files)
    return [folder / top for top in tops] if len(tops) == 1 else [folder]


def attempt(case: Case, given: Sequence[Path], package: Path) -> Outcome:
    """One import. Raises whatever is neither InputError nor EvidenceError."""
    try:
        done = import_files(
            case.format,
            given,
            package,
            source=SourceFacts(id="trial", license="CC0 1.0", edition="1"),
            options=case.options,
            mapping=case.mapping,
        )
    except EvidenceError as error:
        said = error.message("en")
        if not error.report.errors or not any("가" <= letter <= "힣" for letter in error.message("ko")):
            raise AssertionError(f"an error without a reason in both languages: {said}") from error
        return Outcome(refused=said)
    except InputError as error:
        return Outcome(refused=str(error))
    return Outcome(done=done, facts=facts_of(package))


@cache
def sound(name: str) -> Outcome:
    """The sound import of a case: what its facts are. It must succeed without a bad row."""
    case = next(one for one in cases() if one.name == name)
    folder = Path(tempfile.mkdtemp(prefix="majung-sound-"))
    try:
        out = attempt(case, deliver(case, dict(case.files), folder / "in"), folder / "out")
    finally:
        shutil.rmtree(folder)
    if out.done is None or out.done.bad or not out.facts:
        raise AssertionError(f"{name}: the sound file is not imported cleanly: {out.refused or out.done}")
    return out


def trial(seed: int, only: str = "") -> Verdict:
    """One corrupted delivery (of one format, if wanted), imported and judged; the same for the same seed."""
    rng = random.Random(seed)
    choice = [one for one in cases() if only in ("", one.format)]
    case = rng.choices(choice, [one.weight for one in choice])[0]
    files = dict(case.files)
    name = rng.choice(list(files))
    if name.startswith(("country_codes", "product_codes")) and rng.random() < 0.5:
        name = next(iter(files))
    archive = None
    if case.archive and rng.random() < 0.3:
        chosen, name = ARCHIVE, case.archive
        archive = chosen.apply(zipped(files), rng)
    else:
        chosen = rng.choice(for_file(name))
        files[name] = chosen.apply(files[name], rng)
    before = sound(case.name)
    folder = Path(tempfile.mkdtemp(prefix="majung-trial-"))
    started = time.monotonic()
    try:
        with _bounded(SECONDS):
            given = deliver(case, files, folder / "in", archive)
            out = attempt(case, given, folder / "out")
        verdict, said = judge(case, chosen.name, files, before, out)
    except _Hang:
        verdict, said = "hang", f"more than {SECONDS} s"
    except Exception:  # noqa: BLE001 - an exception of any other kind is what the trial looks for
        verdict, said = "crash", traceback.format_exc(limit=-4)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Verdict(seed, case.name, chosen.name, name, verdict, said, time.monotonic() - started)


def _several(seeds: Sequence[int], only: str) -> list[Verdict]:
    return [trial(seed, only) for seed in seeds]


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(first: int, count: int, jobs: int, only: str = "") -> Iterator[Verdict]:
    """Trials in processes of their own, so that a crash of the interpreter is seen as one."""
    for begin in range(first, first + count, BLOCK):  # new processes for each block, so that none grows old
        yield from _block(range(begin, min(begin + BLOCK, first + count)), jobs, only)


def _block(seeds: range, jobs: int, only: str) -> Iterator[Verdict]:
    chunks = [seeds[at : at + 25] for at in range(0, len(seeds), 25)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_limit_memory) as pool:
        waiting = {pool.submit(_several, chunk, only): chunk for chunk in chunks}
        for done in as_completed(waiting):
            try:
                yield from done.result()
            except BrokenProcessPool:
                chunk = waiting[done]
                said = f"the process died within seeds {chunk[0]} to {chunk[-1]}"
                yield Verdict(chunk[0], "?", "?", "?", "crash", said, 0.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="first seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="id of the one format to try")
    parser.add_argument("--out", type=Path, help="write every verdict as JSON lines")
    given = parser.parse_args()
    verdicts: list[Verdict] = []
    started = time.monotonic()
    if given.out:
        given.out.write_text("")
    for one in run(given.first, given.count, given.jobs, given.only):
        verdicts.append(one)
        if given.out:
            with given.out.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
        if one.verdict in FAILURES:
            sys.stdout.write(f"seed {one.seed}: {one.verdict}: {one.case}, {one.corruption} ({one.file})\n{one.said}\n")
            sys.stdout.flush()
        if len(verdicts) % 500 == 0:
            sys.stdout.write(f"{len(verdicts):,} in {time.monotonic() - started:.0f} s\n")
            sys.stdout.flush()
    sys.stdout.write(summary(verdicts, time.monotonic() - started))
    return int(any(one.verdict in FAILURES for one in verdicts))


def summary(verdicts: Sequence[Verdict], seconds: float) -> str:
    """The figures in words: how many of each verdict, the slowest, the largest process."""
    counted = Counter(one.verdict for one in verdicts)
    slowest = max(verdicts, key=lambda one: one.seconds)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    listed = ", ".join(f"{name} {count:,}" for name, count in counted.most_common())
    return (
        f"{len(verdicts):,} corrupted files in {seconds:.0f} s: {listed}\n"
        f"failures: {sum(counted[name] for name in FAILURES)}; slowest {slowest.seconds:.1f} s ({slowest.case}, "
        f"{slowest.corruption}); largest process {peak / 1024:.0f} MB\n"
    )


if __name__ == "__main__":
    sys.exit(main())
