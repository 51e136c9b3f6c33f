"""Facts of tables added up once more from the corrupted files themselves."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping

import pyarrow.parquet as pq

from trials.plain import Fact, Key, Outcome, Recount, bad_lines, cells_of, decoded, is_written, number, records
from trials.sound_files import ALPHA2


def _measured(facts: Mapping[Key, Fact], measure: str, code: str = "all") -> float:
    """Sum of a measure over an investment or publications table, for one code (or "" for all)."""
    return sum(v for k, (v, _) in facts.items() if k[-1] == measure and code in ("", k[3]))


def _venture(amount: str, factor: float) -> Recount:
    """Rounds and money of a CSV of rounds, added up over the lines that are not reported as bad."""

    def recount(files: Mapping[str, bytes], _strange: Mapping[Key, Fact], out: Outcome) -> str:
        (content,) = files.values()
        assert out.done is not None
        bad = bad_lines(out)
        left = sum(one.count for one in out.done.left_out if one.rule in ("not-venture", "region"))
        rows = [record for line, record in records(content) if line not in bad]
        money = 0.0
        for record in rows:
            plain = record[amount].removeprefix("$").replace(",", "")
            amount_here = number(plain)
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
    bad = bad_lines(out)
    for rows in cells_of(content).values():
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
    bad = bad_lines(out)
    left = sum(one.count for one in out.done.left_out)
    works = len([1 for line, _ in records(content) if line not in bad]) - left
    counted = _measured(out.facts, "publications-fractional", "")
    return "" if abs(counted - works) < 1e-6 else f"{counted} works counted, but {works} lines are sound"


def _patentsview(files: Mapping[str, bytes], _strange: Mapping[Key, Fact], out: Outcome) -> str:
    """All patents that have a field and a country count once."""
    assert out.done is not None
    bad = bad_lines(out, "g_patent.tsv")
    rows = [r for line, r in records(files["g_patent.tsv"], "\t") if line not in bad and r["patent_type"] == "utility"]
    lost = sum(one.count for one in out.done.left_out if one.rule == "not-placed")
    counted = sum(value for value, _ in out.facts.values())
    return (
        "" if abs(counted - (len(rows) - lost)) < 1e-6 else f"{counted} patents, but {len(rows)} lines, {lost} unplaced"
    )


def _polis(files: Mapping[str, bytes], strange: Mapping[Key, Fact], _out: Outcome) -> str:
    votes: dict[tuple[str, str], set[float]] = {}
    for _, row in records(files["talk/votes.csv"]):
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
        if not any(is_written(str(cell), value) for cell in row.values()):
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
                    yield (*split(row[0].strip()), *split(name), number(cell.strip()))

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
                    yield alpha3.get(row[0], row[0]), codes.get(row[1], row[1]), *place, number(cell.strip())
        for line in decoded(files["IOT_2019_pxp/x.txt"]).splitlines()[1:]:
            row = [cell.strip() for cell in line.split("\t")]
            if len(row) == 3:
                yield "", "GO", alpha3.get(row[0], row[0]), codes.get(row[1], row[1]), number(row[2])
        rows = [
            line.split("\t") for line in decoded(files["IOT_2019_pxp/satellite/F.txt"]).splitlines() if line.strip()
        ]
        for row in rows[3:]:
            if re.match("(?i)compensation of employees|operating surplus", row[0].strip()):
                for land, code, cell in zip(rows[0][1:], rows[1][1:], row[1:], strict=False):
                    yield "", "VA", alpha3.get(land, land), codes.get(code, code), number(cell.strip())

    return _compare(_refolded(cells()), strange)


def _parquet(files: Mapping[str, bytes], strange: Mapping[Key, Fact], _out: Outcome) -> str:
    """A flipped bit in a Parquet page that still unpacks: its rows, read again, must say what was imported."""
    (content,) = files.values()
    rows = pq.read_table(io.BytesIO(content)).to_pylist()
    for key, (value, origin) in strange.items():
        row = rows[int(re.findall(r"line (\d+)", origin)[0]) - 2]
        if not is_written(str(row["Number"]), value / 1000):
            return f"{' '.join(key)} = {value} does not stand at {origin}: {row}"
    return ""


TABLES: Mapping[str, Recount] = {
    "crunchbase": _venture("Money Raised Currency (in USD)", 1e-6),
    "crunchbase-bulk": _venture("raised_amount_usd", 1e-6),
    "venture-csv": _venture("amount_usd", 1e-6),
    "pitchbook": _pitchbook,
    "openalex-csv": _openalex,
    "openalex-by-name": _openalex,
    "patentsview": _patentsview,
    "polis": _polis,
    "comtrade-json": _comtrade_json,
    "oecd-icio": _icio,
    "exiobase3": _exiobase,
    "mapping-parquet": _parquet,
}
