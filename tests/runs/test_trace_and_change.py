"""The promise: every number leads back to its rows, and exactly the numbers that rest on a row change with it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from majung.evidence.lineage import Chains, Lineage, node
from majung.programme import load_programme
from majung.runs import KEYS, Run, RunError, compute, trace
from miniature import Miniature


def changed_rows(before: Run, after: Run) -> set[str]:
    """Nodes of result rows that differ in any number or word."""
    found = set()
    for table, frame in before.tables.items():
        key = list(KEYS[table])
        old, new = (f.set_index(key).sort_index() for f in (frame, after.tables[table]))
        same = (old.eq(new) | (old.isna() & new.isna())).all(axis=1)
        for k in same.index[~same]:
            found.add(node(table, *(k if isinstance(k, tuple) else (k,))))
    return found


def resting_on(run: Run, table: str, line: int) -> set[str]:
    """Nodes of result rows whose chain reaches the line."""
    return {
        node(name, *key)
        for name, frame in run.tables.items()
        for key in frame[list(KEYS[name])].itertuples(index=False, name=None)
        if line in run.lineage.source_rows(node(name, *key)).get(table, ())
    }


CHANGES = [
    ("patents", ("KOR", "beta", 2018), 57.0),
    ("patents", ("USA", "alpha", 2012), 350.0),
    ("patents", ("JPN", "beta", 2009), 61.0),
    ("publications", ("KOR", "informatics", 2019), 120.0),
    ("value_added", ("WLD", "software", 2018), 1400.0),
    ("investment", ("USA", "ledger", 2017), 950.0),
    ("investment", ("KOR", "bio", 2020), 320.0),
    ("satellites", ("KOR", "services", 2019), 13.0),
]

CONTINUOUS = ("indicators", "technology_series", "gaps", "market_series")
"""Tables whose numbers move with any change beneath them; ranks, words and scores at the end of a scale may stay."""


@pytest.mark.parametrize(("table", "row", "value"), CHANGES)
def test_exactly_what_rests_on_a_row_changes_with_it(
    miniature: Miniature, mini_run: Run, table: str, row: tuple[str, str, int], value: float
) -> None:
    line = miniature.replace(table, row, value)
    after = compute(load_programme(miniature.write()))
    changed, resting = changed_rows(mini_run, after), resting_on(mini_run, table, line)
    assert resting, "something must rest on the row"
    assert changed <= resting
    must = {n for n in resting if n.split("/")[0] in CONTINUOUS}
    assert must - changed == set()


def test_a_row_that_nothing_rests_on_changes_nothing(miniature: Miniature, mini_run: Run) -> None:
    """Venture-backed firms of 2015-2020 are used; employment of the whole economy is published but not."""
    line = miniature.replace("satellites", ("KOR", "all", 2019), 11.0)
    after = compute(load_programme(miniature.write()))
    assert resting_on(mini_run, "satellites", line) == set()
    assert changed_rows(mini_run, after) == set()
    assert after.id != mini_run.id


def test_definitions_of_one_industry_change_that_industry_only(miniature: Miniature, mini_run: Run) -> None:
    miniature.definitions["one"][:2] = [("wipo35", "alpha", 0.65), ("wipo35", "beta", 0.35)]
    changed = changed_rows(mini_run, compute(load_programme(miniature.write())))
    for name in ("indicators", "technology", "market", "gaps", "contributions"):
        touched = {n.split("/")[1] for n in changed if n.startswith(f"{name}/")}
        assert touched <= {"one"}
    assert "indicators/one/patent_rca" in changed
    assert "indicators/one/venture_level" not in changed


def test_every_result_row_has_a_place_in_the_lineage(mini_run: Run) -> None:
    statements = {"weights", "definitions", "exclusions", "overlap", "project_gaps"}
    for name, frame in mini_run.tables.items():
        if name in statements:
            continue
        for key in frame[list(KEYS[name])].itertuples(index=False, name=None):
            start = node(name, *key)
            rests = mini_run.lineage.parents(start) or mini_run.lineage.rows(start)
            measured = True
            if name in ("indicators", "technology", "market", "gaps"):
                row = frame.set_index(list(KEYS[name])).loc[key]
                measured = {
                    "indicators": lambda row: row["coverage"] > 0,
                    "technology": lambda row: pd.notna(row["level"]),
                }.get(name, lambda row: row["measured"])(row)
            assert rests or not measured, f"{start} rests on nothing"


def test_trace_leads_from_a_rank_to_rows_weights_and_definitions(mini_run: Run) -> None:
    found = trace(mini_run, mini_run.figure("ranking", "one"))
    assert found.table == "ranking"
    assert found.values["rank"] == 4
    assert {s.table for s in found.sources} == {
        "patents", "publications", "value_added", "investment", "input_output", "satellites",
    }  # fmt: skip
    assert "definitions/one/wipo35/alpha" in found.definitions
    assert "weights/investment/venture_level" in found.definitions
    patents = next(s for s in found.sources if s.table == "patents")
    assert patents.file == "tables/patents.csv"
    assert patents.source.license == "CC BY 4.0"


def test_trace_of_an_indicator_gives_its_rows_by_line(mini_run: Run) -> None:
    found = trace(mini_run, mini_run.figure("indicators", "one", "venture_level"))
    (part,) = found.sources
    text = (mini_run.evidence.path / part.file).read_text().splitlines()
    lines = [text[line - 1] for line in part.lines]
    assert len(lines) == 6
    assert all(",vc_vertical,virtual,201" in line for line in lines)


def test_trace_of_one_column(mini_run: Run) -> None:
    name = mini_run.figure("technology", "one", "patents")
    assert trace(mini_run, f"{name}.level").column == "level"
    with pytest.raises(RunError, match="no column 'height'; it has own, leader_value"):
        trace(mini_run, f"{name}.height")
    with pytest.raises(RunError, match=r"'XXXXX' is not of run mini-"):
        trace(mini_run, "XXXXX")


def test_steps_carry_their_own_figures(mini_run: Run) -> None:
    found = trace(mini_run, mini_run.figure("position", "one"))
    step = next(s for s in found.steps if s.name == "technology/one/patents")
    assert step.figure == mini_run.figure("technology", "one", "patents")
    assert step.values["level"] == pytest.approx(22.898, abs=0.001)


def test_one_can_step_down_from_a_rank_to_an_indicator_and_its_definition(mini_run: Run) -> None:
    rank = trace(mini_run, mini_run.figure("ranking", "one"))
    own = [s for s in rank.steps if s.name.startswith("contributions/one/")]
    assert len(own) == 4
    assert rank.steps[0] == own[0], "its own contributions come before those of its rivals"
    contribution = trace(mini_run, own[0].figure)
    indicator = next(s for s in contribution.steps if s.name == "indicators/one/venture_level")
    last = trace(mini_run, indicator.figure)
    assert [s.name for s in last.steps] == ["definitions/one/vc_vertical/virtual"]
    assert last.sources


def test_figures_are_unique_and_belong_to_the_run(mini_run: Run, miniature: Miniature) -> None:
    ids = [
        mini_run.figure(name, *key)
        for name, frame in mini_run.tables.items()
        for key in frame[list(KEYS[name])].itertuples(index=False, name=None)
    ]
    assert len(set(ids)) == len(ids)
    assert {len(i) for i in ids} == {len(ids[0])}
    assert len(ids[0]) >= 5
    miniature.samples = 401
    other = compute(load_programme(miniature.write()))
    assert other.figure("ranking", "one") != mini_run.figure("ranking", "one")


def test_lineage_survives_being_written(mini_run: Run, tmp_path: Path) -> None:
    file = tmp_path / "lineage.parquet"
    kept = []
    for frame in mini_run.lineages.values():
        frame.to_parquet(file)
        kept.append(pd.read_parquet(file))
        assert Lineage.from_frame(kept[-1]).to_frame().equals(frame)
    again = Chains(kept)
    for start in ("ranking/one", "technology/two/patents", "projects/one-large"):
        assert again.ancestors(start) == mini_run.lineage.ancestors(start)
        assert again.source_rows(start) == mini_run.lineage.source_rows(start)


def test_chains_answer_as_the_stated_edges_do(mini_run: Run) -> None:
    """Walked plainly over the edges as they were stated: parents, children, ancestors by distance, source rows."""
    edges = [edge for frame in mini_run.lineages.values() for edge in frame.itertuples(index=False, name=None)]
    chains = Chains(mini_run.lineages.values())
    for start in ("ranking/one", "technology/two/patents", "projects/one-large", "checks/promethee", "no/such"):
        reached, level = [start], [start]
        while level:
            level = list(dict.fromkeys(p for n in level for c, p, _, _ in edges if c == n and p and p not in reached))
            reached += level
        assert chains.ancestors(start) == tuple(reached)
        rows: dict[str, set[int]] = {}
        for child, parent, table, line in edges:
            if child in reached and not parent:
                rows.setdefault(table, set()).add(line)
        assert chains.source_rows(start) == {table: tuple(sorted(lines)) for table, lines in sorted(rows.items())}
        assert chains.parents(start) == tuple(dict.fromkeys(p for c, p, _, _ in edges if c == start and p))
        assert sorted(chains.children(start)) == sorted({c for c, p, _, _ in edges if p == start})
