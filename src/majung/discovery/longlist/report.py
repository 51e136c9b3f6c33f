"""The long list as a whole: candidates, what was looked at, how much of it is known, and what it cannot see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from majung.discovery.longlist.merging import HELD, Candidate, merge
from majung.discovery.longlist.signals import FASTER, Looked, Signal, signals
from majung.programme import Programme, Text


@dataclass(frozen=True)
class LongList:
    """candidates: best supported first. looked: every data set, with what passed. met: defined industries that hold a
    candidate; unmet: those that no candidate points to."""

    programme: str
    cut: int
    candidates: tuple[Candidate, ...]
    looked: tuple[Looked, ...]
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    caveats: tuple[Text, ...]

    @property
    def new(self) -> tuple[Candidate, ...]:
        """Candidates that no definition holds."""
        return tuple(one for one in self.candidates if not one.known)

    def as_dict(self) -> dict[str, Any]:
        return {
            "programme": self.programme,
            "cut_year": self.cut,
            "candidates": [
                {
                    "id": one.id,
                    "name": one.name.model_dump(),
                    "labels": [label.model_dump() for label in one.labels],
                    "kinds": list(one.kinds),
                    "residual": one.residual,
                    "ties": [vars(t) | {"codes": list(t.codes)} for t in one.ties],
                    "known": [vars(k) for k in one.known],
                    "signals": [_signal(s) for s in one.signals],
                }
                for one in self.candidates
            ],
            "looked": [_looked(one) for one in self.looked],
            "met": list(self.met),
            "unmet": list(self.unmet),
            "caveats": [one.model_dump() for one in self.caveats],
        }


def _signal(one: Signal) -> dict[str, Any]:
    plain = {name: value for name, value in vars(one).items() if name not in ("says", "rows")}
    return plain | {"says": one.says.model_dump(), "rows": {table: list(rows) for table, rows in one.rows.items()}}


def _looked(one: Looked) -> dict[str, Any]:
    plain = dict(vars(one))
    plain["by_chance"] = None if one.by_chance != one.by_chance else one.by_chance
    plain["skipped"] = one.skipped.model_dump() if one.skipped else None
    return plain


def longlist(programme: Programme) -> LongList:
    """Draw up the long list of a programme from its evidence up to the cut."""
    found = signals(programme)
    evidence = programme.evidence
    labels = {}
    for one in found.signals:
        label = evidence.label(one.classification, one.code)
        labels[(one.classification, one.code)] = Text(en=label["en"], ko=label["ko"])
    industries = tuple(programme.industries.values())
    candidates = merge(found.signals, found.ties, labels, industries, programme.areas)
    met = {k.industry for one in candidates for k in one.known}
    return LongList(
        programme.charter.id,
        programme.charter.cut_year,
        candidates,
        tuple(found.looked),
        tuple(i.id for i in industries if i.id in met),
        tuple(i.id for i in industries if i.id not in met),
        _caveats(programme, candidates, found.looked),
    )


def _caveats(programme: Programme, candidates: tuple[Candidate, ...], looked: Sequence[Looked]) -> tuple[Text, ...]:
    used = [one for one in looked if one.skipped is None]
    smallest = min((one.codes for one in used), default=0)
    largest = max((one.codes for one in used), default=0)
    chance = sum(one.by_chance for one in used if one.by_chance == one.by_chance)
    foreign = sum(1 for one in candidates if all(s.place == "other_country" for s in one.signals))
    said = [
        Text(
            en=f"The classifications have {smallest} to {largest} codes: a new industry hides inside a field that an "
            "older one fills. A candidate is a field to look into, not an industry.",
            ko=f"분류의 코드가 {smallest}~{largest}개로 거칠어 새 산업은 기존 산업이 채우는 분야 안에 숨는다. "
            "후보는 산업이 아니라 들여다볼 분야다.",
        ),
        Text(
            en=f"Of the codes that passed, chance alone explains up to {chance:.0f}.",
            ko=f"통과한 코드 가운데 최대 {chance:.0f}개는 우연일 수 있다.",
        ),
        Text(
            en="Nearness in the product space has seldom predicted entry better than the country's present share does.",
            ko="제품 공간의 근접성이 현재 비중보다 진입을 더 잘 예측한 적은 드물다.",
        ),
        Text(
            en="Codes of different classifications were joined by the words of their labels: what is named differently "
            "stays apart, and a person should look at every merger. Held by a definition (from weight "
            f"{HELD}) mostly means that the code is a parent of that industry.",
            ko="분류가 다른 코드는 이름의 말로 묶었다. 이름이 다르면 따로 남으며, 묶은 것은 사람이 확인해야 한다. "
            f"정의에 있다는 것(가중치 {HELD} 이상)은 대개 그 산업의 상위 부문이라는 뜻이다.",
        ),
    ]
    if foreign:
        said.append(
            Text(
                en=f"{foreign} of {len(candidates)} candidates rest on other countries' venture alone: a direction of "
                f"the world's money, not of {programme.charter.country}'s. A firm may count under several verticals.",
                ko=f"후보 {len(candidates)}개 가운데 {foreign}개는 다른 나라의 벤처 투자에만 근거한다. 한 기업이 여러 "
                "분야에 집계될 수 있다.",
            )
        )
    said.append(
        Text(
            en=f"To pass, growth relative to all codes must be above {FASTER - 1:.0%} at the low end of its 90 % "
            "interval.",
            ko=f"전체에 견준 증가가 90 % 구간의 아래 끝에서도 {FASTER - 1:.0%}를 넘어야 통과한다.",
        )
    )
    return tuple(said)
