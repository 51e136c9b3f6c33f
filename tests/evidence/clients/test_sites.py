"""Each site's documented protocol, spoken by a server on this machine."""

from __future__ import annotations

import gzip
import json

import pytest

from loopback import Sent, as_json, in_turn
from majung.evidence.clients import SITES, DownloadError, read_sidecar, sidecar_path
from majung.evidence.importers import formats

YEAR = ("publication_year", "2020-2021")


class OpenAlexSite:
    """Cursor paging as developers.openalex.org documents it; works W0, W1, ..."""

    def __init__(self, works: int, fails_at: int = -1) -> None:
        self.works = [{"id": f"https://openalex.org/W{n}", "title": f"Work {n} 양자"} for n in range(works)]
        self.fails_at = fails_at

    def __call__(self, asked):
        size = int(asked.params["per_page"])
        assert 1 <= size <= 100
        cursor = asked.params["cursor"]
        start = 0 if cursor == "*" else int(cursor.removeprefix("next:"))
        if start == self.fails_at:
            return as_json({"error": "Rate limit exceeded"}, 429, Retry_After="3600")
        page = self.works[start : start + size]
        following = f"next:{start + size}" if page else None
        return as_json(
            {"meta": {"count": len(self.works), "per_page": size, "next_cursor": following}, "results": page}
        )


def lines(file):
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).decode().splitlines()]


def test_openalex_pages_by_cursor_into_the_snapshots_form(server, fetch):
    server.answer = OpenAlexSite(250)
    seen = []
    done = fetch("openalex", "quantum computing", YEAR, ("type", "article"), progress=seen.append)
    assert lines(done.file) == server.answer.works
    assert [a.path for a in server.asked] == ["/works"] * 4
    assert [a.params["cursor"] for a in server.asked] == ["*", "next:100", "next:200", "next:300"]
    first = server.asked[0].params
    assert first["filter"] == "publication_year:2020-2021,type:article"
    assert first["search"] == "quantum computing"
    assert "citation_normalized_percentile" in first["select"]
    assert [(p.done, p.total) for p in seen] == [(100, 250), (200, 250), (250, 250), (250, 250)]
    assert done.sidecar.records == 250
    assert done.sidecar.licence == "CC0-1.0"
    assert done.file.name.startswith("openalex-quantum-computing-")
    assert done.file.name.endswith(".jsonl.gz")


def test_a_paged_download_goes_on_where_it_stopped(server, fetch, tmp_path):
    server.answer = OpenAlexSite(250, fails_at=200)
    with pytest.raises(DownloadError, match="goes on where it stopped"):
        fetch("openalex", "quantum")
    assert not list((tmp_path / "raw").iterdir())
    before = len(server.asked)
    server.answer = OpenAlexSite(250)
    done = fetch("openalex", "quantum")
    assert (done.asked, done.kept) == (2, 2)
    assert [a.params["cursor"] for a in server.asked[before:]] == ["next:200", "next:300"]
    assert len(lines(done.file)) == 250


def test_pages_of_several_days_are_said_to_be_so(server, fetch, tmp_path):
    server.answer = OpenAlexSite(150, fails_at=100)
    with pytest.raises(DownloadError):
        fetch("openalex", "quantum")
    for entry in (tmp_path / "cache" / "entries").iterdir():
        entry.write_text(json.dumps(json.loads(entry.read_text()) | {"retrieved": "2026-01-02T03:04:05+00:00"}))
    server.answer = OpenAlexSite(150)
    done = fetch("openalex", "quantum")
    assert done.sidecar.retrieved == "2026-01-02"
    assert done.sidecar.retrieved_last > "2026-01-02"
    assert "fetched over several days (2026-01-02 to" in done.sidecar.notes[0]["en"]
    assert "여러 날에 걸쳐" in read_sidecar(done.file).notes[0]["ko"]


def test_openalex_works_that_come_twice_or_not_at_all_are_noted(server, fetch):
    works = [{"id": "W1"}, {"id": "W2"}]
    server.answer = in_turn(
        as_json({"meta": {"count": 5, "next_cursor": "b"}, "results": works}),
        as_json({"meta": {"count": 5, "next_cursor": None}, "results": [*works[:1], {"id": "W3"}]}),
    )
    done = fetch("openalex", "x")
    assert [w["id"] for w in lines(done.file)] == ["W1", "W2", "W3"]
    assert tuple(note["en"] for note in done.sidecar.notes) == (
        "3 records came, 5 were announced: the source changed while its pages were fetched",
        "1 records came twice and were written once",
    )


def test_openalex_pages_in_a_circle_end(server, fetch):
    server.answer = lambda _: as_json({"meta": {"count": 1, "next_cursor": "again"}, "results": [{"id": "W1"}]})
    with pytest.raises(DownloadError, match="do not come to an end"):
        fetch("openalex", "x")
    assert len(server.asked) == 2


def test_openalex_too_many_are_refused_after_one_page(server, fetch):
    server.answer = OpenAlexSite(250)
    with pytest.raises(DownloadError, match="250 records fit this query; at most 200") as caught:
        fetch("openalex", "quantum", limit=200)
    assert caught.value.rule == "too-large"
    assert len(server.asked) == 1


def test_openalex_other_entities_and_whole_records(server, fetch):
    server.answer = OpenAlexSite(1)
    fetch("openalex", "", ("entity", "topics"))
    assert server.asked[0].path == "/topics"
    assert "select" not in server.asked[0].params
    fetch("openalex", "x", ("select", "all"), ("sort", "cited_by_count:desc"))
    assert "select" not in server.asked[-1].params
    assert server.asked[-1].params["sort"] == "cited_by_count:desc"


@pytest.mark.parametrize(
    ("filters", "said"), [((("entity", "work"),), "has no 'work'"), ((), "All of OpenAlex is too much")]
)
def test_openalex_queries_that_cannot_be_asked(server, fetch, filters, said):
    with pytest.raises(DownloadError, match=said):
        fetch("openalex", "", *filters)
    assert not server.asked


@pytest.mark.parametrize(
    "page",
    [
        [],
        {"results": []},
        {"meta": {"count": "3"}, "results": []},
        {"meta": {"count": 1}, "results": [{"title": "no id"}]},
        {"meta": {"count": 1}, "results": "W1"},
    ],
)
def test_openalex_answers_of_another_form_are_refused(server, fetch, page):
    server.answer = in_turn(as_json(page))
    with pytest.raises(DownloadError, match="no list of results with a count"):
        fetch("openalex", "x")


def observation(year, value):
    return {
        "indicator": {"id": "NY.GDP.MKTP.CD", "value": "GDP (current US$)"},
        "country": {"id": "KR", "value": "Korea, Rep."},
        "countryiso3code": "KOR",
        "date": str(year),
        "value": value,
        "unit": "",
        "obs_status": "",
        "decimal": 0,
    }


class WorldBankSite:
    """Paged JSON as the data help desk documents it."""

    def __init__(self, rows, updated="2026-07-13", per_page=2):
        self.rows, self.updated, self.size = rows, updated, per_page

    def __call__(self, asked):
        page = int(asked.params["page"])
        pages = -(-len(self.rows) // self.size)
        head = {
            "page": page,
            "pages": pages,
            "per_page": self.size,
            "total": len(self.rows),
            "sourceid": "2",
            "lastupdated": self.updated,
        }
        return as_json([head, self.rows[(page - 1) * self.size : page * self.size]])


ROWS = [observation(year, None if year == 2024 else year * 1e9) for year in range(2024, 2019, -1)]


def test_world_bank_pages_become_one_document(server, fetch):
    server.answer = WorldBankSite(ROWS)
    done = fetch("world-bank", "NY.GDP.MKTP.CD", ("country", "KOR,JPN"), ("date", "2020:2024"))
    head, rows = json.loads(done.file.read_bytes())
    assert rows == ROWS
    assert (head["page"], head["pages"], head["total"], head["lastupdated"]) == (1, 1, 5, "2026-07-13")
    assert [a.params["page"] for a in server.asked] == ["1", "2", "3"]
    assert server.asked[0].path == "/v2/country/KOR;JPN/indicator/NY.GDP.MKTP.CD"
    assert server.asked[0].params["date"] == "2020:2024"
    assert server.asked[0].params["format"] == "json"
    assert done.sidecar.edition == "last updated 2026-07-13"


def test_world_bank_says_no_with_status_200(server, fetch):
    told = {"id": "120", "key": "Invalid value", "value": "The provided parameter value is not valid"}
    server.answer = in_turn(as_json([{"message": [told]}]))
    with pytest.raises(DownloadError, match="Invalid value: The provided parameter value is not valid") as caught:
        fetch("world-bank", "NY.GDP")
    assert caught.value.rule == "refused"
    assert len(server.asked) == 1


def test_world_bank_an_update_between_two_pages_is_noticed(server, fetch):
    old, new = WorldBankSite(ROWS), WorldBankSite(ROWS, updated="2026-07-20")
    server.answer = lambda asked: (old if asked.params["page"] == "1" else new)(asked)
    with pytest.raises(DownloadError, match="updated the series while") as caught:
        fetch("world-bank", "NY.GDP.MKTP.CD")
    assert caught.value.rule == "changed"
    server.answer = new
    assert fetch("world-bank", "NY.GDP.MKTP.CD", fresh=True).sidecar.edition == "last updated 2026-07-20"


def test_world_bank_pages_with_too_few_rows_are_noticed(server, fetch):
    site = WorldBankSite(ROWS)

    def short(asked):
        sent = json.loads(site(asked).body)
        return as_json([sent[0], sent[1][:-1]])

    server.answer = short
    with pytest.raises(DownloadError, match="updated the series"):
        fetch("world-bank", "NY.GDP.MKTP.CD")


def test_world_bank_no_observations_is_an_empty_document(server, fetch):
    head = {"page": 0, "pages": 0, "per_page": 0, "total": 0, "sourceid": None, "lastupdated": None}
    server.answer = in_turn(as_json([head, None]))
    done = fetch("world-bank", "NY.GDP.MKTP.CD")
    assert done.sidecar.records == 0
    assert json.loads(done.file.read_bytes())[1] == []


@pytest.mark.parametrize(
    ("query", "filters", "said"),
    [
        ("", (), "is no indicator code"),
        ("../../x", (), "is no indicator code"),
        (";".join(["A.B"] * 61), (("source", "2"),), "is no indicator code"),
        ("A.B;C.D", (), "number of their database"),
        ("A.B", (("country", "KOR/x"),), "no list of countries"),
        ("A.B", (("years", "2020"),), "No filter is called 'years'"),
        ("A.B", (("dates", "2020"),), "Write 'date'?"),
        ("A.B", (("date", "2020"), ("date", "2021")), "given twice"),
    ],
)
def test_world_bank_queries_that_cannot_be_asked(server, fetch, query, filters, said):
    with pytest.raises(DownloadError) as caught:
        fetch("world-bank", query, *filters)
    assert said in str(caught.value)
    assert not server.asked


def test_world_bank_too_many_are_refused(server, fetch):
    server.answer = WorldBankSite(ROWS)
    with pytest.raises(DownloadError, match="5 observations fit this query; at most 4"):
        fetch("world-bank", "A.B", limit=4)


SDMX_CSV = (
    "DATAFLOW,REF_AREA,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS\n"
    "OECD.SDD.NAD:DSD_NAMAIN1@DF_TABLE1(2.0),KOR,B1GQ,2020,1940726200,A\n"
)
CSV_TYPE = "application/vnd.sdmx.data+csv; charset=utf-8; version=1"
FLOW = "OECD.SDD.NAD,DSD_NAMAIN1@DF_TABLE1,2.0"


def test_oecd_csv_is_kept_as_it_came(server, fetch):
    server.answer = in_turn(Sent(SDMX_CSV.encode(), type=CSV_TYPE))
    seen = []
    done = fetch("oecd", FLOW, ("key", "A.KOR+JPN..B1GQ"), ("startPeriod", "2000"), progress=seen.append)
    assert done.file.read_bytes() == SDMX_CSV.encode()
    asked = server.asked[0]
    assert asked.path == f"/public/rest/data/{FLOW}/A.KOR+JPN..B1GQ"
    assert asked.params == {"dimensionAtObservation": "AllDimensions", "startPeriod": "2000", "format": "csvfile"}
    assert asked.headers["accept"] == "application/vnd.sdmx.data+csv"
    assert (seen[-1].done, seen[-1].unit) == (len(SDMX_CSV), "bytes")
    assert done.sidecar.licence == "CC BY 4.0"
    assert done.sidecar.url.endswith("?dimensionAtObservation=AllDimensions&startPeriod=2000&format=csvfile")


def test_oecd_json(server, fetch):
    message = {"meta": {}, "data": {"dataSets": [], "structures": []}}
    server.answer = in_turn(Sent(json.dumps(message).encode(), type="application/vnd.sdmx.data+json;version=2.0"))
    done = fetch("oecd", FLOW, ("format", "json"))
    assert json.loads(done.file.read_bytes()) == message
    assert done.file.suffix == ".json"
    server.answer = in_turn(as_json({"errors": []}))
    with pytest.raises(DownloadError, match="sent no SDMX-JSON"):
        fetch("oecd", FLOW, ("format", "json"), fresh=True)


@pytest.mark.parametrize(
    ("body", "said"), [("a,b\n1,2\n", "no SDMX-CSV"), (SDMX_CSV[:-30], "cut short"), ("", "no SDMX-CSV")]
)
def test_oecd_csv_that_is_none_or_cut_short(server, fetch, body, said):
    server.answer = in_turn(Sent(body.encode(), type=CSV_TYPE, announced=None))
    with pytest.raises(DownloadError, match=said):
        fetch("oecd", FLOW)


def test_oecd_has_no_records(server, fetch):
    server.answer = in_turn(Sent(b"NoRecordsFound", 404, "text/plain"))
    with pytest.raises(DownloadError, match="NoRecordsFound"):
        fetch("oecd", FLOW)


@pytest.mark.parametrize(
    ("query", "filters", "said"),
    [
        ("QNA", (), "does not name a dataflow"),
        (FLOW + "/../x", (), "does not name a dataflow"),
        (FLOW, (("key", "A.KOR/.."),), "is no SDMX key"),
        (FLOW, (("format", "xml"),), "no format 'xml'"),
    ],
)
def test_oecd_queries_that_cannot_be_asked(server, fetch, query, filters, said):
    with pytest.raises(DownloadError, match=said):
        fetch("oecd", query, *filters)
    assert not server.asked


class ComtradeSite:
    """The preview: at most 500 records, and no word of more. Every asked combination of codes has `partners` rows."""

    def __init__(self, partners=200):
        self.partners = partners

    def __call__(self, asked):
        rows = [
            {"period": period, "reporterCode": int(reporter), "cmdCode": code, "partnerCode": n, "primaryValue": 1.5}
            for period in asked.params["period"].split(",")
            for reporter in asked.params["reporterCode"].split(",")
            for code in asked.params["cmdCode"].split(",")
            for n in range(self.partners)
        ]
        cut = rows[: int(asked.params["maxRecords"])]
        return as_json({"elapsedTime": "0.1 secs", "count": len(cut), "data": cut, "error": ""})


def test_comtrade_requests_that_hit_the_cap_are_halved_until_whole(server, fetch):
    server.answer = ComtradeSite()
    done = fetch("comtrade", "854231,854232", ("period", "2019,2020,2021"), ("reporterCode", "410"), ("flowCode", "X"))
    whole = json.loads(done.file.read_bytes())
    keys = {(r["period"], r["cmdCode"], r["partnerCode"]) for r in whole["data"]}
    assert whole["count"] == len(whole["data"]) == len(keys) == 3 * 2 * 200
    assert [a.params["period"] for a in server.asked] == ["2019,2020,2021", "2019", "2020,2021", "2020", "2021"]
    assert server.asked[0].path == "/public/v1/preview/C/A/HS"
    assert [r["period"] for r in whole["data"]] == sorted(r["period"] for r in whole["data"])
    assert "permission" in done.sidecar.licence_note


def test_comtrade_what_cannot_be_halved_is_refused_not_cut(server, fetch, tmp_path):
    server.answer = ComtradeSite(500)
    with pytest.raises(DownloadError, match=r"period=2020, reporterCode=410, cmdCode=854231 has as many or more"):
        fetch("comtrade", "854231", ("period", "2020"), ("reporterCode", "410"))
    assert not list((tmp_path / "raw").iterdir())


def test_comtrade_is_not_made_for_much(server, fetch):
    server.answer = ComtradeSite(300)
    codes = ",".join(str(n) for n in range(850000, 850300))
    with pytest.raises(DownloadError, match="not made for this much"):
        fetch("comtrade", codes, ("period", "2020"), ("reporterCode", "410"))
    assert len(server.asked) <= 200


def test_comtrade_says_no(server, fetch):
    server.answer = in_turn(as_json({"count": 0, "data": [], "error": "Invalid reporterCode"}))
    with pytest.raises(DownloadError, match="Invalid reporterCode"):
        fetch("comtrade", "854231", ("period", "2020"), ("reporterCode", "KOR"))
    server.answer = in_turn(as_json({"count": 0}))
    with pytest.raises(DownloadError, match="no list of trade records"):
        fetch("comtrade", "854231", ("period", "2020"), ("reporterCode", "411"))
    with pytest.raises(DownloadError, match="'period' is missing"):
        fetch("comtrade", "854231", ("reporterCode", "411"))


def test_the_sidecar_names_every_answer_and_gives_the_source_entry(server, fetch):
    server.answer = WorldBankSite(ROWS)
    done = fetch("world-bank", "NY.GDP.MKTP.CD")
    found = read_sidecar(done.file)
    assert found == done.sidecar
    assert len(found.pages) == 3
    assert all(len(page["sha256"]) == 64 and page["retrieved"].endswith("+00:00") for page in found.pages)
    entry = found.source_entry("wdi-2026")
    assert (entry["id"], entry["license"], entry["retrieved"]) == ("wdi-2026", "CC BY 4.0", found.retrieved)
    assert entry["url"].startswith(server.url)


def test_the_source_entry_is_accepted_by_an_evidence_package(server, fetch, folder, small_patents):
    from majung.evidence import open_package

    server.answer = WorldBankSite(ROWS)
    entry = fetch("world-bank", "NY.GDP.MKTP.CD").sidecar.source_entry("world-bank")
    folder.sources.append(entry)
    package = open_package(folder.table("patents", small_patents()).write())
    assert package.source("world-bank").license == "CC BY 4.0"


def test_a_file_that_was_changed_is_not_the_one_downloaded(server, fetch):
    server.answer = WorldBankSite(ROWS)
    file = fetch("world-bank", "NY.GDP.MKTP.CD").file
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(DownloadError, match="its SHA-256 differs"):
        read_sidecar(file)
    sidecar_path(file).write_text('{"source": 1}')
    with pytest.raises(DownloadError, match="not a sidecar"):
        read_sidecar(file)
    sidecar_path(file).unlink()
    assert read_sidecar(file) is None


def test_every_raw_file_has_an_importer():
    known = formats()
    for site in SITES.values():
        for words in site.importer.values():
            name, *options = words.split()
            assert name in known, name
            assert {one.partition("=")[0] for one in options[1::2]} <= set(known[name].options)
        assert "majung evidence import" in site.manual_steps["en"]
        assert "majung evidence import" in site.manual_steps["ko"]


def test_an_unknown_source_names_the_nearest(fetch):
    with pytest.raises(DownloadError, match=r"Write 'world-bank'\?"):
        fetch("worldbank", "X")
    with pytest.raises(DownloadError, match="openalex, world-bank, oecd, comtrade"):
        fetch("nasa", "X")
