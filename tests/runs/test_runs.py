"""Runs are kept whole, recomputed to the digit, and found wanting when someone touches them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from majung.methods.labelled import InputError
from majung.runs import KEYS, RunError, find_run, load_run, reproduce, run_programme
from majung.runs.digest import differences, digest
from majung.runs.figures import Figures
from miniature import Miniature


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the miniature on disk; not to be changed."""
    place = tmp_path_factory.mktemp("kept")
    run = run_programme(Miniature(place / "programme").write(), place / "runs")
    assert run.folder is not None
    return run.folder


@pytest.fixture
def copy(kept: Path, tmp_path: Path) -> Path:
    """A copy of the kept run that a test may damage."""
    import shutil

    return Path(shutil.copytree(kept, tmp_path / "runs" / kept.name))


def test_reads_back_what_it_kept(kept: Path, mini_run: object) -> None:
    run = load_run(kept)
    assert run.id == kept.name
    assert run.manifest["mode"] == "retrospective"
    for name, frame in run.tables.items():
        assert digest(frame, KEYS[name]) == run.manifest["digests"][name]
    assert run.tables["ranking"].equals(mini_run.tables["ranking"])  # type: ignore[attr-defined]


def test_reproduces_to_the_digit(kept: Path) -> None:
    result = reproduce(kept)
    assert result.identical
    assert result.differences == ()
    assert result.versions == {}


def test_reproduces_when_the_programme_has_moved_on(copy: Path) -> None:
    """The run recomputes from its own copy of the inputs."""
    assert reproduce(copy).identical


def test_a_touched_table_is_named(copy: Path) -> None:
    file = copy / "tables" / "ranking.parquet"
    frame = pd.read_parquet(file)
    frame.loc[0, "score"] += 0.5
    frame.to_parquet(file, index=False)
    result = reproduce(copy)
    assert not result.identical
    assert result.tampered == ("ranking",)
    assert [(d.table, d.column) for d in result.differences] == [("ranking", "score")]


def test_a_touched_manifest_is_found(copy: Path) -> None:
    file = copy / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["digest"] = "0" * 64
    file.write_text(json.dumps(manifest))
    assert not reproduce(copy).identical


def test_touched_evidence_is_found(copy: Path) -> None:
    file = copy / "inputs" / "evidence" / "tables" / "satellites.csv"
    file.write_text(file.read_text().replace(",12.0,", ",13.0,"))
    result = reproduce(copy)
    assert not result.identical
    assert {"indicators", "ranking"} <= {d.table for d in result.differences}


def test_touched_evidence_is_not_read(copy: Path) -> None:
    """The copy that is recomputed from is checked when the run is read, as all the rest."""
    file = copy / "inputs" / "evidence" / "tables" / "satellites.csv"
    file.write_text(file.read_text().replace(",12.0,", ",13.0,"))
    with pytest.raises(RunError, match=r"inputs/evidence/tables/satellites\.csv: missing, or not what"):
        load_run(copy)


@pytest.mark.parametrize("name", ["evidence/patents.parquet", "figures.parquet", "lineage-discovery.parquet"])
def test_a_quick_copy_that_does_not_say_what_the_inputs_say_is_found(copy: Path, name: str) -> None:
    """Even where somebody made its hash in the manifest fit."""
    frame = pd.read_parquet(copy / name)
    # The rows of another: the first column as it was, the others turned round.
    frame.assign(**{c: frame[c].iloc[::-1].to_numpy() for c in frame.columns[1:]}).to_parquet(copy / name)
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"][name] = hashlib.sha256((copy / name).read_bytes()).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest))
    load_run(copy)
    result = reproduce(copy)
    assert not result.identical
    assert result.tampered == (name,)


def test_another_version_of_the_code_is_no_tampering(copy: Path) -> None:
    """Code that gives the same numbers reproduces them, under whatever name it would keep the run today."""
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["hashes"]["code"] = "0" * 64
    figures = pd.read_parquet(copy / "figures.parquet")
    manifest["id"] = "mini-00000000"
    again = Figures.of(manifest["id"], load_run(copy).tables, KEYS).frame
    assert set(again["figure"]) != set(figures["figure"])
    again.to_parquet(copy / "figures.parquet")
    manifest["files"]["figures.parquet"] = hashlib.sha256((copy / "figures.parquet").read_bytes()).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(manifest))
    result = reproduce(copy)
    assert result.tampered == ()
    assert result.identical


def test_a_damaged_run_lends_its_diagnosis_to_no_other(miniature: Miniature, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    first = run_programme(miniature.write(), runs)
    assert first.folder is not None
    file = first.folder / "tables" / "gaps.parquet"
    frame = pd.read_parquet(file)
    frame.assign(size=frame["size"] * 2).to_parquet(file)
    miniature.weights = {"investment": 0.4, "ripple_effects": 0.2, "growth_potential": 0.2, "competitiveness": 0.2}
    second = run_programme(miniature.write(), runs)
    assert second.manifest["digests"]["gaps"] == first.manifest["digests"]["gaps"]
    assert digest(second.tables["gaps"], KEYS["gaps"]) == first.manifest["digests"]["gaps"]


def test_a_missing_table_is_a_clear_error(copy: Path) -> None:
    (copy / "tables" / "ranking.parquet").unlink()
    with pytest.raises(RunError, match="the run is damaged"):
        load_run(copy)


def test_the_same_inputs_are_the_same_run(miniature: Miniature, tmp_path: Path) -> None:
    folder, runs = miniature.write(), tmp_path / "runs"
    first = run_programme(folder, runs)
    stages: list[str] = []
    assert run_programme(folder, runs, progress=stages.append).id == first.id
    assert stages == ["evidence"]
    miniature.weights = {"investment": 0.4, "ripple_effects": 0.2, "growth_potential": 0.2, "competitiveness": 0.2}
    assert run_programme(miniature.write(), runs).id != first.id
    assert len(list(runs.iterdir())) == 2


def test_bad_input_leaves_nothing_behind(miniature: Miniature, tmp_path: Path) -> None:
    miniature.budgets = [1.0, 1.0]
    runs = tmp_path / "runs"
    with pytest.raises(InputError):
        run_programme(miniature.write(), runs)
    assert not runs.exists() or list(runs.iterdir()) == []


def test_find_run_by_id_path_or_latest(kept: Path, tmp_path: Path) -> None:
    assert find_run(None, kept.parent) == kept
    assert find_run(kept.name, kept.parent) == kept
    assert find_run(kept, tmp_path) == kept
    with pytest.raises(RunError, match="no run 'nothing'"):
        find_run("nothing", kept.parent)
    with pytest.raises(RunError, match="no runs yet; `majung demo` makes one"):
        find_run(None, tmp_path)


def test_digest_ignores_order_of_rows_and_columns_and_digits_beyond_nine() -> None:
    frame = pd.DataFrame({"k": ["a", "b"], "x": [1.0, -0.0], "y": [np.nan, 2.0]})
    first = digest(frame, ["k"])
    assert digest(frame[["y", "k", "x"]].iloc[::-1], ["k"]) == first
    assert digest(frame.assign(x=[1.0 + 1e-12, 0.0]), ["k"]) == first
    assert digest(frame.assign(x=[1.0 + 1e-6, 0.0]), ["k"]) != first
    assert digest(frame.assign(y=[0.0, 2.0]), ["k"]) != first


def test_differences_name_cell_and_size_and_know_the_rounding_boundary() -> None:
    before = pd.DataFrame({"k": ["a", "b", "c"], "x": [1.0, 2.0, 1.234567894999]})
    after = pd.DataFrame({"k": ["a", "b", "d"], "x": [1.0, 2.5, 9.0]})
    found = {(d.key, d.column): d for d in differences("t", before, after, ["k"])}
    assert found["b", "x"].size == pytest.approx(0.2)
    assert not found["b", "x"].rounding
    assert {("c", ""), ("d", "")} <= set(found)
    near = differences("t", before, before.assign(x=[1.0, 2.0, 1.234567895001]), ["k"])
    assert [(d.key, d.rounding) for d in near] == [("c", True)]


def test_a_change_of_weights_reuses_the_diagnosis_and_reproduces(miniature: Miniature, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    first = run_programme(miniature.write(), runs)
    miniature.weights = {"investment": 0.4, "ripple_effects": 0.2, "growth_potential": 0.2, "competitiveness": 0.2}
    miniature.weight_spread = (0.1, 0.1)
    second = run_programme(miniature.write(), runs)
    assert second.manifest["hashes"]["diagnosis"] == first.manifest["hashes"]["diagnosis"]
    for name in ("technology", "market", "gaps"):
        assert second.manifest["digests"][name] == first.manifest["digests"][name]
    assert second.manifest["digests"]["ranking"] != first.manifest["digests"]["ranking"]
    assert second.folder is not None
    assert reproduce(second.folder).identical, "recomputing reuses nothing"


def test_a_change_of_definitions_is_another_diagnosis(miniature: Miniature, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    first = run_programme(miniature.write(), runs)
    miniature.definitions["one"][:2] = [("wipo35", "alpha", 0.65), ("wipo35", "beta", 0.35)]
    second = run_programme(miniature.write(), runs)
    assert second.manifest["hashes"]["diagnosis"] != first.manifest["hashes"]["diagnosis"]
    assert second.manifest["digests"]["technology"] != first.manifest["digests"]["technology"]
