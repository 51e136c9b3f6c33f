"""Industry definitions proposed from evidence: which codes the records of a subject carry, for a person to accept.

A proposal is a TOML file in the format of `industries/`. Nothing reads it until a person has moved it there.
"""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from majung.methods.cooccurrence import CoOccurrence, Sparse, cooccurrence
from majung.methods.labelled import InputError
from majung.programme.model import Industry, Text

COLUMNS = ("record", "classification", "code", "weight")
LEVEL = 0.9
MINIMUM = 5.0
"""A code needs so many records of the subject (fractional counts)."""
OWN = 0.5
"""A code of whose records at least this share are the subject's is the industry itself; else a parent of it."""


@dataclass(frozen=True)
class Records:
    """Records that carry codes of several classifications. codes: classification -> record -> code -> weight."""

    file: str
    digest: str
    codes: Mapping[str, Mapping[str, Mapping[str, float]]]

    @property
    def names(self) -> tuple[str, ...]:
        """Every record, in order of appearance."""
        return tuple(dict.fromkeys(record for carried in self.codes.values() for record in carried))


def read_records(file: str | Path) -> Records:
    """Read a CSV of columns record, classification, code and, where known, weight (1 without). Raises InputError."""
    place = Path(file)
    try:
        content = place.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{place}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: not UTF-8 (byte {error.start}); save it as CSV UTF-8") from error
    reader = csv.DictReader(text.splitlines())
    header = reader.fieldnames or []
    if not set(COLUMNS[:3]) <= set(header):
        raise InputError(
            f"{place}: the columns are {', '.join(COLUMNS)} (weight may be left out), not {', '.join(header)}"
        )
    found: dict[str, dict[str, dict[str, float]]] = {}
    for number, row in enumerate(reader, 2):
        cells = [str(row.get(name) or "").strip() for name in COLUMNS]
        if not all(cells[:3]):
            raise InputError(f"{place}:{number}: record, classification and code must be filled in")
        try:
            weight = float(cells[3] or 1)
        except ValueError:
            raise InputError(f"{place}:{number}: weight {cells[3]!r} is not a number") from None
        if not np.isfinite(weight) or weight < 0:
            raise InputError(f"{place}:{number}: weight {weight} is negative or not finite")
        carried = found.setdefault(cells[1], {}).setdefault(cells[0], {})
        if cells[2] in carried:
            raise InputError(f"{place}:{number}: record {cells[0]} carries {cells[1]}/{cells[2]} twice")
        carried[cells[2]] = weight
    if not found:
        raise InputError(f"{place}: no records")
    return Records(str(place.name), hashlib.sha256(content).hexdigest()[:12], found)


def with_codes(records: Records, seeds: Collection[tuple[str, str]]) -> frozenset[str]:
    """The records that carry any of these (classification, code). Raises InputError for a seed that none carries."""
    found: set[str] = set()
    for classification, code in seeds:
        carriers = {r for r, carried in records.codes.get(classification, {}).items() if carried.get(code)}
        if not carriers:
            raise InputError(f"{records.file}: no record carries {classification}/{code}")
        found |= carriers
    return frozenset(found)


@dataclass(frozen=True)
class Proposal:
    """A proposed definition. subject, records: how many records are the subject's, and all. left_out: in words, what
    was looked at and not proposed."""

    industry: Industry
    subject: int
    records: int
    left_out: tuple[Text, ...]
    toml: str


def propose(
    records: Records,
    subject: Collection[str],
    *,
    id_: str,
    name: Text,
    summary: Text,
    because: str,
    without: Collection[str] = (),
    minimum: float = MINIMUM,
    level: float = LEVEL,
) -> Proposal:
    """Propose an industry definition from the codes that the records of a subject carry.

    In each classification (except those in `without`: the ones by which the subject was found, which would only find
    themselves) a code is proposed if at least `minimum` records of the subject carry it and its share among them lies
    above its share of all records by more than chance. Weights are the shares of the proposed codes, scaled to sum 1;
    intervals are the Wilson intervals of the shares, scaled likewise. because: how the subject was found, in words, for
    the source of each weight. Raises InputError if nothing can be proposed.
    """
    entries: list[dict[str, object]] = []
    left: list[Text] = []
    names = records.names
    wanted = set(subject)
    for classification in sorted(set(records.codes) - set(without)):
        carried = records.codes[classification]
        labels, matrix = _matrix(carried, names)
        flags = np.array([record in wanted for record in names])
        if not any(record in wanted for record in carried):
            left.append(_words(f"{classification}: no record of the subject carries a code of it",
                               f"{classification}: 이 주제의 기록에 코드가 없음"))  # fmt: skip
            continue
        found = cooccurrence(matrix, flags, level=level)
        kept = [int(c) for c in np.flatnonzero(found.over_represented & (found.records >= minimum))]
        if not kept:
            left.append(
                _words(
                    f"{classification}: none of {len(labels)} codes stands out among {found.total:.0f} records",
                    f"{classification}: 기록 {found.total:.0f}건에서 두드러지는 코드가 {len(labels)}개 가운데 없음",
                )
            )
            continue
        covered = float(found.share[kept].sum())
        left.append(
            _words(
                f"{classification}: the {len(kept)} codes proposed hold {covered:.0%} of the subject's records; "
                f"{len(labels) - len(kept)} others are left out",
                f"{classification}: 제안한 코드 {len(kept)}개가 주제 기록의 {covered:.0%}를 차지하고 "
                f"나머지 {len(labels) - len(kept)}개는 뺌",
            )
        )
        entries += _entries(classification, labels, found, kept, records, because, level)
    if not entries:
        raise InputError(f"{records.file}: nothing stands out among the subject's records; no definition is proposed")
    note = _words(
        "Proposed from co-occurrence, not accepted by anybody. " + ". ".join(one.en for one in left) + ".",
        "동시출현에서 나온 제안으로 아직 누구도 승인하지 않았다. " + ". ".join(one.ko for one in left) + ".",
    )
    toml = _toml(id_, name, summary, note, entries)
    industry = Industry.model_validate(tomllib.loads(toml))
    return Proposal(industry, len(wanted & set(names)), len(names), tuple(left), toml)


def _words(en: str, ko: str) -> Text:
    return Text(en=en, ko=ko)


def _matrix(carried: Mapping[str, Mapping[str, float]], names: Sequence[str]) -> tuple[list[str], Sparse]:
    labels = sorted({code for codes in carried.values() for code in codes})
    place = {code: i for i, code in enumerate(labels)}
    rows, columns, values = [], [], []
    for number, record in enumerate(names):
        for code, weight in carried.get(record, {}).items():
            rows.append(number)
            columns.append(place[code])
            values.append(weight)
    amounts = np.array(values, dtype=np.float64)
    return labels, csr_array((amounts, (rows, columns)), shape=(len(names), len(labels)))


def _entries(
    classification: str,
    labels: Sequence[str],
    found: CoOccurrence,
    kept: Sequence[int],
    records: Records,
    because: str,
    level: float,
) -> Iterable[dict[str, object]]:
    scale = float(found.share[kept].sum())
    order = sorted(kept, key=lambda c: (-found.share[c], labels[c]))
    weights = _thousandths([float(found.share[c]) / scale for c in order])
    for c, weight in zip(order, weights, strict=True):
        low = min(weight, np.floor(1000 * float(found.low[c]) / scale) / 1000)
        high = min(1.0, max(weight, np.ceil(1000 * float(found.high[c]) / scale) / 1000))
        own = float(found.specificity[c])
        yield {
            "classification": classification,
            "code": labels[c],
            "weight": weight,
            "low": low,
            "high": high,
            "observes": "industry" if own >= OWN else "parent",
            "rationale": _words(
                f"co-occurrence: {found.records[c]:.4g} of the subject's {found.total:.0f} coded records "
                f"({found.share[c]:.0%}, {level:.0%} interval {found.low[c]:.0%} to {found.high[c]:.0%}), "
                f"{found.lift[c]:.2g} times its share of all; {own:.0%} of the code's records are the subject's",
                f"동시출현: 코드가 있는 주제 기록 {found.total:.0f}건 가운데 {found.records[c]:.4g}건"
                f"({found.share[c]:.0%}, {level:.0%} 구간 {found.low[c]:.0%}~{found.high[c]:.0%}), "
                f"전체 기록에서 차지하는 비중의 {found.lift[c]:.2g}배. 이 코드 기록의 {own:.0%}가 주제에 속함",
            ),
            "source": f"co-occurrence in {records.file} (sha256 {records.digest}), {because}",
        }


def _thousandths(shares: Sequence[float]) -> list[float]:
    """Shares of sum 1 in whole thousandths of sum 1: the largest remainders are rounded up."""
    whole = [int(np.floor(1000 * share)) for share in shares]
    short = 1000 - sum(whole)
    order = sorted(range(len(shares)), key=lambda i: (whole[i] - 1000 * shares[i], i))
    for i in order[:short]:
        whole[i] += 1
    return [n / 1000 for n in whole]


def _toml(id_: str, name: Text, summary: Text, note: Text, entries: Iterable[Mapping[str, object]]) -> str:
    def value(one: object) -> str:
        if isinstance(one, Text):
            return f"{{ ko = {value(one.ko)}, en = {value(one.en)} }}"
        return json.dumps(one, ensure_ascii=False) if isinstance(one, str) else f"{one:.3f}"

    lines = [
        "# A proposal, made by `majung propose`. It counts for nothing until a person has checked each weight and",
        "# moved this file to the programme's folder industries/.",
        "# 제안입니다. 사람이 가중치를 확인하고 industries/ 폴더로 옮기기 전에는 쓰이지 않습니다.",
        f"id = {value(id_)}",
        f"name = {value(name)}",
        f"summary = {value(summary)}",
        f"observed_note = {value(note)}",
    ]
    for entry in entries:
        lines += ["", "[[codes]]", *(f"{key} = {value(one)}" for key, one in entry.items())]
    return "\n".join(lines) + "\n"
