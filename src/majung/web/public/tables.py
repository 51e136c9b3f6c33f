"""The tables of the public pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from majung.taskforce.rules.words import Instrument
from majung.web.public import told
from majung.web.public.site import Site
from majung.web.tables import Cell, Column, Row, Table
from majung.web.templatetags.look import lights

Documents = Iterable[Mapping[str, Any]]


def instrument(site: Site, value: str | None) -> str:
    return site.words.word(Instrument(value)) if value else ""


def day_cell(site: Site, text: str | None) -> Cell:
    found = told.day(text)
    return Cell(site.words.day(found) if found else "–", found)


def announcements(site: Site, found: Documents) -> Table:
    """Latest first."""
    w = site.words
    columns = [Column("on", w.find("col.announced")), Column("title", w.find("col.announcement"))]
    columns += [Column("meeting", w.find("col.meeting")), Column("state", w.find("col.state"))]
    rows = [
        Row(
            [
                Cell(w.moment(datetime.fromisoformat(a["announced_at"])), told.day(a["announced_at"])),
                Cell(w.of(a["title"]), href=site.address("announcement", a["key"])),
                Cell(w.of(a["meeting"]["name"]) if a["meeting"] else "–"),
                Cell(_corrected(site, a)),
            ]
        )
        for a in sorted(found, key=lambda a: str(a["announced_at"]), reverse=True)
    ]
    return Table(
        "announcements", columns, rows, caption=w.find("announcements.topic"), empty=w.find("announcements.none")
    )


def _corrected(site: Site, a: Mapping[str, Any]) -> str:
    n = len(a["corrections"])
    return site.words.counted(n, "announcements.corrections") if n else site.words.of(a["state_label"])


def answers(site: Site, found: Documents, names: Mapping[str, str]) -> Table:
    """Answered demands, the latest answer first. names: area key -> name."""
    w = site.words
    measures = told.measures_of(site.edition)
    heads = ("number", "area", "theme", "answer", "reason", "on")
    columns = [Column(key, w.find(f"col.{key}")) for key in heads]
    rows = []
    for a in sorted(found, key=lambda a: str(a["responses"][-1]["on"]), reverse=True):
        last = a["responses"][-1]
        theme = w.of(a["theme"]) or instrument(site, a["instrument"])
        sub = (
            w.say("answers.measure", name=w.of(measures[last["measure"]]["name"]))
            if last["measure"] in measures
            else ""
        )
        rows.append(
            Row(
                [
                    Cell(a["key"]),
                    Cell(names.get(a["area"] or "", "–")),
                    Cell(theme or "–"),
                    Cell(w.of(last["answer_label"]), strong=True, sub=sub),
                    Cell(w.of(last["reason"])),
                    day_cell(site, last["on"]),
                ]
            )
        )
    return Table("answers", columns, rows, caption=w.find("answers.topic"), empty=w.find("answers.none"))


def measures(site: Site, area: Mapping[str, Any]) -> Table:
    """The measures of an area with their lights."""
    w = site.words
    columns = [
        Column("name", w.find("col.measure")),
        Column("owner", w.find("col.owner")),
        Column("state", w.find("col.state")),
        Column("due", w.find("col.due")),
        Column("lights", w.find("col.lights"), sorts=False),
    ]
    rows = []
    for m in area["detail"]:
        late = w.counted(m["late_days"], "late_days") if m["late_days"] > 0 else ""
        judged = lights({"w": w}, **m["lights"])
        said = " / ".join(f"{judge} {m['lights'][judge]}" for judge in told.JUDGES)
        due = day_cell(site, m["due"])
        rows.append(
            Row(
                [
                    Cell(w.of(m["name"]), sub=instrument(site, m["instrument"])),
                    Cell(w.of(m["owner"])),
                    Cell(w.of(m["state_label"])),
                    Cell(due.text, due.value, sub=late),
                    Cell(said, html=judged),
                ],
                anchor=f"m-{m['key']}",
            )
        )
    return Table("measures", columns, rows, caption=w.find("area.measures"), empty=w.find("area.no_measures"))


def metrics(site: Site, area: Mapping[str, Any]) -> Table:
    """The table behind the small pictures: one line a target."""
    w = site.words
    heads = (
        ("indicator", False),
        ("baseline", True),
        ("target", True),
        ("by", False),
        ("reading", True),
        ("source", False),
    )
    columns = [Column(key, w.find(f"col.{key}"), right) for key, right in heads]
    rows = []
    for m in area["detail"]:
        for metric in m["metrics"]:
            seen = told.course(metric).readings
            mark = " †" if metric["doubtful"] else ""
            for target in metric["targets"] or [None]:
                aim = w.amount(target["value"]) if target else w.find("no_target")
                rows.append(
                    Row(
                        [
                            Cell(w.of(metric["name"]) + mark, sub=f"{w.of(metric['unit'])} · {w.of(m['name'])}"),
                            Cell(w.amount(metric["baseline"]), metric["baseline"], quiet=metric["baseline"] is None),
                            Cell(aim, target["value"] if target else None),
                            day_cell(site, target["by"] if target else None),
                            Cell(w.amount(seen[-1][1]), seen[-1][1], sub=w.day(seen[-1][0]))
                            if seen
                            else Cell(w.find("not_reported"), quiet=True),
                            Cell(metric["source"] or "–"),
                        ]
                    )
                )
    return Table("metrics", columns, rows, caption=w.find("area.metrics"), empty=w.find("area.no_metrics"))


def minutes(site: Site) -> Table:
    """Meetings with public minutes."""
    w = site.words
    columns = [
        Column("on", w.find("col.on_day")),
        Column("name", w.find("col.meeting")),
        Column("body", w.find("col.body")),
    ]
    rows = [
        Row(
            [
                day_cell(site, m["on"]),
                Cell(w.of(m["name"]), href=site.address("minutes", m["key"])),
                Cell(w.of(m["body"])),
            ]
        )
        for m in sorted(site.edition.all("minutes"), key=lambda m: str(m["on"]), reverse=True)
    ]
    return Table("minutes", columns, rows, caption=w.find("minutes.topic"), empty=w.find("minutes.none"))


def files(site: Site) -> Table:
    """What is in the edition, with the digest of each file. Receipts are counted, not listed."""
    w = site.words
    columns = [Column("file", w.find("col.file")), Column("digest", "SHA-256")]
    stated = site.edition.manifest["files"]
    rows = [Row([Cell(n), Cell(d)]) for n, d in sorted(stated.items()) if not n.startswith("receipts/")]
    return Table("files", columns, rows, caption=w.find("data.files"))


def statements(site: Site, found: Documents) -> Table:
    """Statements with their votes, as far as enough people voted."""
    w = site.words
    columns = [Column("n", w.find("col.n")), Column("statement", w.find("col.statement"))]
    columns += [Column(k, w.find(f"vote.{k}"), right=True) for k in ("agree", "disagree", "pass")]
    rows = []
    for s in found:
        votes = [s["agree"], s["disagree"], s["passed"]]
        cells = [Cell(str(s["number"]), s["number"]), Cell(w.of(s["text"]))]
        cells += [Cell(w.find("too_few"), quiet=True) if v is None else Cell(f"{v:,}", v) for v in votes]
        rows.append(Row(cells))
    return Table(
        "statements", columns, rows, caption=w.find("consultation.statements"), empty=w.find("consultation.none")
    )


def projects(site: Site, area: Mapping[str, Any]) -> Table:
    """The core projects of an area, with the decision and the run that chose each."""
    w = site.words
    columns = [
        Column("name", w.find("area.project")),
        Column("decision", w.find("area.project_decision")),
        Column("run", w.find("figure.run")),
    ]
    rows = [
        Row([Cell(w.of(p["name"]), strong=True), Cell(p["decision"] or "–"), Cell(p["run"] or "–")])
        for p in area["projects"]
    ]
    return Table("projects", columns, rows, caption=w.find("area.projects"), empty=w.find("area.projects_empty"))


def announced_on(site: Site, pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Table:
    """The announced measures that rest on a figure: (announcement, measure)."""
    w = site.words
    columns = [
        Column("measure", w.find("figure.rests_measure")),
        Column("announcement", w.find("figure.rests_announcement")),
        Column("meeting", w.find("figure.rests_meeting")),
    ]
    rows = [
        Row(
            [
                Cell(w.of(m["name"]), href=site.address("announcement", a["key"]) + f"#m-{m['key']}", strong=True),
                Cell(w.of(a["title"]), href=site.address("announcement", a["key"])),
                Cell(w.of(a["meeting"]["name"]) if a["meeting"] else "–"),
            ]
        )
        for a, m in pairs
    ]
    return Table("rests", columns, rows, caption=w.find("figure.rests"), empty=w.find("figure.rests_none"))


def number(site: Site, value: float | str | None) -> str:
    """A value of a published row: whole numbers whole, others with about three digits."""
    if value is None or isinstance(value, str):
        return value or site.words.find("not_reported")
    return site.words.number(value, 0) if float(value).is_integer() else site.words.figure(value)


def steps(site: Site, figure: Mapping[str, Any]) -> Table:
    """The published rows that a figure was computed from."""
    w = site.words
    columns = [
        Column("name", w.find("figure.row")),
        Column("value", w.find("figure.value"), True),
        Column("id", w.find("figure.id")),
    ]
    rows = [
        Row(
            [
                Cell(w.of(step["name"]), strong=True),
                Cell(number(site, step["value"]), step["value"] if isinstance(step["value"], float) else None),
                Cell(step["figure"] or w.find("figure.statement"), quiet=not step["figure"]),
            ]
        )
        for step in figure["steps"]
    ]
    return Table("steps", columns, rows, caption=w.find("figure.steps_topic"), empty=w.find("figure.no_steps"))


def source_rows(site: Site, position: int, source: Mapping[str, Any]) -> Table:
    """The first rows of one file that a figure rests on. position: of the file on the page, for the table's name."""
    w = site.words
    names = [n for n in ("country", "code", "measure", "year", "value") if any(n in row for row in source["rows"])]
    columns = [Column("line", w.find("figure.line"), True)]
    columns += [Column(n, w.find(f"figure.{n}"), n in ("year", "value")) for n in names]
    rows = [
        Row([Cell(f"{row['line']:,}", row["line"], strong=True), *[_source_cell(site, n, row.get(n)) for n in names]])
        for row in source["rows"]
    ]
    said = w.say("figure.first_rows", n=len(rows), all=w.number(source["count"], 0))
    return Table(f"rows{position}", columns, rows, caption=said, empty=w.find("figure.closed_licence"))


def _source_cell(site: Site, column: str, value: Any) -> Cell:
    if isinstance(value, Mapping):
        return Cell(site.words.of(dict(value)))
    if column == "year" and value is not None:
        return Cell(str(value), value)
    return Cell(number(site, value), value if isinstance(value, int | float) else None)
