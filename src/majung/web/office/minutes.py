"""Minutes and convocations of a meeting as documents.

Minutes tell what the law asks for (Public Records Act, enforcement decree art. 18): body, time and place, attendance,
agenda, order of proceedings, gist of remarks, decisions and votes. People stand in them by their posts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from majung.publishing.office import Block, Document, Facts, Heading, Paragraph, Table, paragraphs
from majung.taskforce.rules.words import Disclosure, OutcomeKind, Presence, Purpose, Text, WithholdingGround
from majung.web.words import Words

NONE = "–"


@dataclass(frozen=True)
class Level:
    """Who may read something. Closed: the ground of article 9(1), and the day on which it is looked at again."""

    disclosure: str
    ground: str = ""
    look_again: date | None = None


@dataclass(frozen=True)
class Seat:
    """Who sat in the meeting. organisation: spoken for; represented: the post whose vote a proxy carries."""

    post: Text
    presence: str
    organisation: Text = field(default_factory=dict)
    represented: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Laid:
    """A paper laid before the meeting. number: its version."""

    title: Text
    number: int
    file_name: str
    sha256: str
    level: Level


@dataclass(frozen=True)
class Ruling:
    """What makes an outcome a decision. votes: for, against, abstentions; None when decided without a count."""

    number: str
    basis: str
    votes: tuple[int, int, int] | None
    dissent: Text
    rests_on: str = ""


@dataclass(frozen=True)
class Errand:
    """What makes an outcome an action: who does it, by which day."""

    who: Text
    due: date | None
    state: Text


@dataclass(frozen=True)
class Result:
    """What came of an item. to: the body that a referral goes to."""

    kind: str
    text: Text
    ruling: Ruling | None = None
    errand: Errand | None = None
    to: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Point:
    """An item of the agenda. rests_on: the run that it is decided on."""

    position: int
    title: Text
    purpose: str
    presenter: Text = field(default_factory=dict)
    rests_on: str = ""
    withdrawn: bool = False
    laid: Sequence[Laid] = ()
    results: Sequence[Result] = ()


@dataclass(frozen=True)
class Gathering:
    """A meeting. when: only the day where the time is not known. quorate: None where attendance is not reported.
    mandates: voting ones represented, all of them."""

    programme: Text
    body: Text
    name: Text
    when: datetime | date
    place: Text
    points: Sequence[Point]
    seats: Sequence[Seat] = ()
    quorate: bool | None = None
    mandates: tuple[int, int] | None = None
    state: Text = field(default_factory=dict)
    convened_on: date | None = None
    exercise: bool = False


@dataclass(frozen=True)
class Minutes:
    """A version of the minutes. draft: not approved yet; approved_on: None also where the day is not known."""

    number: int
    proceedings: str
    remarks: str
    approved_on: date | None
    level: Level
    draft: bool = False


def minutes(of: Gathering, told: Minutes, w: Words) -> Document:
    """The minutes of a meeting. w: words of the topic `office`."""
    approved = w.find("draft") if told.draft else w.day(told.approved_on)
    facts = [
        *_where(of, w),
        (w.find("quorum"), _quorum(of, w)),
        (w.find("version"), w.say("version_n", n=told.number)),
        (w.find("approved"), approved),
        (w.find("disclosure"), _level(told.level, w)),
    ]
    seats = [(w.of(s.post), w.of(s.organisation) or NONE, _presence(s, w)) for s in of.seats]
    heads = (w.find("post"), w.find("organisation"), w.find("presence"))
    attendance: list[Block] = [Table(heads, seats, (3, 3, 3))] if seats else [_none(w.find("attendance_none"))]
    blocks: list[Block] = [
        Facts(facts),
        Heading(w.find("attendance")),
        *attendance,
        *_agenda(of, w),
        Heading(w.find("outcomes")),
        *_outcomes(of, w),
        Heading(w.find("proceedings")),
        *(paragraphs(told.proceedings) or [_none(w.find("not_reported"))]),
        Heading(w.find("remarks")),
        *(paragraphs(told.remarks) or [_none(w.find("not_reported"))]),
    ]
    warnings = [w.find("draft_note")] if told.draft else []
    return _document(of, "minutes", blocks, w, warnings)


def convocation(of: Gathering, w: Words) -> Document:
    """What members get before a meeting: when and where, the agenda, its papers."""
    convened = w.day(of.convened_on) if of.convened_on else w.find("not_convened")
    facts = [*_where(of, w), (w.find("convened"), convened), (w.find("state"), w.of(of.state))]
    return _document(of, "convocation", [Facts(facts), *_agenda(of, w)], w, [])


def _document(of: Gathering, kind: str, blocks: Sequence[Block], w: Words, warnings: Sequence[str]) -> Document:
    exercise = [f"{w.find('exercise')}: {w.find('exercise_note')}"] if of.exercise else []
    return Document(
        language=w.code,
        title=w.say(f"{kind}_of", name=w.of(of.name)),
        kicker=f"{w.of(of.programme)} · {w.of(of.body)}",
        note="\n".join([*exercise, *warnings]),
        blocks=blocks,
    )


def _where(of: Gathering, w: Words) -> list[tuple[str, str]]:
    when = w.moment(of.when) if isinstance(of.when, datetime) else w.day(of.when)
    return [
        (w.find("body"), w.of(of.body)),
        (w.find("meeting"), w.of(of.name)),
        (w.find("when"), when),
        (w.find("place"), w.of(of.place) or w.find("not_reported")),
    ]


def _quorum(of: Gathering, w: Words) -> str:
    if of.quorate is None:
        return w.find("not_reported")
    said = w.find("quorate" if of.quorate else "not_quorate")
    return f"{said} · {w.say('mandates', n=of.mandates[0], of=of.mandates[1])}" if of.mandates else said


def _presence(seat: Seat, w: Words) -> str:
    said = w.word(Presence(seat.presence))
    return w.say("proxy_for", presence=said, post=w.of(seat.represented)) if seat.represented else said


def _level(level: Level, w: Words) -> str:
    said = [w.word(Disclosure(level.disclosure))]
    if level.ground:
        said.append(w.say("ground", n=level.ground, ground=w.word(WithholdingGround(level.ground))))
    if level.look_again:
        said.append(w.say("look_again", day=w.day(level.look_again)))
    return " · ".join(said)


def _agenda(of: Gathering, w: Words) -> list[Block]:
    if not of.points:
        return [Heading(w.find("agenda")), _none(w.find("agenda_none"))]
    rows = [
        (
            str(p.position),
            w.of(p.title) + (f"\n({w.find('withdrawn')})" if p.withdrawn else ""),
            w.word(Purpose(p.purpose)),
            w.of(p.presenter) or NONE,
            w.say("run", name=p.rests_on) if p.rests_on else NONE,
        )
        for p in of.points
    ]
    heads = [w.find(name) for name in ("no", "item", "purpose", "presenter", "rests_on")]
    laid = [(p, paper) for p in of.points for paper in p.laid]
    found: list[Block] = [Heading(w.find("agenda")), Table(heads, rows, (1, 6, 2, 3, 3))]
    if laid:
        heads = [w.find(name) for name in ("no", "paper", "file", "disclosure")]
        lines = [
            (
                str(p.position),
                f"{w.of(paper.title)}\n{w.say('version_n', n=paper.number)}",
                f"{paper.file_name}\nSHA-256 {paper.sha256[:16]}",
                _level(paper.level, w),
            )
            for p, paper in laid
        ]
        found += [Heading(w.find("papers")), Table(heads, lines, (1, 5, 4, 4))]
    return found


def _outcomes(of: Gathering, w: Words) -> list[Block]:
    found: list[Block] = []
    for point in of.points:
        if point.withdrawn and not point.results:
            continue
        found.append(Heading(f"{point.position}. {w.of(point.title)}", 2))
        found += [Facts(_result(result, w)) for result in point.results] or [_none(w.find("outcome_none"))]
    return found or [_none(w.find("outcome_none"))]


def _result(result: Result, w: Words) -> list[tuple[str, str]]:
    kind = w.word(OutcomeKind(result.kind))
    ruling, errand = result.ruling, result.errand
    rows = [(f"{kind} {ruling.number}" if ruling else kind, w.of(result.text))]
    if result.to:
        rows.append((w.find("referred_to"), w.of(result.to)))
    if ruling:
        votes = ruling.votes
        counted = w.say("votes_n", ayes=votes[0], noes=votes[1], rest=votes[2]) if votes else w.find("no_count")
        rows += [(w.find("basis"), ruling.basis or w.find("not_reported")), (w.find("votes"), counted)]
        if ruling.dissent:
            rows.append((w.find("dissent"), w.of(ruling.dissent)))
        if ruling.rests_on:
            rows.append((w.find("rests_on"), w.say("run", name=ruling.rests_on)))
    if errand:
        due = w.day(errand.due) if errand.due else w.find("no_due")
        rows += [(w.find("who"), w.of(errand.who)), (w.find("due"), due), (w.find("state"), w.of(errand.state))]
    return rows


def _none(said: str) -> Paragraph:
    return Paragraph(said, quiet=True)
