"""What the private sector says: the map of a consultation with its stability, statements, themes of demands.

Nothing here breaks people down below the minimum sizes: groups and cells that are too small are left out, and what
would follow from the totals with them (`majung.methods.opinion.shown`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from majung.methods.labelled import InputError
from majung.methods.opinion import Finding, OpinionMap, chance_silhouette, opinion_map, votes
from majung.taskforce.models import Consultation, Statement, Vote
from majung.taskforce.rules.words import Opinion

VALUE = {Opinion.AGREE: 1, Opinion.DISAGREE: -1, Opinion.PASS: 0}
LEAST_VOTERS = 30
"""Below so many people who voted often enough no map is drawn: groups of a few would be persons."""
LEAST_STATEMENTS = 5
MINIMUM_VOTES = 5
MINIMUM_GROUP = 10
MINIMUM_CELL = 5
GROUPS = range(2, 8)
REPLICATES = 40
CHANCE = 19
SEED = 20210409
KEPT = 16
"""Maps that a process keeps, by the votes themselves."""


@dataclass(frozen=True)
class Said:
    """A statement with its votes; shares are None where too few voted to say anything. low, high: Wilson, 90 %."""

    number: int
    text: dict[str, str]
    agree: int | None
    disagree: int | None
    passed: int | None
    seen: int | None


@dataclass(frozen=True)
class Picture:
    """The map of a consultation, or why there is none yet (`missing`).

    points: (x, y, group) of the people in groups that may be shown, without names. sizes: of the shown groups.
    stability: median and 90 % range of the adjusted Rand index under resampled people, None where it is not known.
    chance: p-value of the silhouette against votes shuffled within statements; large means the groups may be nothing.
    """

    statements: tuple[Said, ...]
    voters: int
    missing: dict[str, str] | None = None
    points: tuple[tuple[float, float, int], ...] = ()
    sizes: tuple[int, ...] = ()
    stability: tuple[float, float, float] | None = None
    chance: float | None = None
    representative: tuple[tuple[tuple[int, str, float], ...], ...] = ()
    consensus: tuple[tuple[int, str, float], ...] = ()
    straight: int = 0


def picture(consultation: Consultation) -> Picture:
    """The map of a consultation's votes, the last vote of each person on each shown statement."""
    shown = {s.pk: s for s in Statement.objects.filter(consultation=consultation, state="shown").order_by("number")}
    cast = Vote.objects.filter(statement__in=shown).order_by("pk").values_list("voter", "statement_id", "opinion")
    last = {(voter, statement): opinion for voter, statement, opinion in cast}
    said = _statements(shown, last)
    voters = len({voter for voter, _ in last})
    often: dict[str, int] = {}
    for voter, _ in last:
        often[voter] = often.get(voter, 0) + 1
    counted = sum(n >= MINIMUM_VOTES for n in often.values())
    if counted < LEAST_VOTERS or len(shown) < LEAST_STATEMENTS:
        return Picture(said, voters, _too_few(counted, len(shown)))
    ballots = sorted((voter, shown[statement].number, opinion) for (voter, statement), opinion in last.items())
    try:
        found, chance = _mapped(tuple(ballots))
    except InputError:
        # Enough people and statements, and yet no map: nobody disagrees with anybody.
        return Picture(said, voters, ALIKE)
    return _drawn(found, chance, said, voters)


@lru_cache(maxsize=KEPT)
def _mapped(ballots: tuple[tuple[str, int, str], ...]) -> tuple[OpinionMap, float]:
    """(map, p-value of its silhouette) of (voter, statement's number, opinion); resampling takes a quarter of a second
    and more, so it is done once for the same votes."""
    names = sorted({voter for voter, _, _ in ballots})
    rows = {name: row for row, name in enumerate(names)}
    cast = votes(
        np.array([rows[voter] for voter, _, _ in ballots]),
        np.array([number for _, number, _ in ballots]),
        np.array([VALUE[Opinion(opinion)] for _, _, opinion in ballots]),
        repeated="refuse",
    )
    rng = np.random.default_rng(SEED)
    found = opinion_map(
        cast,
        minimum_votes=MINIMUM_VOTES,
        fit_on="everyone",
        numbers=GROUPS,
        test="plain",
        confidence=0.9,
        most=5,
        minimum_group=MINIMUM_GROUP,
        minimum_cell=MINIMUM_CELL,
        straight_chance=1e-3,
        resample="participants",
        replicates=REPLICATES,
        rng=rng,
    )
    chance = chance_silhouette(
        cast, minimum_votes=MINIMUM_VOTES, fit_on="everyone", numbers=GROUPS, replicates=CHANCE, rng=rng
    )
    return found, float(chance.p_value)


def _drawn(found: OpinionMap, chance: float, said: tuple[Said, ...], voters: int) -> Picture:
    order = [g for g, visible in enumerate(found.shown.groups) if visible]
    place = {g: n for n, g in enumerate(order)}
    points = tuple(
        (round(float(x), 3), round(float(y), 3), place[int(g)])
        for (x, y), g in zip(found.space.points[:, :2], found.shown.of, strict=True)
        if int(g) in place
    )
    stability = found.stability
    return Picture(
        said,
        voters,
        None,
        points,
        tuple(int(found.groups.sizes[g]) for g in order),
        (float(np.median(stability.ari)), *stability.interval(0.9)) if stability.known else None,
        chance,
        tuple(tuple(_finding(f) for f in found.representative[g]) for g in order),
        tuple(_finding(f) for f in (*found.consensus.agree, *found.consensus.disagree)),
        int(np.count_nonzero(found.straight_lines.flagged)),
    )


def _finding(finding: Finding) -> tuple[int, str, float]:
    return int(str(finding.statement)), Opinion(finding.answer).value, round(float(finding.share), 3)


def _statements(shown: dict[int, Statement], last: dict[tuple[str, int], str]) -> tuple[Said, ...]:
    counts: dict[int, dict[str, int]] = {}
    for (_, statement), opinion in last.items():
        counts.setdefault(statement, {}).setdefault(opinion, 0)
        counts[statement][opinion] += 1
    out = []
    for pk, row in shown.items():
        own = counts.get(pk, {})
        seen = sum(own.values())
        told = seen >= MINIMUM_CELL
        out.append(
            Said(
                row.number,
                row.text,
                own.get(Opinion.AGREE, 0) if told else None,
                own.get(Opinion.DISAGREE, 0) if told else None,
                own.get(Opinion.PASS, 0) if told else None,
                seen if told else None,
            )
        )
    return tuple(out)


ALIKE = {
    "en": "All who voted often enough vote alike: there is no disagreement of which to draw a map.",
    "ko": "충분히 투표한 사람이 모두 같은 의견이어서 지도로 그릴 차이가 없다.",
}


def _too_few(counted: int, statements: int) -> dict[str, str]:
    return {
        "en": f"The map appears once {LEAST_VOTERS} people have voted {MINIMUM_VOTES} times or more on at least "
        f"{LEAST_STATEMENTS} statements ({counted} and {statements} now): smaller groups would be persons.",
        "ko": f"{MINIMUM_VOTES}번 넘게 투표한 사람이 {LEAST_VOTERS}명, 문장이 {LEAST_STATEMENTS}개가 되면 지도를 보인다"
        f"(지금 {counted}명, {statements}개). 더 작은 집단은 개인을 드러낸다.",
    }
