"""Whether what was imported from a corrupted file is right: against the sound import, and against the file itself.

The reckoning here is plain and slow on purpose, and shares no code with the importers.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq

from majung.evidence import TABLES
from majung.evidence.importers import Imported
from trials.sound_files import ALPHA2, Case

Key = tuple[str, ...]
Fact = tuple[float, str]  # value, origin
MUST_NOT_CHANGE = ("bomb", "garbage", "other format", "badly compressed", "NUL bytes", "line ends", "sheet renamed")
MUST_NOT_CHANGE += ("formula with a stored value", "broken ZIP of the delivery", "header away", "empty")


@dataclass(frozen=True)
class Outcome:
    """An import: either refused (what was said), or done, with its facts by (table, key)."""

    refused: str = ""
    done: Imported | None = None
    facts: Mapping[Key, Fact] = field(default_factory=dict)


def facts_of(package: Path) -> dict[Key, Fact]:
    """All rows of a package's tables, read without the package's own reader."""
    out: dict[Key, Fact] = {}
    for path in sorted((package / "tables").iterdir()):
        table = path.name.split("-trial-")[0]
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.DictReader(stream))
        else:
            rows = [{k: str(v) for k, v in row.items()} for row in pq.read_table(path).to_pylist()]
        for row in rows:
            key = (table, *(row[column] for column in TABLES[table].key))
            if key in out:
                raise AssertionError(f"{path.name}: the key {key} stands twice")
            out[key] = (float(row["value"]), row["origin"])
    return out


def judge(case: Case, corruption: str, files: Mapping[str, bytes], before: Outcome, out: Outcome) -> tuple[str, str]:
    """(verdict, what was said or found)."""
    if out.done is None:
        return "refused", out.refused
    strange = {k: v for k, v in out.facts.items() if k not in before.facts or before.facts[k][0] != v[0]}
    missing = [key for key in before.facts if key not in out.facts]
    told = _told(before, out)
    if not strange and not missing:
        return ("reported" if told else "unchanged"), told
    if strange and corruption in MUST_NOT_CHANGE:
        return "silent", f"{corruption} changed {_example(strange)}"
    unexplained = _unexplained(case, files, strange, out)
    if unexplained:
        return "silent", unexplained
    if missing and not told and out.done.read >= (before.done.read if before.done else 0) and not strange:
        return "silent", f"{len(missing)} facts are gone without a word, e.g. {missing[0]}"
    return ("reported" if told else "as written"), told or f"{len(strange)} facts other, {len(missing)} gone"


def _told(before: Outcome, out: Outcome) -> str:
    """What the report says more than it says of the sound file."""
    assert out.done is not None
    assert before.done is not None
    known = {(one.rule, one.column, one.value, one.count) for one in before.done.left_out}
    said = [one.reason["en"] for one in out.done.bad]
    said += [one.reason["en"] for one in out.done.left_out if (one.rule, one.column, one.value, one.count) not in known]
    quiet = {note.reason["en"] for note in before.done.notes}
    said += [note.reason["en"] for note in out.done.notes if note.reason["en"] not in quiet]
    if (out.done.bad or out.done.left_out) and not Path(out.done.report).name:
        raise AssertionError("bad rows without a report")
    return "; ".join(said[:3])


def _example(facts: Mapping[Key, Fact]) -> str:
    key, (value, origin) = next(iter(facts.items()))
    return f"{' '.join(key)} = {value} ({origin})"


# ----------------------------------------------------------------------- does the corrupted file say so itself?


def _unexplained(case: Case, files: Mapping[str, bytes], strange: Mapping[Key, Fact], out: Outcome) -> str:
    """ "" when every strange fact stands so in the file; else one that does not."""
    if not strange:
        return ""
    if case.lines:
        return _not_on_its_line(case, files, strange)
    recount = _RECOUNTS.get(case.name)
    if recount is None:
        return f"a fact that the sound file does not have: {_example(strange)}"
    return recount(files, strange, out)


def decoded(content: bytes) -> str:
    """A text file's content by the same rules of recognition that docs/importers.md states."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp949")


def _not_on_its_line(case: Case, files: Mapping[str, bytes], strange: Mapping[Key, Fact]) -> str:
    """For facts of one line or cell: its figure must stand there, and so must its year."""
    books: dict[str, dict[str, list[tuple[object, ...]]]] = {}
    for key, (value, origin) in strange.items():
        name = next((n for n in files if n.rsplit("/", 1)[-1] == origin.split(",")[0]), None)
        if name is None:
            return f"no such file: {origin}"
        number = int(re.findall(r"(?:line|row) (\d+)", origin)[0])
        if name.endswith(".xlsx"):
            if name not in books:
                books[name] = _cells(files[name])
            sheets = books[name]
            wanted = origin.rsplit(" of ", 1)[-1]
            rows = [
                rows[number - 1] for sheet, rows in sheets.items() if number <= len(rows) and wanted in (sheet, origin)
            ]
            tokens = [str(cell) for row in rows for cell in row if cell is not None]
        else:
            lines = io.StringIO(decoded(files[name]), newline="").readlines()
            tokens = [part.strip().strip('"') for part in re.split(r"[,;\t]", lines[number - 1])]
        if not any(_is(token, value / case.factor) for token in tokens):
            return f"{' '.join(key)} = {value} does not stand at {origin}: {tokens[:12]}"
    return ""


def _is(token: str, value: float) -> bool:
    try:
        return abs(float(token) - value) <= 1e-9 * max(1.0, abs(value))
    except ValueError:
        return False


def _cells(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def _records(content: bytes, mark: str = ",") -> Iterator[tuple[int, dict[str, str]]]:
    """(line, record) of a delimited file; records with another number of cells are passed over."""
    reader = csv.reader(io.StringIO(decoded(content), newline=""), delimiter=mark)
    header = [name.strip() for name in next(reader, [])]
    begun = reader.line_num + 1
    for record in reader:
        if len(record) == len(header):
            yield begun, {name: cell.strip() for name, cell in zip(header, record, strict=True)}
        begun = reader.line_num + 1


def _bad_lines(out: Outcome, file: str = "") -> set[int]:
    assert out.done is not None
    return {one.line for one in out.done.bad if one.line is not None and file in ("", one.file)}


def _measured(facts: Mapping[Key, Fact], measure: str, code: str = "all") -> float:
    """Sum of a measure over an investment or publications table, for one code (or "" for all)."""
    return sum(v for k, (v, _) in facts.items() if k[-1] == measure and code in ("", k[3]))


def _venture(amount: str, factor: float) -> Callable[[Mapping[str, bytes], Mapping[Key, Fact], Outcome], str]:
    """Rounds and money of a CSV of rounds, added up over the lines that are not reported as bad."""

    def recount(files: Mapping[str, bytes], _strange: Mapping[Key, Fact], out: Outcome) -> str:
        (content,) = files.values()
        assert out.done is not None
        bad = _bad_lines(out)
        left = sum(one.count for one in out.done.left_out if one.rule in ("not-venture", "region"))
        rows = [record for line, record in _records(content) if line not in bad]
        money = 0.0
        for record in rows:
            plain = record[amount].removeprefix("$").replace(",", "")
            amount_here = _number(plain)
            money += amount_here * factor if amount_here == amount_here else 0.0
        rounds = _measured(out.facts, "venture-rounds")
        if rounds != len(rows) - left:
            return f"{rounds} rounds, but {len(rows)} lines that are sound, {left} of them left out"
        if not left and abs(_measured(out.facts, "venture-amount") - money) > 1e-6 * max(1.0, money):
            return f"{_measured(out.facts, 'venture-amount')} million USD, but the lines hold {money}"
        return ""

    return recount


def _pitchbook(files: Mapping[str, bytes], _strange: Mapping[Key, Fact], out: Outcome) -> str:
    """Rounds of a workbook of deals: all rows below the header that are neither bad nor left out."""
    (content,) = files.values()
    assert out.done is not None
    bad = _bad_lines(out)
    for rows in _cells(content).values():
        head = next((n for n, row in enumerate(rows, 1) if "Deal ID" in row), 0)
        if not head:
            continue
        sound = [
            n for n, row in enumerate(rows, 1) if n > head and n not in bad and sum(c is not None for c in row) > 1
        ]
        expected = len(sound) - sum(one.count for one in out.done.left_out)
        rounds = _measured(out.facts, "venture-rounds")
        return "" if rounds == expected else f"{rounds} rounds, but {expected} rows that are sound"
    return "no sheet of deals"


def _openalex(files: Mapping[str, bytes], _strange: Mapping[Key, Fact], out: Outcome) -> str:
    (content,) = files.values()
    assert out.done is not None
    bad = _bad_lines(out)
    left = sum(one.count for one in out.done.left_out)
    works = len([1 for line, _ in _records(content) if line not in bad]) - left
    counted = _measured(out.facts, "publications-fractional", "")
    return "" if abs(counted - works) < 1e-6 else f"{counted} works counted, but {works} lines are sound"


def _patentsview(files: Mapping[str, bytes], _strange: Mapping[Key, Fact], out: Outcome) -> str:
    """All patents that have a field and a country count once."""
    assert out.done is not None
    bad = _bad_lines(out, "g_patent.tsv")
    rows = [r for line, r in _records(files["g_patent.tsv"], "\t") if line not in bad and r["patent_type"] == "utility"]
    lost = sum(one.count for one in out.done.left_out if one.rule == "not-placed")
    counted = sum(value for value, _ in out.facts.values())
    return (
        "" if abs(counted - (len(rows) - lost)) < 1e-6 else f"{counted} patents, but {len(rows)} lines, {lost} unplaced"
    )


def _polis(files: Mapping[str, bytes], strange: Mapping[Key, Fact], _out: Outcome) -> str:
    votes: dict[tuple[str, str], set[float]] = {}
    for _, row in _records(files["talk/votes.csv"]):
        if re.fullmatch("-?[01]([.]0*)?", row["vote"]):
            votes.setdefault((row["comment-id"], row["voter-id"]), set()).add(float(row["vote"]))
    for key, (value, origin) in strange.items():
        if value not in votes.get((key[3], key[5]), set()):
            return f"no such vote: {' '.join(key)} = {value} ({origin})"
    return ""


def _comtrade_json(files: Mapping[str, bytes], strange: Mapping[Key, Fact], _out: Outcome) -> str:
    (content,) = files.values()
    data = json.loads(decoded(content))["data"]
    for key, (value, origin) in strange.items():
        row = data[int(re.findall(r"line (\d+)", origin)[0]) - 1]
        if not any(_is(str(cell), value) for cell in row.values()):
            return f"{' '.join(key)} = {value} does not stand at {origin}"
    return ""


PARTS = {"CN1": "CHN", "CN2": "CHN"}
ICIO_FINAL = {"HFCE": "CONS_h", "NPISH": "CONS_np", "GGFC": "CONS_g", "GFCF": "GFCF", "INVNT": "INVEN", "DPABR": "PURR"}
BELOW = {"TLS": "TXSP", "VA": "VA", "OUT": "GO"}


def _refolded(cells: Iterator[tuple[str, str, str, str, float]]) -> dict[tuple[str, str, str, str], float]:
    """National tables from (row country, row, column country, column, value), added one by one."""
    out: dict[tuple[str, str, str, str], float] = {}
    lands: set[str] = set()
    found = list(cells)
    for _, _, land, _, _ in found:
        lands.add(land)
    for origin, row, land, column, value in found:
        keys = []
        if not origin:
            keys.append((land, "primary", row, column))
        elif origin == land:
            keys.append((land, "domestic", row, column))
        else:
            keys += [(land, "imports", row, column), (origin, "domestic", row, "EXP")]
        for key in keys:
            out[key] = out.get(key, 0.0) + value
    return out


def _compare(folded: Mapping[tuple[str, str, str, str], float], strange: Mapping[Key, Fact]) -> str:
    for key, (value, origin) in strange.items():
        want = folded.get((key[1], key[3], key[4], key[5]))
        if want is None or not abs(value - want) <= 1e-6 * max(1.0, abs(want)):
            return f"{' '.join(key)} = {value}, but the file adds up to {want} ({origin})"
    return ""


def _number(cell: str) -> float:
    return float(cell) if re.fullmatch(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", cell) else float("nan")


def _icio(files: Mapping[str, bytes], strange: Mapping[Key, Fact], _out: Outcome) -> str:
    (content,) = files.values()

    def split(name: str) -> tuple[str, str]:
        land, _, code = name.partition("_")
        return (PARTS.get(land, land), ICIO_FINAL.get(code, code)) if code else ("", BELOW.get(name, name))

    def cells() -> Iterator[tuple[str, str, str, str, float]]:
        rows = list(csv.reader(io.StringIO(decoded(content), newline="")))
        header = [name.strip() for name in rows[0]]
        for row in rows[1:]:
            for name, cell in zip(header[1:], row[1:], strict=False):
                if name != "TOTAL":
                    yield (*split(row[0].strip()), *split(name), _number(cell.strip()))

    return _compare(_refolded(cells()), strange)


def _exiobase(files: Mapping[str, bytes], strange: Mapping[Key, Fact], _out: Outcome) -> str:
    alpha3 = {alpha2: code for code, alpha2 in ALPHA2.items()}
    codes = {"Paddy rice": "paddy-rice", "Machinery (29)": "machinery-29"}
    codes |= {"Final consumption expenditure by households": "CONS_h", "Changes in inventories": "INVEN"}

    def cells() -> Iterator[tuple[str, str, str, str, float]]:
        for name in ("Z", "Y"):
            rows = [
                line.split("\t") for line in decoded(files[f"IOT_2019_pxp/{name}.txt"]).splitlines() if line.strip()
            ]
            for row in rows[3:]:
                for land, code, cell in zip(rows[0][2:], rows[1][2:], row[2:], strict=False):
                    place = (alpha3.get(land.strip(), land.strip()), codes.get(code.strip(), code))
                    yield alpha3.get(row[0], row[0]), codes.get(row[1], row[1]), *place, _number(cell.strip())
        for line in decoded(files["IOT_2019_pxp/x.txt"]).splitlines()[1:]:
            row = [cell.strip() for cell in line.split("\t")]
            if len(row) == 3:
                yield "", "GO", alpha3.get(row[0], row[0]), codes.get(row[1], row[1]), _number(row[2])
        rows = [
            line.split("\t") for line in decoded(files["IOT_2019_pxp/satellite/F.txt"]).splitlines() if line.strip()
        ]
        for row in rows[3:]:
            if re.match("(?i)compensation of employees|operating surplus", row[0].strip()):
                for land, code, cell in zip(rows[0][1:], rows[1][1:], row[1:], strict=False):
                    yield "", "VA", alpha3.get(land, land), codes.get(code, code), _number(cell.strip())

    return _compare(_refolded(cells()), strange)


def _parquet(files: Mapping[str, bytes], strange: Mapping[Key, Fact], _out: Outcome) -> str:
    """A flipped bit in a Parquet page that still unpacks: its rows, read again, must say what was imported."""
    (content,) = files.values()
    rows = pq.read_table(io.BytesIO(content)).to_pylist()
    for key, (value, origin) in strange.items():
        row = rows[int(re.findall(r"line (\d+)", origin)[0]) - 2]
        if not _is(str(row["Number"]), value / 1000):
            return f"{' '.join(key)} = {value} does not stand at {origin}: {row}"
    return ""


_RECOUNTS: dict[str, Callable[[Mapping[str, bytes], Mapping[Key, Fact], Outcome], str]] = {
    "crunchbase": _venture("Money Raised Currency (in USD)", 1e-6),
    "venture-csv": _venture("amount_usd", 1e-6),
    "pitchbook": _pitchbook,
    "openalex-csv": _openalex,
    "patentsview": _patentsview,
    "polis": _polis,
    "comtrade-json": _comtrade_json,
    "oecd-icio": _icio,
    "exiobase3": _exiobase,
    "mapping-parquet": _parquet,
}
