"""A small exercise: some months of a task force with all that goes well and all that does not, by the operations."""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from majung.methods.labelled import InputError
from majung.runs import Run
from majung.taskforce import models as m
from majung.taskforce.operations import (
    announcements,
    bodies,
    measures,
    meetings,
    opinions,
    programmes,
    reviews,
    runs,
    strategies,
)
from majung.taskforce.operations.exercise import GENERATOR
from majung.taskforce.permission import Actor, system
from majung.taskforce.programme_folder import texts
from majung.taskforce.record.loading import load
from majung.taskforce.rules.clock import SEOUL
from majung.taskforce.rules.roles import Role
from majung.taskforce.rules.words import (
    Answer,
    Ballot,
    BodyKind,
    Colour,
    Conclusion,
    Disclosure,
    Instrument,
    Opinion,
    OrganisationKind,
    OutcomeKind,
    Presence,
    Purpose,
    Text,
    WithholdingGround,
)

MONTHS = 8
JUDGES = 5
WATERMARK = {"ko": "연습(생성 자료)", "en": "Exercise (generated)"}
TOPICS = (
    ("data standards", "자료 표준", Instrument.STANDARDS),
    ("test beds", "실증 단지", Instrument.INFRASTRUCTURE),
    ("training places", "인력 양성", Instrument.WORKFORCE),
    ("public purchase", "공공 구매", Instrument.PROCUREMENT),
    ("rules that stand in the way", "걸림돌 규제", Instrument.REGULATION),
    ("growth fund", "성장 펀드", Instrument.FINANCE),
)


def text(en: str, ko: str) -> Text:
    return {"en": en, "ko": ko}


KICK_OFF = (
    (
        text("Industries to support: ranking and diagnosis", "지원할 산업: 순위와 진단"),
        text("Keep the five areas; their ranks are not settled", "다섯 분야를 유지한다. 순위는 확정된 것이 아니다"),
    ),
    (
        text("Core projects within the budget", "예산 안의 핵심 프로젝트"),
        text("The projects that the run chose are core projects", "분석이 고른 프로젝트를 핵심 프로젝트로 한다"),
    ),
)
"""What the first sitting takes up and decides."""


def copy_of(folder: Path, place: Path, key: str, since: date, name: Text) -> Path:
    """The definitions and evidence of a programme folder as an exercise of its own, without the record."""
    for path, content in texts(folder).items():
        if path.split("/")[0] in ("programme.toml", "industries", "projects"):
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            if path == "programme.toml":
                content = re.sub(r'(?m)^id = "[^"]*"', f'id = "{key}"', content, count=1)
            (place / path).write_bytes(content.encode())
    shutil.copytree(folder / "evidence", place / "evidence", ignore=shutil.ignore_patterns("__pycache__"))
    (place / "record").mkdir()
    (place / "record" / "institution.toml").write_text(
        f"at = {since}\n\n[programme]\nexercise = true\n"
        f'name = {{ ko = "{name["ko"]}", en = "{name["en"]}" }}\n\n'
        '[[organisation]]\nkey = "exercise-company"\nkind = "company"\n'
        'name = { ko = "연습용 기업", en = "Exercise company" }\n',
        "utf-8",
    )
    return place


def generate(folder: Path, key: str, *, until: date, seed: int = 1, analysis: Run | None = None) -> m.Programme:
    """Generate an exercise on the definitions of a programme folder, ending shortly after `until`.

    analysis: a kept run of that folder; the kick-off decides on it, projects and measures rest on its figures. Without
    one the pages of the analysis stay empty.

    Raises InputError when there is a programme of this key already.
    """
    if m.Programme.objects.filter(key=key).exists():
        raise InputError(f"there is a programme {key!r} already; give the exercise another key (--key)")
    first = (until.replace(day=1) - timedelta(days=30 * (MONTHS - 1))).replace(day=1)
    with tempfile.TemporaryDirectory() as place, transaction.atomic():
        made = copy_of(folder, Path(place), key, first, WATERMARK)
        programme = load(made).programme
        _Exercise(programme, first, until, random.Random(seed), analysis).generate()  # noqa: S311  (no secret)
    return programme


class _Exercise:
    """The months as they go by. People act on their own days with their own mandates."""

    def __init__(
        self, programme: m.Programme, first: date, until: date, chance: random.Random, analysis: Run | None
    ) -> None:
        self.programme, self.first, self.until, self.chance = programme, first, until, chance
        self.analysis = analysis
        self.people: dict[str, m.Person] = {}
        self.decisions: dict[int, list[m.Decision]] = {}
        self.demands: dict[int, list[m.Submission]] = {}
        self.projects: dict[int, list[m.CoreProject]] = {}
        self.made: list[m.Measure] = []

    def at(self, day: date, hour: int = 10) -> datetime:
        return datetime.combine(day, time(hour), SEOUL)

    def by(self, who: str, day: date, hour: int = 10) -> Actor:
        if who == GENERATOR:
            return system(GENERATOR, self.at(day, hour))
        return Actor(self.people[who], self.at(day, hour))

    def generate(self) -> None:
        self._institution()
        if self.analysis is not None:
            self._kick_off(self.analysis)
        for area in self.areas:
            self._demands(area)
        months = [self._month(number) for number in range(MONTHS + 1)]
        for month in months:
            for area in self.areas:
                self._meeting(area, month)
        for number, area in enumerate(self.areas):
            self._strategy(area, number)
        self._written_procedure()
        self._panel()
        self._review()

    def _month(self, number: int) -> date:
        month = self.first.month - 1 + number
        return self.first.replace(year=self.first.year + month // 12, month=month % 12 + 1)

    def _institution(self) -> None:
        loader, p, day = self.by(GENERATOR, self.first), self.programme, self.first
        orgs = {o.key: o for o in m.Organisation.objects.filter(programme=p)}
        ministries = [o for o in orgs.values() if o.kind == OrganisationKind.MINISTRY]
        self.force = m.Body.objects.get(programme=p, kind=BodyKind.TASK_FORCE)
        self.council = bodies.found(
            loader,
            p,
            key="strategy-meeting",
            kind=BodyKind.STRATEGY_MEETING,
            name=text("Strategy meeting (exercise)", "전략회의(연습)"),
            founded=day,
        )
        bodies.found(
            loader,
            p,
            key="policy-council",
            kind=BodyKind.POLICY_COUNCIL,
            name=text("Policy council (exercise)", "정책협의회(연습)"),
            parent=self.force,
            founded=day,
        )
        self.verifying = ministries[0]
        central: list[tuple[str, Role, m.Body, m.Organisation | None]] = [
            ("secretariat", Role.SECRETARIAT, self.force, ministries[0]),
            ("analyst", Role.ANALYST, self.force, None),
            ("auditor", Role.AUDITOR, self.force, None),
            ("moderator", Role.MODERATOR, self.force, None),
            ("administrator", Role.ADMINISTRATOR, self.force, None),
            ("verifier", Role.VERIFIER, self.force, ministries[0]),
            ("force-chair", Role.CHAIR, self.force, ministries[0]),
            ("decision-maker", Role.CHAIR, self.council, ministries[0]),
        ]
        central += [(f"judge-{number}", Role.JUDGE, self.force, None) for number in range(1, JUDGES + 1)]
        for number, ministry in enumerate(ministries[1:6], 1):
            central.append((f"force-member-{number}", Role.MEMBER, self.force, ministry))
            central.append((f"council-member-{number}", Role.MEMBER, self.council, ministry))
        self.areas = list(m.Area.objects.filter(programme=p).select_related("body").order_by("key"))
        for area in self.areas:
            body = area.body
            assert body is not None  # noqa: S101  (the charter's areas have their groups)
            lead = area.leads.order_by("pk").first()
            assert lead is not None  # noqa: S101  (an area has a lead)
            own = lead.organisation
            others = [o for o in ministries if o.pk != own.pk]
            central += [
                (f"{area.key}-chair", Role.CHAIR, body, own),
                (f"{area.key}-rapporteur", Role.RAPPORTEUR, body, own),
                (f"{area.key}-owner", Role.OWNER, body, own),
            ]
            for number, other in enumerate(self.chance.sample(others, min(3, len(others))), 1):
                central.append((f"{area.key}-member-{number}", Role.MEMBER, body, other))
        for who, role, body, organisation in central:
            where = organisation.name if organisation else text("independent", "독립")
            post = text(f"{role.label['en']} ({where['en']})", f"{role.label['ko']}({where['ko']})")
            self.people[who] = programmes.add_person(loader, p, key=who, post=post, organisation=organisation)
            bodies.give_mandate(loader, body, person=self.people[who], role=role, represents=organisation, starts=day)
        company = orgs["exercise-company"]
        self.people["company"] = programmes.add_person(
            loader,
            p,
            key="company",
            post=text("Manager of an exercise company", "연습용 기업 담당"),
            organisation=company,
        )

    def _kick_off(self, analysis: Run) -> None:
        """The task force's first sitting: it stands behind the ranking and makes the chosen projects core projects."""
        day = self.first + timedelta(days=(7 - self.first.weekday()) % 7 + 1)  # a Tuesday before the groups' window
        taken_in = runs.take_in(
            self.by("analyst", self.first), self.programme, key=analysis.id, manifest=analysis.manifest
        )
        secretariat, chair = self.by("secretariat", self.first), self.by("force-chair", day)
        sitting = meetings.plan(
            secretariat,
            self.force,
            key=f"{day}-task-force",
            name=text("Kick-off of the task force (exercise)", "TF 착수 회의(연습)"),
            starts=self.at(day),
            place=text("Exercise hall", "연습 회의장"),
            disclosure=Disclosure.PUBLIC,
        )
        items = [
            meetings.add_item(secretariat, sitting, title=title, purpose=Purpose.DECIDE, resting_on=taken_in)
            for title, _ in KICK_OFF
        ]
        meetings.convene(secretariat, sitting)
        sits = self.by("secretariat", day, 9)
        for who in self.people:
            if who == "force-chair" or who.startswith("force-member"):
                meetings.attend(sits, sitting, person=self.people[who], presence=Presence.PRESENT)
        meetings.open_(chair, sitting)
        present, _ = meetings.seats(sitting)
        industries, portfolio = (
            meetings.decide(
                sits,
                item,
                key=f"{day.year}-task-force-{number:02d}",
                text=said,
                basis="운영 규정 제1조(연습)",
                votes_for=present,
                votes_against=0,
                abstentions=0,
                resting_on=taken_in,
            )
            for number, (item, (_, said)) in enumerate(zip(items, KICK_OFF, strict=True), 1)
        )
        meetings.end(self.by("force-chair", day, 12), sitting)
        chosen = analysis.tables["projects"]
        chosen = chosen[chosen["chosen"]]
        names = {project.id: project.name for found in analysis.programme.projects.values() for project in found}
        for area in self.areas:
            for project in chosen.loc[chosen["area"] == area.key, "project"]:
                made = strategies.choose_project(
                    self.by("secretariat", day, 13),
                    area,
                    key=project,
                    name=text(names[project]["en"], names[project]["ko"]),
                    run=taken_in,
                    decision=portfolio,
                )
                self.projects.setdefault(area.pk, []).append(made)
            self.decisions.setdefault(area.pk, []).append(industries)

    def _demands(self, area: m.Area) -> None:
        """Demands over the months: most answered, some late, one merged, one appealed; statements voted on."""
        body = area.body
        assert body is not None  # noqa: S101
        consultation = opinions.open_consultation(
            self.by("moderator", self.first),
            body,
            key=f"{area.key}-needs",
            area=area,
            question=text(f"What does {area.key} need from government?", f"{area.name['ko']}에 필요한 정책은?"),
        )
        theme = opinions.add_theme(
            self.by("moderator", self.first),
            self.programme,
            key=f"{area.key}-test-beds",
            name=text("Test beds", "실증"),
            area=area,
        )
        mine = self.demands.setdefault(area.pk, [])
        for number, (en, ko, instrument) in enumerate(TOPICS):
            day = self.first + timedelta(days=12 + 34 * number + self.chance.randrange(9))
            if day >= self.until:
                break
            made = opinions.receive(
                self.by("company", day),
                self.programme,
                title=f"{area.name['ko']}: {ko} 확대 요청(연습)",
                text=f"(연습) {area.name['ko']} 분야의 {ko}이(가) 부족합니다. / More {en}, please.",
                consultation=consultation,
                submitter_kind=OrganisationKind.COMPANY,
            )
            mine.append(made)
            if number < 5:
                opinions.moderate(
                    self.by("moderator", day + timedelta(days=1)),
                    made,
                    reason="분류(연습)",
                    area=area,
                    theme=theme if number == 1 else None,
                    instrument=instrument,
                )
        if len(mine) > 3:
            moderator = self.by("moderator", self.first + timedelta(days=150))
            opinions.merge(moderator, mine[3], into=mine[2], reason="같은 요청(연습)")
        for number, (en, ko, _) in enumerate(TOPICS[:4], 1):
            said = opinions.propose_statement(
                self.by("company", self.first + timedelta(days=3)),
                consultation,
                text=text(f"{en.capitalize()} come first.", f"{ko}이(가) 먼저다."),
            )
            opinions.show_statement(self.by("moderator", self.first + timedelta(days=4)), said)
            for voter in range(12):
                opinion = self.chance.choices(list(Opinion), weights=(number + 1, 2, 1))[0]
                voted = self.by("company", self.first + timedelta(days=5 + voter))
                opinions.vote(voted, said, voter=f"v{area.pk}-{voter}", opinion=opinion)

    def _working_days(self, month: date) -> list[date]:
        days = [month.replace(day=day) for day in range(10, 21)]
        return [day for day in days if day.weekday() < 5]

    def _meeting(self, area: m.Area, month: date) -> None:
        """One meeting of a group in a month, in all the states that a meeting can have."""
        body, key = area.body, area.key
        assert body is not None  # noqa: S101
        day = self.chance.choice(self._working_days(month))
        number = body.meetings.count() + 1
        rapporteur, chair = f"{key}-rapporteur", f"{key}-chair"
        meeting = meetings.plan(
            self.by(rapporteur, max(self.first, min(day - timedelta(days=12), self.until))),
            body,
            key=f"{day}-{key}",
            name=text(f"{body.name['en']}, meeting {number}", f"{body.name['ko']} 제{number}차 회의"),
            starts=self.at(day, self.chance.choice((10, 14, 16))),
            place=text("Exercise room", "연습 회의실"),
            disclosure=self.chance.choice((Disclosure.MEMBERS, Disclosure.MEMBERS, Disclosure.PUBLIC)),
        )
        notice = max(self.first, day - timedelta(days=7))
        if notice > self.until:
            return
        decide = meetings.add_item(
            self.by(rapporteur, notice),
            meeting,
            title=text(f"Measures on {TOPICS[number % 6][0]}", f"{TOPICS[number % 6][1]} 대책"),
            purpose=Purpose.DECIDE,
        )
        inform = meetings.add_item(
            self.by(rapporteur, notice), meeting, title=text("Progress", "추진 상황"), purpose=Purpose.INFORM
        )
        meetings.convene(self.by(rapporteur, notice), meeting)
        if number == 4 and area is self.areas[0]:
            meetings.postpone(
                self.by(chair, notice + timedelta(days=3)),
                meeting,
                starts=self.at(day + timedelta(days=21), 14),
                reason=text("The chair is abroad", "반장 국외 출장"),
            )
            return
        if number == 3 and area is self.areas[-1]:
            why = text("Nothing to decide yet", "아직 정할 안건이 없음")
            meetings.cancel(self.by(chair, notice + timedelta(days=2)), meeting, reason=why)
            return
        if day > self.until:
            return
        sits = self.by(rapporteur, day, 9)
        for who, person in self.people.items():
            if who.startswith(f"{key}-") and who.split("-")[-1] != "owner":
                there = self.chance.random() < 0.85 or who.endswith("chair") or who.endswith("member-1")
                meetings.attend(sits, meeting, person=person, presence=Presence.PRESENT if there else Presence.ABSENT)
        meetings.open_(self.by(chair, day), meeting)
        if meeting.quorate:
            present, _ = meetings.seats(meeting)
            against = self.chance.choice((0, 0, 1)) if present > 2 else 0
            taken = meetings.decide(
                sits,
                decide,
                key=f"{day.year}-{key}-{number:02d}",
                text=text(f"Take up measures on {TOPICS[number % 6][0]}", f"{TOPICS[number % 6][1]} 대책을 추진한다"),
                basis="운영 규정 제1조(연습)",
                votes_for=present - against,
                votes_against=against,
                abstentions=0,
                dissent=text("One member wanted to wait", "위원 1명은 시기상조 의견") if against else None,
            )
            self.decisions.setdefault(area.pk, []).append(taken)
        meetings.note(sits, inform, kind=OutcomeKind.INFORMATION, text=text("Noted", "보고 접수"))
        due = day + timedelta(days=self.chance.choice((14, 30, 60)))
        action = meetings.assign(
            sits,
            inform,
            key=f"{day}-{key}-action",
            text=text("Report on the state of the test beds", "실증 현황 보고"),
            person=self.people[f"{key}-member-1"],
            due=due,
        )
        if due < self.until and self.chance.random() < 0.6:
            meetings.complete_action(self.by(f"{key}-member-1", due - timedelta(days=1)), action, note="완료(연습)")
        meetings.end(self.by(chair, day, 12), meeting)
        if day + timedelta(days=20) > self.until:
            return
        closed = self.chance.random() < 0.3
        meetings.draft_minutes(
            self.by(rapporteur, day + timedelta(days=2)),
            meeting,
            proceedings="개회, 안건 보고, 토의, 의결, 폐회(연습)",
            remarks="위원들은 실증과 인력이 먼저라고 보았다(연습).",
            disclosure=Disclosure.BODY if closed else Disclosure.PUBLIC,
            ground=WithholdingGround.DELIBERATION if closed else None,
            look_again=self.until + timedelta(days=90) if closed else None,
        )
        if meeting.quorate and self.chance.random() < 0.8:
            meetings.approve_minutes(self.by(chair, day + timedelta(days=6)), meeting)
            if not closed:
                meetings.publish_minutes(self.by("secretariat", day + timedelta(days=8)), meeting)

    def _strategy(self, area: m.Area, number: int) -> None:
        """An area's strategy: announced, scheduled, or blocked because a measure rests on no decision."""
        key, body = area.key, area.body
        assert body is not None  # noqa: S101
        start = self.first + timedelta(days=60 + 10 * number)
        rapporteur = self.by(f"{key}-rapporteur", start)
        strategy = strategies.draft(
            rapporteur,
            self.programme,
            key=f"{key}-strategy",
            area=area,
            name=text(f"{area.name['en']}: strategy (exercise)", f"{area.name['ko']} 전략(연습)"),
            summary=text("A generated strategy for trying out.", "시험 삼아 만든 전략이다."),
        )
        blocked = number == len(self.areas) - 1
        for index in range(2):
            en, ko, _ = TOPICS[(number + index) % 6]
            task = strategies.add_task(rapporteur, strategy, key=f"{key}-task-{index + 1}", name=text(en, ko))
            for third in range(3):
                self._measure(area, task, index * 3 + third, start, bare=blocked and index == third == 0)
        if number >= 4 and not blocked:
            return
        strategies.circulate(self.by(f"{key}-rapporteur", start + timedelta(days=10)), strategy)
        strategies.send_to_budget_review(self.by(f"{key}-rapporteur", start + timedelta(days=25)), strategy)
        strategies.clear(self.by("secretariat", start + timedelta(days=40)), strategy)
        plan = announcements.draft(
            self.by(f"{key}-rapporteur", start + timedelta(days=41)),
            strategy,
            key=f"{key}-announcement",
            title=strategy.name,
        )
        if blocked:
            return
        announcements.clear(self.by("force-chair", start + timedelta(days=45)), plan)
        ahead = number == 3
        day = self.until + timedelta(days=9) if ahead else start + timedelta(days=52)
        sitting = meetings.plan(
            self.by("secretariat", start + timedelta(days=46)),
            self.council,
            key=f"{day}-strategy-meeting",
            name=text("Strategy meeting (exercise)", "전략회의(연습)"),
            starts=self.at(day),
            place=text("Exercise hall", "연습 회의장"),
            disclosure=Disclosure.PUBLIC,
        )
        item = meetings.add_item(
            self.by("secretariat", start + timedelta(days=46)),
            sitting,
            title=strategy.name,
            purpose=Purpose.INFORM,
            strategy=strategy,
        )
        strategies.table(self.by("secretariat", start + timedelta(days=47)), strategy)
        announcements.schedule(
            self.by("secretariat", start + timedelta(days=47)), plan, embargo_until=self.at(day, 11), item=item
        )
        if ahead:
            return
        meetings.convene(self.by("secretariat", day - timedelta(days=5)), sitting)
        for who, person in self.people.items():
            if who == "decision-maker" or who.startswith("council-member"):
                meetings.attend(self.by("secretariat", day, 9), sitting, person=person, presence=Presence.PRESENT)
        meetings.open_(self.by("decision-maker", day), sitting)
        meetings.note(
            self.by("secretariat", day, 11), item, kind=OutcomeKind.INFORMATION, text=text("Announced", "발표")
        )
        meetings.end(self.by("decision-maker", day, 12), sitting)
        announcements.announce(self.by("secretariat", day, 12), plan)
        if number == 0:
            notice = text("A date was wrong; it is mended.", "날짜 하나를 바로잡았다.")
            announcements.correct(self.by("secretariat", day + timedelta(days=3)), plan, notice=notice)

    def _measure(self, area: m.Area, task: m.CoreTask, number: int, start: date, *, bare: bool) -> None:
        """A measure with its grounds, metric, readings and lights; bare: one that rests on nothing."""
        key = area.key
        lead = area.leads.order_by("pk").first()
        assert lead is not None  # noqa: S101
        owner, verifier = lead.organisation, self.verifying
        if verifier.pk == owner.pk:
            verifier = m.Organisation.objects.filter(programme=self.programme).exclude(pk=owner.pk).order_by("pk")[0]
        en, ko, instrument = TOPICS[number % 6]
        rapporteur, officer = self.by(f"{key}-rapporteur", start), f"{key}-owner"
        due = start + timedelta(days=self.chance.choice((90, 130, 240, 400)))
        projects = self.projects.get(area.pk, [])
        project = projects[number % len(projects)] if projects else None
        measure = measures.propose(
            rapporteur,
            task,
            key=f"{key}-m{number + 1}",
            name=text(f"{en.capitalize()} for {area.name['en']}", f"{area.name['ko']} {ko}"),
            instrument=instrument,
            owner=owner,
            verifier=verifier,
            officer=self.people[officer],
            due=due,
            project=project,
        )
        if bare:
            return
        decisions, demands = self.decisions.get(area.pk, []), self.demands.get(area.pk, [])
        early = [taken for taken in decisions if taken.taken_on <= start] or decisions[:1]
        if not early or not demands:
            return
        measures.ground(rapporteur, measure, decision=early[-1])
        demand = demands[number % len(demands)]
        measures.ground(rapporteur, measure, submission=demand)
        if self.analysis is not None and project is not None and project.chosen_run is not None:
            figure = self.analysis.figure("projects", project.key)
            measures.ground(rapporteur, measure, run=project.chosen_run, figure=figure)
        measures.agree(self.by(f"{key}-chair", start + timedelta(days=1)), measure)
        demand.refresh_from_db()
        if demand.state == "moderated" and demand.received_on + timedelta(days=45) < self.until and number != 4:
            answer = (Answer.ADOPTED, Answer.PARTLY, Answer.DEFERRED)[number % 3]
            opinions.answer(
                self.by(f"{key}-rapporteur", max(start, demand.received_on) + timedelta(days=14)),
                demand,
                answer=answer,
                reason=text("It is part of the strategy.", "전략에 담았다."),
                measure=measure,
            )
        own = self.by(officer, start + timedelta(days=2))
        measures.start(own, measure)
        measures.set_budget(own, measure, year=start.year, amount=Decimal(self.chance.randrange(5, 120) * 100))
        metric = measures.set_metric(
            own,
            measure,
            key="reached",
            name=text(f"{en.capitalize()}, number", f"{ko} 수"),
            unit=text("places", "곳"),
            baseline=float(self.chance.randrange(0, 20)),
            baseline_on=self.first,
        )
        goal = float(self.chance.randrange(40, 120))
        measures.set_target(own, metric, by=due, value=goal)
        if number % 6 == 5:
            return
        pace = self.chance.choice((0.4, 0.8, 1.0, 1.1))
        day = start + timedelta(days=30)
        while day < self.until:
            way = min(1.0, (day - self.first).days / max(1, (due - self.first).days)) * pace
            value = round((metric.baseline or 0) + (goal - (metric.baseline or 0)) * way)
            reported = min(day + timedelta(days=4), self.until)
            measures.report_reading(self.by(officer, reported), metric, on=day, value=float(value), source="실적(연습)")
            day += timedelta(days=30)
        if start + timedelta(days=40) < self.until:
            said = self.chance.choice((Colour.GREEN, Colour.GREEN, Colour.YELLOW))
            measures.owner_light(
                self.by(officer, self.until - timedelta(days=6)), measure, colour=said, reason="(연습)"
            )
        seer = [p for p in self.people if p == "verifier"]
        if seer and verifier.pk == self.verifying.pk and number % 2 == 0:
            said = self.chance.choice((Colour.GREEN, Colour.YELLOW, Colour.RED))
            measures.reviewer_light(
                self.by("verifier", self.until - timedelta(days=3)), measure, colour=said, reason="현장 점검(연습)"
            )
        if number == 0 and pace >= 1.0 and verifier.pk == self.verifying.pk:
            measures.report_done(
                self.by(officer, self.until - timedelta(days=5)), measure, evidence="결과 보고서(연습)"
            )
            measures.verify(self.by("verifier", self.until - timedelta(days=2)), measure)
        elif number == 3:
            measures.suspend(self.by(officer, self.until - timedelta(days=9)), measure, reason="예산 재조정(연습)")
        self.made.append(measure)

    def _written_procedure(self) -> None:
        day = self.first + timedelta(days=100)
        procedure = meetings.start_procedure(
            self.by("secretariat", day),
            self.force,
            key="exercise-procedure",
            question=text("Adopt the reporting calendar?", "보고 일정을 정할까?"),
            basis="운영 규정 제2조(연습)",
        )
        for who in self.people:
            if who == "force-chair" or who.startswith("force-member"):
                ballot = Ballot.FOR if who != "force-member-2" else Ballot.ABSTAIN
                meetings.vote_in_writing(self.by(who, day + timedelta(days=1)), procedure, ballot=ballot)
        meetings.close_procedure(
            self.by("secretariat", day + timedelta(days=6)), procedure, key=f"{day.year}-task-force-w1"
        )

    def _panel(self) -> None:
        """Judges compare the criteria: the first has yet to answer, the answers of the last contradict each other."""
        items = ["investment", "ripple_effects", "growth_potential", "competitiveness"]
        panel = runs.open_panel(
            self.by("secretariat", self.until - timedelta(days=20)),
            self.force,
            key="exercise-panel",
            question=text("Which criterion matters more?", "어느 기준이 더 중요한가?"),
            items=items,
            closes=self.until + timedelta(days=14),
        )
        for judge in range(2, JUDGES + 1):
            worth = {item: self.chance.choice((1, 2, 3)) for item in items}
            matrix = {f"{a}/{b}": worth[a] / worth[b] for number, a in enumerate(items) for b in items[number + 1 :]}
            if judge == JUDGES:
                first, second, third, _ = items
                matrix |= {f"{first}/{second}": 5.0, f"{second}/{third}": 5.0, f"{first}/{third}": 0.2}
            runs.compare(self.by(f"judge-{judge}", self.until - timedelta(days=20 - judge)), panel, matrix=matrix)

    def _review(self) -> None:
        """One review decided half-way, one open now."""
        middle = self.first + timedelta(days=170)
        decided = next((d for found in self.decisions.values() for d in found), None)
        by = self.by("secretariat", middle)
        name = text("Half-year review (exercise)", "반기 점검(연습)")
        review = reviews.open_review(
            by, self.force, key="review-1", name=name, period_from=self.first, period_to=middle
        )
        reviews.freeze(by, review)
        if decided is not None:
            reviews.conclude(
                by, review, conclusion=Conclusion.CONTINUE, reason=text("On the way", "정상 추진"), decision=decided
            )
            reviews.decide(self.by("force-chair", middle + timedelta(days=2)), review)
        reviews.open_review(
            self.by("secretariat", self.until - timedelta(days=4)),
            self.force,
            key="review-2",
            name=text("Year-end review (exercise)", "연말 점검(연습)"),
            period_from=middle,
            period_to=self.until,
        )
