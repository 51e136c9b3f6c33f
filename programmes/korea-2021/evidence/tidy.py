"""Derive the shipped evidence tables from the folder of public statistics files.

    python tidy.py SOURCES [--out FOLDER]

SOURCES is the folder with `ncses/`, `venture/` and `wiod/`. The result is deterministic: the same source files give
the same bytes. Each known trap of the sources is a check that stops the script when the source no longer looks as
described (`TrapError`), so that a changed source is noticed instead of being absorbed. `datapackage.json`,
`codes.csv`, `countries.csv` and `LICENSE.md` are written by hand; the cited Korean figures stand in `cited_facts.csv`.
Nothing at run time of Majung needs this script.

Every row carries `source` (id in `datapackage.json`) and `origin`: "table T row N" is the N-th row (from 1) of table
T in the tidied source file; for files without table numbers "row N" counts the file's data rows from 1; for the
input-output workbook "row R column C" is the spreadsheet's own row and column letter.
"""

from __future__ import annotations

import argparse
import html
import itertools
import re
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.utils import get_column_letter

HERE = Path(__file__).resolve().parent
KEY = ["country", "classification", "code", "year", "measure"]
COLUMNS = [*KEY, "value", "source", "origin"]
IO_KEY = ["country", "year", "use", "row", "column"]

#: Regions, groups and remainders: they stand beside countries in the sources and would be counted twice.
NOT_COUNTRIES = {
    "North America", "Rest of North America", "Central America and Caribbean", "Central and South America",
    "South America", "Europe", "EU", "EU-27", "EU-27 and UK", "EU-27 + UK", "EU-27 and United Kingdom", "Other EU",
    "Non-EU", "Other non-EU", "Other Europe", "Other Europe, 2020", "Other Europe-2020", "Other Europe (2020)",
    "Middle East", "Other Middle East", "Africa", "Other Africa", "Asia", "Other Asia", "Australia and Oceania",
    "Oceania", "Other Central and South America", "Unassigned", "Unclassified", "Not United States", "All others",
    "Other countries", "ROW",
}  # fmt: skip
#: Territories without a code of their own in ISO 3166-1, or a withdrawn one: left out, the world total keeps them.
WITHOUT_CODE = {"Kosovo", "Serbia and Montenegro", "Gaza Strip", "West Bank"}

SE14 = {
    "agricultural sciences", "astronomy and astrophysics", "biological and biomedical sciences", "chemistry",
    "computer and information sciences", "engineering", "geosciences, atmospheric sciences, and ocean sciences",
    "health sciences", "materials science", "mathematics and statistics", "natural resources and conservation",
    "physics", "psychology", "social sciences",
}  # fmt: skip
#: Aggregates of the KTI edition. Only the published total is kept, under its own code.
KTI_AGGREGATES = {"KTI manufacturing industries", "KTI services industries"}
KTI_TOTAL = "KTI industries"

#: Korean rows of the input-output tables that are fixed proportions of one source row: their totals move together in
#: every year from 2012 on, so growth of one is not a second observation of growth.
PROPORTIONAL = [
    ["C16", "C17", "C18"], ["C20", "C21"], ["C22", "C23"], ["C26", "C27"], ["C29", "C30"], ["E36", "E37-E39"],
    ["G45", "G46", "G47"], ["H49", "H50", "H51", "H52", "H53"], ["J58", "J59_J60"], ["J61", "J62_J63"],
    ["K64", "K65", "K66"], ["M69_M70", "M71", "M72", "M73", "M74_M75"],
]  # fmt: skip
PRIMARY = ["TXSP", "EXP_adj", "PURR", "PURNR", "VA", "IntTTM", "GO"]
IO_YEAR = 2014
#: Countries with fewer articles a year (mean of 2016-2020, all fields) are left out of the publications: their shares
#: in the top 1 % rest on a handful of articles, and the file halves. The world rows keep them.
FEWEST_ARTICLES = 2000
FIRMS_FROM = 2013


class TrapError(ValueError):
    """A source file does not look as this script was written for."""


def expect(holds: bool, message: str) -> None:
    """Stop with `message` unless `holds`."""
    if not holds:
        raise TrapError(message)


def slug(name: str) -> str:
    """Lower-case slug of a source's own name: "Blockchain/ cryptocurrency" -> "blockchain-cryptocurrency"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def countries() -> dict[str, str]:
    """Source name -> ISO 3166-1 alpha-3 (or WLD)."""
    table = pd.read_csv(HERE / "countries.csv", keep_default_na=False)
    return dict(zip(table["source_name"], table["iso3"], strict=True))


def with_country(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Add `country`; drop regions; refuse a name that is neither country nor known region."""
    clean = frame["entity"].map(lambda name: html.unescape(name).replace("\u2019", "'").strip())
    unknown = sorted(set(clean) - set(names) - NOT_COUNTRIES - WITHOUT_CODE)
    expect(not unknown, f"names that are neither a country nor a known region: {unknown}; add them to countries.csv")
    frame = frame.assign(country=clean.map(names))
    return frame[frame["country"].notna()]


def numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `origin` = "table T row N" by position within each source table, before any row is dropped."""
    place = frame.groupby("table").cumcount() + 1
    return frame.assign(origin="table " + frame["table"].astype(str) + " row " + place.astype(str))


def long(frame: pd.DataFrame, classification: str, measure: str, source: str) -> pd.DataFrame:
    """Canonical long form in key order; one row a key."""
    out = frame.assign(classification=classification, measure=measure, source=source)[COLUMNS]
    twice = out[out.duplicated(KEY, keep=False)]
    expect(twice.empty, f"{source}: {len(twice)} rows share a key, first {twice.head(1).to_dict('records')}")
    expect(bool((out["value"] >= 0).all()), f"{source}: negative or missing value")
    return out.sort_values(KEY, kind="stable").reset_index(drop=True)


def patents(sources: Path, names: dict[str, str]) -> pd.DataFrame:
    """International patent families, 35 fields, 1998-2020 (never spliced with the 1998-2018 edition)."""
    raw = numbered(pd.read_parquet(sources / "ncses" / "ipf_35fields_1998_2020.parquet"))
    other = pd.read_parquet(sources / "ncses" / "patents_35fields_1998_2018.parquet")
    other = other[other["measure"].str.contains("famil")]
    both = raw.merge(other, on=["entity", "field", "year"], suffixes=("", "_other"))
    ratio = float((both["value"] / both["value_other"].where(both["value_other"] > 0)).median())
    expect(abs(ratio - 1) > 0.2, f"the two family editions now agree (median ratio {ratio:.2f}): read again before use")
    expect(raw["field"].nunique() == 35, "expected 35 fields")
    world = raw[raw["entity"] == "World"].groupby("year")["value"].sum()
    expect(bool(world[2020] > 0.95 * world[2019]), "2020 looks incomplete in the patent families")
    frame = with_country(raw, names)
    return long(frame.assign(code=frame["field"].map(slug)), "wipo35", "families", "ncses-ipf")


def publications(sources: Path, names: dict[str, str]) -> pd.DataFrame:
    """Articles (fractional, 1996-2020) and share in the world's top 1 % cited (2003-2020), 14 fields."""
    raw = numbered(pd.read_parquet(sources / "ncses" / "articles_frac_1996_2020.parquet"))
    fields = raw[raw["field"].isin(SE14)]
    world = fields[fields["entity"] == "World"].groupby("year")["value"].sum()
    total = raw[(raw["entity"] == "World") & (raw["table"] == 4994)].set_index("year")["value"]
    # Trap: the world row of table 4994 ("all fields") stands one year early. It is dropped; the fields add up.
    shifted = all(abs(total[year] - world[year + 1]) < 1 for year in range(1996, 2020))
    expect(shifted, "table 4994 no longer stands one year early against the sum of the fields: look at it again")
    later = pd.read_parquet(sources / "ncses" / "articles_frac_2003_2022.parquet")
    both = fields.merge(later, on=["entity", "field", "year"], suffixes=("", "_later"))
    both = both[both["entity"] == "World"]
    ratio = both["value"] / both["value_later"]
    # The editions differ by reclassification (mathematics, natural resources, computer science), not by a break.
    expect(bool(ratio.between(0.90, 1.13).all()), f"editions differ by {ratio.min():.3f} to {ratio.max():.3f}")
    frame = with_country(fields, names)
    articles = long(frame.assign(code=frame["field"].map(slug)), "se14", "articles", "ncses-articles")
    yearly = articles[articles["year"] >= 2016].groupby("country")["value"].sum() / 5
    kept = yearly.index[yearly >= FEWEST_ARTICLES]
    share = yearly[kept].drop("WLD").sum() / yearly.drop("WLD").sum()
    expect(share > 0.98, f"the countries kept hold only {share:.1%} of the articles")
    articles = articles[articles["country"].isin(kept)]

    cited = numbered(pd.read_parquet(sources / "ncses" / "top1pct_2003_2020.parquet"))
    missing = cited["value"].isna()
    expect(set(cited.loc[missing, "raw"]) == {"ne", "na"}, "missing top 1 % shares carry an unknown mark")
    expect(0.50 < missing.mean() < 0.56, f"{missing.mean():.0%} of the top 1 % shares are missing, expected 53 %")
    cited = with_country(cited[cited["field"].isin(SE14) & ~missing], names)
    cited = cited[cited["country"].isin(kept)]
    top = long(cited.assign(code=cited["field"].map(slug)), "se14", "top1pct", "ncses-top1pct")
    world_top = top.loc[top["country"] == "WLD", "value"]
    expect(bool((world_top == 1).all()), "the world's share in the top 1 % is not 1")
    return pd.concat([articles, top], ignore_index=True).sort_values(KEY, kind="stable")


def value_added(sources: Path, names: dict[str, str]) -> pd.DataFrame:
    """Value added of 12 knowledge- and technology-intensive industries, 2002-2019, and the published total."""
    raw = numbered(pd.read_parquet(sources / "ncses" / "kti_value_added_2002_2019.parquet"))
    parts = raw[~raw["field"].isin({*KTI_AGGREGATES, KTI_TOTAL})]
    expect(parts["field"].nunique() == 12, "expected 12 industries beside the three aggregates")
    world = raw[raw["entity"] == "World"]
    summed = world[world["field"].isin(parts["field"])].groupby("year")["value"].sum()
    stated = world[world["field"] == KTI_TOTAL].set_index("year")["value"]
    expect(bool(((summed - stated).abs() <= 12).all()), "the industries do not add up to the published total")
    kept = with_country(raw[~raw["field"].isin(KTI_AGGREGATES)], names)
    code = kept["field"].map(lambda name: "all-kti" if name == KTI_TOTAL else slug(name.removesuffix(" industry")))
    return long(kept.assign(code=code), "kti", "usd_m", "ncses-kti")


def venture(sources: Path, names: dict[str, str]) -> pd.DataFrame:
    """Venture capital by vertical (CHN, USA), firms by industry (USA), national totals (one vintage)."""
    folder = sources / "venture"
    raw = pd.read_csv(folder / "vc_verticals_cn_us_2013_2018.csv")
    raw = raw.assign(origin=[f"row {n}" for n in range(1, len(raw) + 1)])
    # Trap: "Oil and Gas" (China) and "Oil and gas" (USA) are one vertical; the two never meet in one country and year.
    spelled = raw[raw["vertical"].str.lower() == "oil and gas"]
    expect(set(spelled["vertical"]) == {"Oil and Gas", "Oil and gas"}, "the two spellings of oil and gas are gone")
    expect(not spelled.duplicated(["country", "year"]).any(), "the two spellings of oil and gas meet: cannot merge")
    raw = raw.assign(country=raw["country"].map(names), code=raw["vertical"].map(slug), value=raw["usd_m"])
    verticals = long(raw, "vc_vertical", "usd_m", "ncses-vc-vertical")

    raw = pd.read_csv(folder / "vc_us_firms_215codes_2003_2022.csv")
    raw = raw.assign(origin=[f"row {n}" for n in range(1, len(raw) + 1)], country="USA")
    wide = raw.pivot(index="industry", columns="year", values="firms").fillna(0)
    like = {y: float(np.corrcoef(np.log1p(wide[y - 1]), np.log1p(wide[y]))[0, 1]) for y in range(2004, 2023)}
    # Trap (ours): up to 2012 part of the rows carry a neighbour's counts (biotechnology 42 in 2012, 192 in 2013).
    expect(like[2013] < 0.90 < min(v for y, v in like.items() if y != 2013), "the break of 2012/2013 has moved")
    raw = raw[(raw["year"] >= FIRMS_FROM) & raw["firms"].notna()]
    raw = raw.assign(code=raw["industry"].map(slug), value=raw["firms"])
    firms = long(raw, "vc_industry", "firms", "ncses-vc-firms")

    raw = pd.read_csv(folder / "vc_by_country.csv").rename(columns={"usd_m": "value"})
    raw = numbered(raw)
    korea = set(raw.loc[raw["entity"] == "South Korea", "series"])
    expect(korea == {"all_1999_2018"}, f"Korea now stands in {sorted(korea)}: choose the vintage again")
    raw = with_country(raw[(raw["series"] == "all_1999_2018") & raw["value"].notna()], names)
    totals = long(raw.assign(code="all"), "vc_total", "usd_m", "ncses-vc-total")
    return pd.concat([verticals, firms, totals], ignore_index=True)


def input_output(sources: Path) -> pd.DataFrame:
    """Korea's national input-output table of 2014: domestic, imported and primary rows, rounded to 1 USD."""
    book = openpyxl.load_workbook(sources / "wiod" / "KOR_NIOT_nov16.xlsx", read_only=True, data_only=True)
    rows = list(book["National IO-tables"].iter_rows(values_only=True))
    head = rows[0]
    sectors, final = head[4:60], head[60:66]
    expect(
        len(set(sectors)) == 56 and final == ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN", "EXP"), "other columns"
    )
    output = {r[0]: dict(zip(sectors, map(float, r[4:60]), strict=True)) for r in rows if r[1] == "GO"}
    for first, second in (pair for group in PROPORTIONAL for pair in itertools.combinations(group, 2)):
        ratios = [output[year][first] / output[year][second] for year in range(2012, IO_YEAR + 1)]
        expect(float(np.ptp(ratios)) < 1e-6 * ratios[0], f"{first} and {second} are no proportional split any more")
    out = []
    for number, row in enumerate(rows, start=1):
        use = {"Domestic": "domestic", "Imports": "imports"}.get(str(row[3]))
        use = "primary" if row[1] in PRIMARY else use
        if row[0] != IO_YEAR or use is None:
            continue
        for place, column in enumerate(head[4:66], start=5):
            out.append(("KOR", IO_YEAR, use, row[1], column, float(row[place - 1]), "wiod-2016",
                        f"row {number} column {get_column_letter(place)}"))  # fmt: skip
        if use == "domestic":
            expect(abs(sum(map(float, row[4:66])) - float(row[66])) < 1e-6, f"sector {row[1]}: row does not balance")
    frame = pd.DataFrame(out, columns=[*IO_KEY, "value", "source", "origin"])
    cells = frame[frame["column"].isin(sectors)]
    inputs = cells[cells["row"] != "GO"].groupby("column")["value"].sum()
    stated = cells[cells["row"] == "GO"].set_index("column")["value"]
    expect(bool(((inputs - stated).abs() < 0.02).all()), "inputs and value added do not add up to output")
    expect(not frame.duplicated(IO_KEY).any(), "input-output rows share a key")
    rounded = frame["value"].round(6) + 0.0
    return frame.assign(value=rounded).sort_values(IO_KEY, kind="stable").reset_index(drop=True)


def cited(table: str) -> pd.DataFrame:
    """Rows of `cited_facts.csv` for one canonical table: figures quoted from published pages, compiled by us."""
    facts = pd.read_csv(HERE / "cited_facts.csv")
    facts = facts[facts["table"] == table]
    expect(not facts.duplicated(KEY).any(), "cited_facts.csv: two rows share a key")
    return facts[COLUMNS].sort_values(KEY, kind="stable").reset_index(drop=True)


def number(value: float) -> str:
    """Shortest decimal form that reads back as the same number; no exponent, no trailing zero."""
    text = np.format_float_positional(value, trim="-")
    return "0" if text in ("-0", "0") else text


def tables(sources: Path) -> dict[str, pd.DataFrame]:
    """All shipped tables by name."""
    names = countries()
    return {
        "patents": patents(sources, names),
        "publications": publications(sources, names),
        "value_added": value_added(sources, names),
        "investment": pd.concat([venture(sources, names), cited("investment")], ignore_index=True).sort_values(
            KEY, kind="stable"
        ),
        "input_output": input_output(sources),
        "satellites": cited("satellites"),
        "surveys": cited("surveys"),
    }


def undeclared(built: dict[str, pd.DataFrame]) -> list[str]:
    """Codes and measures used in the tables that `codes.csv` does not declare."""
    codes = pd.read_csv(HERE / "codes.csv", keep_default_na=False)
    declared = set(zip(codes["kind"], codes["classification"], codes["code"], strict=True))
    used: set[tuple[str, str, str]] = set()
    for frame in built.values():
        if "use" in frame:
            labels = [*frame["row"].unique(), *frame["column"].unique()]
            used |= {("code", "wiod56", code) for code in labels}
            continue
        for classification, code, measure in set(
            zip(frame["classification"], frame["code"], frame["measure"], strict=True)
        ):
            used |= {("classification", "", classification), ("code", classification, code)}
            used.add(("measure", "", measure))
    return [" ".join(entry) for entry in sorted(used - declared)]


def main() -> int:
    """Write the tables; 0 on success, 2 when a source is not as expected."""
    parser = argparse.ArgumentParser(description="Derive the evidence tables from the public statistics files.")
    parser.add_argument("sources", type=Path, help="folder with ncses/, venture/ and wiod/")
    parser.add_argument("--out", type=Path, default=HERE / "tables", help="folder to write to")
    arguments = parser.parse_args()
    try:
        built = tables(arguments.sources)
        missing = undeclared(built)
        expect(not missing, f"codes.csv lacks {len(missing)} entries: {', '.join(missing[:400])}")
    except TrapError as error:
        sys.stderr.write(f"tidy: {error}\n")
        return 2
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, frame in built.items():
        text = frame.assign(value=frame["value"].map(number)).to_csv(index=False, lineterminator="\n")
        (arguments.out / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        sys.stdout.write(f"{name}: {len(frame)} rows, {len(text.encode()) / 1e6:.2f} MB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
