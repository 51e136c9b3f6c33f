"""Criterion (b), social and economic ripple effects: what one unit of final demand sets in motion at home.

A new industry is not a sector of any table: each multiplier is one of the parent sectors that the definition names,
and the interval is the one that the definition's shares allow. Published tables carry no sampling error.
"""

from __future__ import annotations

import numpy as np

from majung.discovery.observation import Observation, Question, rows_of
from majung.methods.input_output import Table, io_table, leontief_multipliers, linkages
from majung.methods.labelled import Floats
from majung.programme import Programme

SECTORS = "wiod56"


def production_inducement(question: Question) -> Observation:
    """Column sums of the domestic Leontief inverse: output at home per unit of final demand."""
    table, rows, year = domestic_table(question.programme)
    return _by_sector(question, table, leontief_multipliers(table).production, rows, year)


def value_added_inducement(question: Question) -> Observation:
    """vL: value added at home per unit of final demand."""
    table, rows, year = domestic_table(question.programme)
    return _by_sector(question, table, leontief_multipliers(table).value_added, rows, year)


def forward_linkage(question: Question) -> Observation:
    """Sensitivity of dispersion (감응도계수) of the domestic Leontief inverse; the average sector is 1."""
    table, rows, year = domestic_table(question.programme)
    return _by_sector(question, table, linkages(table).sensitivity_of_dispersion, rows, year)


def employment_inducement(question: Question) -> Observation:
    """Published employment inducement of the broad sector, persons per KRW 1 bn of final demand."""
    frame = question.select("satellites", country=question.country, measure="employment_inducement")
    year = int(frame["year"].max())
    frame = frame[(frame["year"] == year) & (frame["code"] != "all")].sort_values("code")
    values = frame["value"].to_numpy(dtype=float)
    return Observation(
        codes=tuple(frame["code"]),
        values=values,
        draws=np.broadcast_to(values, (question.draws.samples, len(values))),
        rows=tuple({"satellites": (int(row),)} for row in frame.index),
        common_rows={},
        place="own",
        period=str(year),
    )


def domestic_table(programme: Programme) -> tuple[Table, dict[str, tuple[int, ...]], int]:
    """The country's latest input-output table up to the cut: domestic and imported use, value added, output.

    Returns the table (sectors with output only), the rows it rests on, and its year.
    """
    frame = programme.select("input_output", country=programme.charter.country)
    year = int(frame["year"].max())
    frame = frame[frame["year"] == year]
    output = frame[(frame["use"] == "primary") & (frame["row"] == "GO")].set_index("column")["value"]
    sectors = [s for s in programme.evidence.codes(SECTORS) if output.get(s, 0.0) > 0]
    flows = {
        use: frame[frame["use"] == use]
        .pivot(index="row", columns="column", values="value")
        .reindex(index=sectors, columns=sectors, fill_value=0.0)
        for use in ("domestic", "imports")
    }
    primary = frame[frame["use"] == "primary"].pivot(index="row", columns="column", values="value")[sectors]
    table = io_table(
        sectors,
        domestic=flows["domestic"].fillna(0.0).to_numpy(),
        imports=flows["imports"].fillna(0.0).to_numpy(),
        output=primary.loc["GO"].to_numpy(),
        value_added=primary.loc["VA"].to_numpy(),
        other=primary.drop(index=["GO", "VA"]).sum().to_numpy(),
    )
    return table, rows_of({"input_output": frame}), year


def _by_sector(
    question: Question, table: Table, multiplier: Floats, rows: dict[str, tuple[int, ...]], year: int
) -> Observation:
    return Observation(
        codes=table.sectors,
        values=multiplier,
        draws=np.broadcast_to(multiplier, (question.draws.samples, len(multiplier))),
        rows=tuple({} for _ in table.sectors),
        common_rows=rows,
        place="own",
        period=str(year),
    )
