"""Proposed definitions: in the format of industries/, each weight with its count, read by nobody until moved."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from majung.cli.propose import propose_command
from majung.methods.labelled import InputError
from majung.programme import Industry, Text
from majung.programme.proposals import _thousandths, propose, read_records, with_codes

NAMES = {"id_": "new-one", "name": Text(en="New", ko="새"), "summary": Text(en="s", ko="요약"), "because": "a test"}


@pytest.fixture
def records(tmp_path):
    """400 firms: 60 in vertical v; of these 40 patent in field f (beside 10 others), 20 in g (as 170 others do)."""
    lines = ["record,classification,code"]
    for n in range(400):
        if n < 60:
            lines.append(f"firm {n},vertical,v")
        field = "f" if n < 40 else "g" if n < 60 else "f" if n < 70 else "g" if n < 240 else "h"
        lines.append(f"firm {n},field,{field}")
        lines.append(f"firm {n},country,{'x' if n % 2 else 'y'}")
    file = tmp_path / "records.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def test_codes_that_stand_out_are_proposed_with_weight_interval_and_rationale(records):
    read = read_records(records)
    found = propose(read, with_codes(read, [("vertical", "v")]), **NAMES, without=["vertical"])
    assert (found.subject, found.records) == (60, 400)
    assert [(c.classification, c.code, c.weight) for c in found.industry.codes] == [("field", "f", 1.0)]
    code = found.industry.codes[0]
    assert code.observes == "industry"
    assert code.rationale["en"].startswith(
        "co-occurrence: 40 of the subject's 60 coded records (67 %, 90 % interval".replace(" %", "%")
    )
    assert "80% of the code's records are the subject's" in code.rationale["en"]
    assert code.source.startswith("co-occurrence in records.csv (sha256 ")
    said = [words["en"] for words in found.left_out]
    assert said == [
        "country: none of 2 codes stands out among 60 records",
        "field: the 1 codes proposed hold 67% of the subject's records; 2 others are left out",
    ]
    assert Industry.model_validate(tomllib.loads(found.toml)) == found.industry


def test_a_parent_is_called_a_parent(records):
    read = read_records(records)
    found = propose(read, {f"firm {n}" for n in range(20)}, **NAMES, without=["vertical"])
    assert [(c.code, c.observes) for c in found.industry.codes] == [("f", "parent")]


def test_nothing_that_stands_out_is_no_proposal(records):
    read = read_records(records)
    with pytest.raises(InputError, match="nothing stands out"):
        propose(read, {f"firm {n}" for n in range(0, 400, 7)}, **NAMES)
    with pytest.raises(InputError, match="no record carries vertical/w"):
        with_codes(read, [("vertical", "w")])
    with pytest.raises(InputError, match="nothing stands out"):
        propose(read, with_codes(read, [("vertical", "v")]), **NAMES, without=["vertical"], minimum=41)


@given(st.lists(st.floats(0.001, 1), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_rounded_shares_sum_to_one_and_move_by_less_than_a_thousandth(raw):
    shares = list(np.array(raw) / sum(raw))
    rounded = _thousandths(shares)
    assert round(1000 * sum(rounded)) == 1000
    assert max(abs(a - b) for a, b in zip(shares, rounded, strict=True)) < 0.001


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_a_proposal_always_is_a_valid_definition(tmp_path_factory, seed):
    chance = np.random.default_rng(seed)
    lines = ["record,classification,code,weight"]
    for n in range(200):
        reach = 4 if n < 40 else 12
        for code in chance.choice(reach, size=chance.integers(1, 4), replace=False):
            lines.append(f"r{n},k,c{code},{chance.uniform(0.1, 2):.3f}")
    file = tmp_path_factory.mktemp("records") / "r.csv"
    file.write_text("\n".join(lines) + "\n")
    found = propose(read_records(file), {f"r{n}" for n in range(40)}, **NAMES)
    total = sum(c.weight for c in found.industry.codes)
    assert total == pytest.approx(1)
    assert all(c.low <= c.weight <= c.high for c in found.industry.codes)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("record,code\na,b\n", "the columns are record, classification, code, weight"),
        ("record,classification,code\na,,b\n", "csv:2: record, classification and code must be filled in"),
        ("record,classification,code,weight\na,k,b,x\n", "csv:2: weight 'x' is not a number"),
        ("record,classification,code,weight\na,k,b,-1\n", "csv:2: weight -1.0 is negative"),
        ("record,classification,code\na,k,b\na,k,b\n", "csv:3: record a carries k/b twice"),
        ("record,classification,code\n", "no records"),
    ],
)
def test_faults_in_the_records_are_named_by_row(tmp_path, content, said):
    file = tmp_path / "r.csv"
    file.write_text(content)
    with pytest.raises(InputError, match=said):
        read_records(file)


def test_the_command_writes_a_file_that_says_what_it_is(records, tmp_path):
    app = typer.Typer()
    app.command()(propose_command)
    words = [str(records), "--seed", "vertical=v", "--id", "new-one", "--name-en", "New", "--name-ko", "새 산업"]
    done = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "out"), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "1 codes proposed from 60 of 400 records" in done.output
    text = (tmp_path / "out/new-one.toml").read_text()
    assert text.startswith("# A proposal")
    assert Industry.model_validate(tomllib.loads(text)).name["ko"] == "새 산업"
    assert isinstance(CliRunner().invoke(app, [*words, "--seed", "nonsense"]).exception, InputError)


def test_records_may_be_known_by_their_texts(records, tmp_path):
    texts = tmp_path / "texts.csv"
    lines = [f"firm {n},{'drones that deliver' if n < 45 else 'a bakery'}" for n in range(400)]
    texts.write_text("id,text\n" + "\n".join(lines) + "\n")
    query = tmp_path / "query.toml"
    query.write_text("[queries.en]\ninclude = 'drone* NEAR/2 deliver*'\n")
    app = typer.Typer()
    app.command()(propose_command)
    words = [str(records), "--id", "new-one", "--name-en", "New", "--name-ko", "새 산업", "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*words, "--texts", str(texts), "--query", str(query), "--lang", "en"])
    assert done.exit_code == 0, done.output
    industry = Industry.model_validate(tomllib.loads((tmp_path / "out/new-one.toml").read_text()))
    # A classification of one code says nothing: every record that has a code has this one.
    assert [(c.classification, c.code) for c in industry.codes] == [("field", "f")]
    assert "texts meeting the queries of query.toml" in industry.codes[0].source
    for wrong, said in (
        (["--texts", str(texts)], "by --seed, or by --texts and --query"),
        (["--seed", "vertical=v", "--texts", str(texts), "--query", str(query)], "by --seed, or by"),
        ([], "by --seed, or by"),
    ):
        assert said in str(CliRunner().invoke(app, [*words, *wrong]).exception)
    query.write_text("[queries.en]\ninclude = 'zeppelin'\n")
    failed = CliRunner().invoke(app, [*words, "--texts", str(texts), "--query", str(query)])
    assert "no text meets the include query" in str(failed.exception)
