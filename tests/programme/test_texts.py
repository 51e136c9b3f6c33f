"""Texts into industries: decided by words that are named, doubtful ones to a person, quality as counted by hand."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from majung.cli.texts import app
from majung.methods.labelled import InputError
from majung.programme import Industry
from majung.programme.folder import ProgrammeError, load_industries
from majung.programme.texts import Classifier, Document, language_of, quality, read_documents

FOUNDING = Path(__file__).parents[2] / "programmes/korea-2021"
SAMPLE = FOUNDING / "texts/labelled.csv"
DEFINITION = """
id = "{id}"
name = {{ ko = "{id}", en = "{id}" }}
summary = {{ ko = "s", en = "s" }}
[queries.en]
include = '{include}'
consider = '{consider}'
[[codes]]
classification = "k"
code = "c"
weight = 1.0
low = 1.0
high = 1.0
observes = "parent"
rationale = {{ ko = "r", en = "r" }}
source = "s"
"""


def industry(id_, include, consider=""):
    return Industry.model_validate(tomllib.loads(DEFINITION.format(id=id_, include=include, consider=consider)))


@pytest.fixture(scope="module")
def classifier():
    return Classifier.of_industries(
        (industry("cloud", "cloud AND NOT cover", "server*"), industry("robots", "robot* OR arm", "grip*"))
    )


def ask(classifier, *texts):
    return classifier.classify([Document(str(n), text, "en") for n, text in enumerate(texts)])


def test_each_finding_names_the_words_of_the_text_and_the_terms_of_the_query(classifier):
    one = ask(classifier, "Robotic arms: a robot's ARM in the Cloud")[0]
    assert [(f.industry, f.band, f.terms, f.words) for f in one.findings] == [
        ("robots", "sure", ("robot*", "arm"), ("robotic", "robot", "arm")),
        ("cloud", "sure", ("cloud",), ("cloud",)),
    ]
    assert one.industries == ("robots", "cloud")


def titled(classifier, title, text):
    return classifier.classify([Document("a", f"{title} {text}", "en", title=title)])[0]


def test_the_title_says_what_a_text_is_about(classifier):
    said, below, near, elsewhere = (
        titled(classifier, title, "A cloud is used among others.")
        for title in ("The cloud", "Sparse matrices", "Servers at rest", "Robots")
    )
    assert [(f.industry, f.band) for f in said.findings] == [("cloud", "sure")]
    assert [(f.industry, f.band) for f in below.findings] == [("cloud", "passing")]
    assert (below.industries, below.ask.en, below.ask.ko) == ((), "names in passing: cloud", "지나가며 언급: cloud")
    assert [(f.industry, f.band) for f in near.findings] == [("cloud", "likely")]
    assert (near.industries, near.ask) == (("cloud",), None)
    assert [(f.industry, f.band) for f in elsewhere.findings] == [("robots", "sure"), ("cloud", "passing")]
    assert (elsewhere.industries, elsewhere.ask) == (("robots",), None)


def test_a_title_in_a_file_is_the_head_of_its_text(classifier, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("id,title,text\na,Matrices,On a cloud\nb,Cloud,\nc,,On a cloud\n")
    found = classifier.classify(read_documents(file))
    assert [one.findings[0].band for one in found] == ["passing", "sure", "sure"]


def test_without_a_title_the_first_words_are_the_head(classifier):
    early, late = ask(classifier, "word " * 39 + "cloud", "word " * 40 + "cloud")
    assert [one.findings[0].band for one in (early, late)] == ["sure", "passing"]


def test_what_the_whole_text_rules_out_its_title_does_not_bring_back(classifier):
    assert titled(classifier, "The cloud", "Of cloud cover.").findings == ()


def test_who_should_be_asked(classifier):
    both, wide, sure, none, sure_and_wide = ask(
        classifier, "cloud robots", "servers that grip", "robots", "cloud cover", "robots and servers"
    )
    assert both.ask.en == "meets several industries: cloud, robots"
    assert wide.ask.en == "meets only the wider query of cloud, robots"
    assert wide.industries == ()
    assert (sure.ask, none.ask, none.findings) == (None, None, ())
    assert sure_and_wide.industries == ("robots",)
    assert sure_and_wide.ask is None
    assert both.ask["ko"] == "여러 산업에 해당: cloud, robots"


def test_a_language_without_queries_is_not_judged(classifier):
    classifier.cutters["ko"] = lambda texts: [text.split() for text in texts]
    found = classifier.classify([Document("a", "로봇 cloud", "ko"), Document("b", "cloud", "en")])
    assert [one.industries for one in found] == [(), ("cloud",)]


def test_quality_as_counted_by_hand(classifier):
    texts = {"cloud": {"cloud"}, "robot cloud": {"robots"}, "server": {"cloud"}, "rain": {"robots"}, "wind": set()}
    documents = [Document(t, t, "en", "", frozenset(labels)) for t, labels in texts.items()]
    got = quality(classifier.classify(documents), ["cloud", "robots"])
    assert (got.pooled.right, got.pooled.wrong, got.pooled.missed) == (2, 1, 2)
    assert got.wrong == (("robot cloud", "cloud"),)
    assert got.missed == (("server", "cloud"), ("rain", "robots"))
    assert (got.asked, got.missed_but_asked) == (2, 1)
    assert {band: (share.count, share.trials) for band, share in got.bands.items()} == {
        "sure": (2, 3),
        "likely": (0, 0),
        "passing": (0, 0),
        "wide": (1, 1),
    }
    assert (got.industries["cloud"].right, got.industries["robots"].missed) == (1, 1)


def test_labels_that_are_no_industry_or_missing_are_named(classifier):
    one = classifier.classify([Document("a", "cloud", "en", "", frozenset({"clouds"}))])
    with pytest.raises(InputError, match="text a is labelled 'clouds'"):
        quality(one, ["cloud", "robots"])
    with pytest.raises(InputError, match="carry no labels"):
        quality(ask(classifier, "cloud"), ["cloud", "robots"])


def test_the_language_of_a_text():
    assert language_of("XR 기기의 인증") == "ko"
    assert language_of("A survey of SaaS (서비스)") == "ko"
    assert language_of("A long survey of software as a service in Korea (강남)") == "en"
    assert language_of("2021") == "en"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,title\na,b\n", "the columns are id, kind"),
        ("id,text\n,b\n", "row 2: id or text is empty"),
        ("id,text\na,b\na,c\n", "row 3: id 'a' stands twice"),
        ("id,text,language\na,b,jp\n", "row 2: language 'jp'"),
        ("id,text\n", "no texts"),
    ],
)
def test_faults_in_a_file_of_texts_are_named_by_row(tmp_path, content, said):
    file = tmp_path / "t.csv"
    file.write_text(content)
    with pytest.raises(InputError, match=said):
        read_documents(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_documents(tmp_path / "none.csv")
    file.write_bytes("id,text\na,로봇\n".encode("cp949"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_documents(file)


def test_a_query_that_cannot_be_read_is_a_fault_of_the_definition(tmp_path):
    (tmp_path / "industries").mkdir()
    (tmp_path / "industries/x.toml").write_text(DEFINITION.format(id="x", include="cloud computing", consider=""))
    with pytest.raises(
        ProgrammeError, match=r"x\.toml: queries\.en: query 'cloud computing': two terms stand side by side"
    ):
        load_industries(tmp_path)
    with pytest.raises(ProgrammeError, match="no industry definitions"):
        load_industries(tmp_path / "industries")


def test_definitions_without_queries_cannot_classify():
    plain = industry("x", "a").model_copy(update={"queries": None})
    with pytest.raises(InputError, match="no industry definition has queries"):
        Classifier.of_industries((plain,))


def test_the_sample_is_large_enough_balanced_and_says_what_it_is():
    documents = read_documents(SAMPLE)
    known = {key for key, one in load_industries(FOUNDING).items() if one.queries}
    assert known == {"cloud", "blockchain", "intelligent-robots", "digital-healthcare", "metaverse"}
    assert len(documents) >= 150
    for language in ("ko", "en"):
        own = [d for d in documents if d.language == language]
        assert all(sum(name in d.industries for d in own) >= 10 for name in known)
        assert sum(not d.industries for d in own) >= 15
        assert all(language_of(d.text) == language for d in own)
    assert "synthetic" in (SAMPLE.parent / "README.md").read_text()


def test_english_quality_on_the_sample_is_what_the_documentation_says():
    documents = [d for d in read_documents(SAMPLE) if d.language == "en"]
    classifier = Classifier.of_industries(load_industries(FOUNDING).values())
    got = quality(classifier.classify(documents), list(classifier.industries))
    assert got.pooled.precision.share >= 0.97
    assert got.pooled.recall.share >= 0.93
    assert all(one.f1 > 0.9 for one in got.industries.values())


@pytest.mark.parametrize(
    ("text", "industry", "found"),
    [
        ("Star clusters: lectures of the Saas-Fee course", "cloud", False),
        ("A SaaS product for payroll", "cloud", True),
        ("Bytecode of the Java virtual machine explained", "cloud", False),
        ("Live migration of virtual machines under memory pressure", "cloud", True),
        ("Machine learning for fault diagnosis of gearboxes", "digital-healthcare", False),
        ("Machine learning for the diagnosis of retinal disease", "digital-healthcare", True),
    ],
)
def test_words_that_real_texts_use_in_another_sense(text, industry, found):
    (one,) = Classifier.of_industries(load_industries(FOUNDING).values()).classify([Document("a", text, "en")])
    assert (industry in one.industries) is found


def test_korean_quality_by_morphemes_at_the_command_line(tmp_path):
    pytest.importorskip("kiwipiepy", reason="Korean morphemes need the extra 'korean'")
    words = ["measure", str(SAMPLE), "--programme", str(FOUNDING), "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    data = json.loads(done.output)
    assert data["texts"] == len(read_documents(SAMPLE))
    assert data["pooled"]["precision"]["share"] >= 0.97
    assert data["pooled"]["recall"]["share"] >= 0.93
    file = tmp_path / "demands.csv"
    file.write_text(
        "id,text\na,로봇의 보도 통행을 허용해 주십시오\nb,블록체인 기반의 메타버스 자산\nc,디지털 트윈\nd,=전통시장\n"
    )
    asked, out = tmp_path / "ask.csv", tmp_path / "out.csv"
    words = ["classify", str(file), "--programme", str(FOUNDING), "--ask", str(asked), "-o", str(out), "--lang", "ko"]
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "4건: 2건 분류, 1건 해당 없음, 2건은 사람이 확인" in done.output
    rows = list(csv.DictReader(asked.read_text(encoding="utf-8-sig").splitlines()))
    assert [(r["id"], r["candidates"]) for r in rows] == [("b", "blockchain;metaverse"), ("c", "metaverse")]
    found = list(csv.DictReader(out.read_text().splitlines()))
    assert found[0] == {"id": "a", "industry": "intelligent-robots", "band": "sure", "words": "로봇", "terms": "로봇"}
