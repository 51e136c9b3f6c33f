"""A programme folder is read whole, or refused with every problem named by file, place and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from majung.programme import ProgrammeError, load_programme
from miniature import Miniature


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_reads_charter_definitions_projects_and_evidence(miniature: Miniature) -> None:
    programme = load_programme(miniature.write())
    assert [i.id for i in programme.candidates] == ["four", "one", "three", "two"]
    assert programme.excluded == {"barred"}
    assert programme.areas == ("one", "two")
    assert [p.id for p in programme.projects["one"]] == ["one-large", "one-small"]
    assert programme.industries["one"].classifications()[0] == "wipo35"


def test_hash_follows_content_not_line_ends(miniature: Miniature) -> None:
    folder = miniature.write()
    first = load_programme(folder).hash
    file = folder / "industries" / "one.toml"
    file.write_bytes(file.read_text().replace("\n", "\r\n").encode())
    assert load_programme(folder).hash == first
    edit(folder / "programme.toml", "seed = 7", "seed = 8")
    assert load_programme(folder).hash != first


def test_missing_folder_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match=r"programme\.toml: not found"):
        load_programme(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("weight = 0.25", "weight = 0.30", r"weights of the criteria sum to 1\.05, not to 1"),
        ('country = "KOR"', 'country = "Korea"', "country"),
        ("seed = 7", "seed = -7", "seed"),
        ("seed = 7", 'seed = "seven"', "seed"),
        ("seed = 7", "seed = 7\nspeed = 7", "speed: unknown key: remove or rename it"),
        ("seed = 7", "seed = ", "not valid TOML"),
        ("amounts = [100.0, 100.0]", "amounts = [100.0]", "amounts has 1 entries for 2 years"),
        ("amounts = [100.0, 100.0]", "amounts = [100.0, -1.0]", "negative budget"),
        ("amounts = [100.0, 100.0]", "amounts = [100.0, nan]", "amounts"),
        ('industry = "barred"', 'industry = "missing"', r"exclusions: industry 'missing' has no file"),
        ('industry = "barred"', 'industry = "one"', "'one' is also excluded"),
        ('leads = ["lead"]', 'leads = ["nobody"]', "lead 'nobody' is not among the organisations"),
        ("scale = { reference = 100, target = 10000", "scale = { reference = 100, target = 100", "scale"),
        ("low = 0.1", "low = 0.3", "weight 0.25 lies outside its interval 0.3 to 0.7"),
    ],
)
def test_charter_errors_name_place_and_remedy(miniature: Miniature, old: str, new: str, message: str) -> None:
    folder = miniature.write()
    edit(folder / "programme.toml", old, new)
    with pytest.raises(ProgrammeError, match=message) as error:
        load_programme(folder)
    assert "programme.toml" in str(error.value)


def test_unknown_code_is_named_with_the_nearest(miniature: Miniature) -> None:
    miniature.definitions["one"][0] = ("wipo35", "alpa", 0.75)
    with pytest.raises(
        ProgrammeError, match=r"one\.toml: codes\[1\]: unknown code 'alpa' in wipo35; did you mean 'alpha'"
    ):
        load_programme(miniature.write())


def test_unknown_classification_is_named(miniature: Miniature) -> None:
    miniature.definitions["one"].append(("isic", "A", 1.0))
    with pytest.raises(ProgrammeError, match=r"one\.toml: .*unknown classification 'isic'"):
        load_programme(miniature.write())


def test_definition_weights_must_sum_to_one(miniature: Miniature) -> None:
    miniature.definitions["one"][0] = ("wipo35", "alpha", 0.70)
    with pytest.raises(ProgrammeError, match=r"one\.toml: weights of the codes of wipo35 sum to 0\.95"):
        load_programme(miniature.write())


def test_all_problems_are_told_at_once(miniature: Miniature) -> None:
    miniature.definitions["one"][0] = ("wipo35", "alpa", 0.75)
    miniature.definitions["two"][0] = ("wipo35", "bta", 1.0)
    with pytest.raises(ProgrammeError) as error:
        load_programme(miniature.write())
    assert "one.toml" in str(error.value)
    assert "two.toml" in str(error.value)


def test_wrong_encoding_is_named(miniature: Miniature) -> None:
    folder = miniature.write()
    (folder / "industries" / "one.toml").write_bytes('id = "로봇"'.encode("cp949"))
    with pytest.raises(ProgrammeError, match=r"one\.toml: not UTF-8"):
        load_programme(folder)


@pytest.mark.parametrize(
    ("project", "message"),
    [
        ({"requires": ["nothing"]}, r"one\.toml: projects\[1\]\.requires: unknown project 'nothing'"),
        ({"costs": {2030: 1.0}}, r"one\.toml: projects\[1\]\.costs: 2030 is not a budget year"),
        ({"costs": {2021: 0.0}}, "costs must be non-negative and not all zero"),
        ({"id": "two-large"}, "project 'two-large' stands twice"),
        ({"closes": {"technology": 1.5}}, r"closes\[1\]\.share"),
    ],
)
def test_project_errors_name_place(miniature: Miniature, project: dict[str, object], message: str) -> None:
    miniature.projects["one"][0] |= project
    with pytest.raises(ProgrammeError, match=message):
        load_programme(miniature.write())


def test_real_time_keeps_out_what_has_no_release_date(miniature: Miniature) -> None:
    programme = load_programme(miniature.write())
    assert len(programme.select("patents")) == len(programme.evidence.tables["patents"])
    miniature.mode = "real-time"
    assert programme.select("patents", country="KOR")["year"].max() == 2020
    with pytest.raises(ProgrammeError, match=r"released by the end of 2020; table patents has nothing .* country KOR"):
        load_programme(miniature.write()).select("patents", country="KOR")


@pytest.mark.parametrize(
    ("old", "new", "en", "ko"),
    [
        ("places = 2", "places = 0", "greater than or equal to 1", "1 이상이어야 한다"),
        ("places = 2", "places = 2\nplace = 1", "unknown key", "모르는 키다"),
        ("places = 2", "places = 20", "only 4 industries may be ranked", "순위를 매길 산업이 4개뿐이다"),
        ("places = 2", "places = [", "not valid TOML", "올바른 TOML이 아니다"),
        ("amounts = [", "amounts = [1.0, ", "give one a year", "해마다 하나씩 적는다"),
        ("estimate = true", "", "Field required", "값이 있어야 한다"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_both_languages(
    miniature: Miniature, old: str, new: str, en: str, ko: str
) -> None:
    file = miniature.write() / "programme.toml"
    content = file.read_text("utf-8")
    assert old in content
    file.write_text(content.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProgrammeError) as caught:
        load_programme(file.parent)
    assert str(caught.value) == caught.value.said["en"]
    assert en in caught.value.said["en"]
    assert ko in caught.value.said["ko"]
    assert str(file) in caught.value.said["ko"]
