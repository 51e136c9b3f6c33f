"""SDMX-CSV, SDMX-ML, Eurostat TSV: written to their specifications; what flows have in common."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from majung.evidence import EvidenceError, open_package
from majung.evidence.importers import Input, SourceFacts, import_files
from majung.evidence.importers.sdmx_message import dimensions_of, observations
from majung.methods.labelled import InputError

# SDMX-CSV 2.0 with labels in columns of their own, as the OECD Data Explorer's download has them.
OECD = """STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,FREQ,Frequency of observation,REF_AREA,Reference area,\
TRANSACTION,Transaction,ACTIVITY,Economic activity,UNIT_MEASURE,Unit of measure,PRICE_BASE,Price base,TIME_PERIOD,\
Time period,OBS_VALUE,Observation value,OBS_STATUS,Observation status,UNIT_MULT,Unit multiplier
DATAFLOW,OECD.SDD.NAD:DSD@DF_TABLE6(2.0),Value added,I,A,Annual,KOR,Korea,B1G,Gross value added,C26,Electronics,USD,\
US dollar,V,Current prices,2019,,135000.5,,A,Normal value,6,Millions
DATAFLOW,OECD.SDD.NAD:DSD@DF_TABLE6(2.0),Value added,I,A,Annual,KOR,Korea,B1G,Gross value added,C26,Electronics,USD,\
US dollar,V,Current prices,2020,,141000,,P,Provisional value,6,Millions
DATAFLOW,OECD.SDD.NAD:DSD@DF_TABLE6(2.0),Value added,I,A,Annual,KOR,Korea,B1G,Gross value added,_T,All,USD,\
US dollar,V,Current prices,2020,,1800,,P,Provisional value,9,Billions
DATAFLOW,OECD.SDD.NAD:DSD@DF_TABLE6(2.0),Value added,I,A,Annual,EU27_2020,European Union,B1G,Gross value added,_T,All,\
USD,US dollar,V,Current prices,2020,,1800000,,P,Provisional value,6,Millions
DATAFLOW,OECD.SDD.NAD:DSD@DF_TABLE6(2.0),Value added,I,Q,Quarterly,KOR,Korea,B1G,Gross value added,_T,All,USD,\
US dollar,V,Current prices,2020-Q1,,450000,,P,Provisional value,6,Millions
"""
ESTAT = """DATAFLOW,LAST UPDATE,freq,unit,nace_r2,na_item,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS
ESTAT:NAMA_10_A64(1.0),23/09/24 23:00:00,A,CP_MEUR,C26,B1G,DE,2020,45000.1,,
ESTAT:NAMA_10_A64(1.0),23/09/24 23:00:00,A,CP_MEUR,C26,B1G,EL,2020,500,p,
ESTAT:NAMA_10_A64(1.0),23/09/24 23:00:00,A,CP_MEUR,C26,B1G,EA20,2020,500000,p,
ESTAT:NAMA_10_A64(1.0),23/09/24 23:00:00,A,CP_MEUR,C26,B1G,UK,2019,21000,b,
ESTAT:NAMA_10_A64(1.0),23/09/24 23:00:00,A,CP_MEUR,C26,B1G,FR,2020,,c,C
"""
TSV = (
    "freq,unit,nace_r2,na_item,geo\\TIME_PERIOD\t2019 \t2020 \t2021 \n"
    "A,CP_MEUR,C26,B1G,DE\t44000.5 \t45000.1 p\t: \n"
    "A,CP_MEUR,C26,B1G,EL\t: c\t500 \t510 e\n"
    "A,CP_MEUR,C26,B1G,EU27_2020\t1 \t2 \t3 \n"
)
GENERIC = """<?xml version="1.0"?>
<m:GenericData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
 xmlns:g="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"
 xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
<m:Header><m:ID>x</m:ID><m:Structure structureID="S" dimensionAtObservation="TIME_PERIOD">
<c:StructureUsage><Ref agencyID="A" id="OUTPUT" version="1.0"/></c:StructureUsage></m:Structure></m:Header>
<m:DataSet structureRef="S">
<g:Group type="G"><g:GroupKey><g:Value id="ACTIVITY" value="C26"/></g:GroupKey>
<g:Attributes><g:Value id="UNIT_MULT" value="6"/></g:Attributes></g:Group>
<g:Series><g:SeriesKey><g:Value id="FREQ" value="A"/><g:Value id="REF_AREA" value="KR"/>
<g:Value id="ACTIVITY" value="C26"/></g:SeriesKey>
<g:Attributes><g:Value id="UNIT_MEASURE" value="USD"/></g:Attributes>
<g:Obs><g:ObsDimension value="2019"/><g:ObsValue value="1.5"/></g:Obs>
<g:Obs><g:ObsDimension value="2020"/><g:ObsValue value="2"/>
<g:Attributes><g:Value id="OBS_STATUS" value="E"/></g:Attributes></g:Obs></g:Series>
</m:DataSet></m:GenericData>
"""
SPECIFIC = """<?xml version="1.0"?>
<m:StructureSpecificData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
 xmlns:s="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific" xmlns:u="urn:u"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
<m:Header><m:ID>x</m:ID><m:Structure structureID="S" dimensionAtObservation="TIME_PERIOD">
<c:StructureUsage><Ref agencyID="A" id="OUTPUT" version="1.0"/></c:StructureUsage></m:Structure></m:Header>
<u:DataSet s:structureRef="S" xsi:type="u:DataSetType">
<Group xsi:type="u:G" ACTIVITY="C26" UNIT_MULT="6"/>
<Series FREQ="A" REF_AREA="KR" ACTIVITY="C26" UNIT_MEASURE="USD" TITLE="Electronics">
<Obs TIME_PERIOD="2019" OBS_VALUE="1.5"/><Obs TIME_PERIOD="2020" OBS_VALUE="2" OBS_STATUS="E"/></Series>
</u:DataSet></m:StructureSpecificData>
"""
STRUCTURE = """<m:Structure xmlns:m="m" xmlns:s="s"><s:DimensionList><s:Dimension id="FREQ"/>
<s:Dimension id="REF_AREA"/><s:Dimension id="ACTIVITY"/>
<s:TimeDimension id="TIME_PERIOD"/></s:DimensionList></m:Structure>"""
DIMENSIONS = [
    {"id": "FREQ", "values": [{"id": "A", "name": "Annual"}]},
    {"id": "REF_AREA", "values": [{"id": "KOR", "name": "Korea"}, {"id": "EU27_2020", "name": "European Union"}]},
    {"id": "ACTIVITY", "values": [{"id": "C26", "name": "Electronics"}]},
]
PERIODS = {"id": "TIME_PERIOD", "values": [{"id": "2019"}, {"id": "2020"}]}
STATUS = {"id": "OBS_STATUS", "values": [{"id": "A"}, {"id": "E"}]}
MULT = {"id": "UNIT_MULT", "values": [{"id": "6", "name": "Millions"}]}
UNIT = {"id": "UNIT_MEASURE", "values": [{"id": "USD", "name": "US dollar"}]}
JSON_SERIES = {  # 1.0, by series
    "header": {},
    "dataSets": [
        {
            "action": "Information",
            "series": {
                "0:0:0": {"attributes": [0, 0], "observations": {"0": [1.5, 0], "1": [2, 1]}},
                "0:1:0": {"attributes": [0, 0], "observations": {"0": [9, None]}},
            },
        }
    ],
    "structure": {
        "name": "OUTPUT",
        "dimensions": {"dataSet": [], "series": DIMENSIONS, "observation": [PERIODS]},
        "attributes": {"dataSet": [], "series": [MULT, UNIT], "observation": [STATUS]},
    },
}
JSON_FLAT = {  # 2.0, flat, the multiplier on a group of dimensions, the unit on the data set
    "meta": {},
    "data": {
        "dataSets": [
            {"structure": 0, "action": "Delete", "observations": {"0:0:0:0": []}},
            {
                "structure": 0,
                "action": "Replace",
                "attributes": [0],
                "dimensionGroupAttributes": {"::0:": [0], ":1::": [None]},
                "observations": {"0:0:0:0": [1.5, 0], "0:0:0:1": [2, 1], "0:1:0:0": [9]},
            },
        ],
        "structures": [
            {
                "id": "OUTPUT",
                "dimensions": {"observation": [*DIMENSIONS, PERIODS]},
                "attributes": {"dataSet": [UNIT], "dimensionGroup": [MULT], "observation": [STATUS]},
                "measures": {"observation": [{"id": "OBS_VALUE"}]},
            }
        ],
    },
}
HERE = SourceFacts(license="CC BY 4.0")
TABLE = {"table": "value_added"}


@pytest.fixture
def take(tmp_path: Path):
    """Import some content as a file of that name; the rows and what the import said."""

    def run(format_: str, name: str, content: str | bytes, *others: tuple[str, str], **options: str):
        files = []
        for one, text_ in ((name, content), *others):
            path = tmp_path / one
            path.write_bytes(text_ if isinstance(text_, bytes) else text_.encode())
            files.append(path)
        done = import_files(format_, files, tmp_path / "package", source=HERE, options=TABLE | options, replace=True)
        return open_package(tmp_path / "package"), done

    return run


def rows(package, *columns: str) -> list[list[object]]:
    table = package.tables["value_added"]
    return table[list(columns)].to_numpy().tolist()


def left_out(done) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in done.left_out:
        found[one.rule] = found.get(one.rule, 0) + one.count
    return found


def test_sdmx_csv_2_with_names_as_the_oecd_sends_it(take):
    package, done = take("sdmx-csv", "oecd.csv", OECD, scale="6")
    assert rows(package, "country", "classification", "code", "year", "measure", "value") == [
        ["KOR", "activity", "C26", 2019, "b1g-usd", 135000.5],
        ["KOR", "activity", "C26", 2020, "b1g-usd", 141000.0],
        ["KOR", "activity", "all", 2020, "b1g-usd", 1800000.0],  # 1,800 billion, in the unit of the others
    ]
    assert left_out(done) == {"not-annual": 1, "region": 1}
    assert package.label("activity", "C26")["en"] == "Electronics"
    assert package.unit("b1g-usd") == {"en": "million US dollar", "ko": "백만 US dollar"}
    assert any("2 values are flagged P" in note.reason["en"] for note in done.notes)
    assert rows(package, "origin")[0] == ["oecd.csv, line 2"]


def test_without_a_scale_values_are_in_units(take):
    package, _ = take("sdmx-csv", "oecd.csv", OECD)
    assert rows(package, "value")[0] == [135000.5 * 1e6]
    assert package.unit("b1g-usd")["en"] == "US dollar"


def test_sdmx_csv_1_as_eurostat_sends_it(take):
    package, done = take("sdmx-csv", "estat.csv", ESTAT)
    assert rows(package, "country", "classification", "code", "year", "measure", "value") == [
        ["DEU", "nace_r2", "C26", 2020, "b1g-cp_meur", 45000.1],
        ["GRC", "nace_r2", "C26", 2020, "b1g-cp_meur", 500.0],
        ["GBR", "nace_r2", "C26", 2019, "b1g-cp_meur", 21000.0],
    ]
    assert left_out(done) == {"region": 1, "empty-value": 1}


def test_labels_inside_the_cells(take):
    content = (
        "DATAFLOW,REF_AREA: Reference area,ACTIVITY: Activity,TIME_PERIOD: Time,OBS_VALUE\n"
        '"A:FLOW(1.0): A flow",KOR: Korea,C26: Electronics,2020,5\n'
    )
    package, _ = take("sdmx-csv", "a.csv", content)
    assert rows(package, "country", "code", "measure") == [["KOR", "C26", "flow"]]
    assert package.label("activity", "C26")["en"] == "Electronics"


def test_another_separator_and_a_deleted_value(take):
    content = (
        "STRUCTURE;STRUCTURE_ID;ACTION;REF_AREA;TIME_PERIOD;OBS_VALUE\n"
        "dataflow;A:F(1.0);I;KOR;2020;5\ndataflow;A:F(1.0);D;KOR;2019;\n"
    )
    package, done = take("sdmx-csv", "a.csv", content)
    assert rows(package, "code", "year", "value") == [["all", 2020, 5.0]]
    assert left_out(done) == {"deleted": 1}


def test_a_dimension_with_several_values_is_not_mixed_into_one_series(take):
    content = OECD.replace(",V,Current prices,2020,,141000", ",L,Volume,2020,,141000")
    with pytest.raises(EvidenceError, match=r"PRICE_BASE takes several values \(V, L\)") as caught:
        take("sdmx-csv", "oecd.csv", content)
    assert "--option where=PRICE_BASE=V" in str(caught.value)
    package, done = take("sdmx-csv", "oecd.csv", content, where="PRICE_BASE=V")
    assert len(rows(package, "value")) == 2
    assert left_out(done)["not-chosen"] == 1
    package, _ = take("sdmx-csv", "oecd.csv", content, measure="TRANSACTION+PRICE_BASE")
    assert {m for (m,) in rows(package, "measure")} == {"b1g-v-usd", "b1g-l-usd"}


def test_a_mixture_that_begins_in_a_later_batch_is_found(take):
    lines = ["DATAFLOW,REF_AREA,ADJUSTMENT,TIME_PERIOD,OBS_VALUE"]
    lines += [f"A:F(1.0),KOR,N,{1800 + n % 200},{n}" for n in range(50_001)]
    lines += ["A:F(1.0),KOR,Y,2020,1"]
    with pytest.raises(EvidenceError, match=r"ADJUSTMENT takes several values \(N, Y\)"):
        take("sdmx-csv", "a.csv", "\n".join(lines) + "\n")


def test_data360_of_the_world_bank(take):
    """Labels in columns named ..._LABEL, groups with codes of three letters, attributes before the value."""
    header = (
        "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,FREQ_LABEL,REF_AREA,REF_AREA_LABEL,INDICATOR,INDICATOR_LABEL,UNIT_MEASURE,"
        "UNIT_MEASURE_LABEL,TIME_PERIOD,TIME_FORMAT,UNIT_MULT,UNIT_MULT_LABEL,OBS_VALUE,OBS_STATUS,OBS_STATUS_LABEL"
    )
    line = "datastructure,WB.DATA360:DS(1.3),I,A,Annual,{},WB_GDP,GDP (current US$),USD,US dollars,2020,P1Y,{},A,\n"
    content = (
        header + "\n" + line.format("KOR,Korea", "6,Millions,1.5") + line.format("EAS,East Asia & Pacific", "6,,9")
    )
    package, done = take("sdmx-csv", "a.csv", content + line.format("KRO,Korea", "6,,8"))
    assert rows(package, "country", "year", "measure", "value") == [["KOR", 2020, "wb_gdp-usd", 1_500_000.0]]
    assert package.unit("wb_gdp-usd")["en"] == "US dollars"
    assert left_out(done) == {"region": 1}
    assert [(one.rule, one.value) for one in done.bad] == [("unknown-country", "KRO")]  # a country, misspelt


def test_a_flow_of_the_oecds_archive_whose_unit_is_empty(take):
    content = (
        "DATAFLOW,LOCATION,VARIABLE,FREQUENCY,TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MEASURE,UNIT_MULT\n"
        "OECD:DF_EO(1.0),KOR,GDP,A,2020,5000,A,,\nOECD:DF_EO(1.0),UKM,GDP,A,2020,1,A,,\n"
    )
    package, done = take("sdmx-csv", "a.csv", content, additive="no")
    assert rows(package, "country", "measure", "value") == [["KOR", "gdp", 5000.0]]
    assert package.unit("gdp") == {"en": "as stated in the flow", "ko": "as stated in the flow"}
    assert left_out(done) == {"region": 1}


def test_national_currencies_are_noted(take):
    content = OECD.replace("USD", "XDC").replace("US dollar", "National currency").replace("EU27_2020", "JPN")
    _, done = take("sdmx-csv", "oecd.csv", content)
    assert any("2 countries are in their own currencies" in note.reason["en"] for note in done.notes)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("", "the first column is ''"),
        ("STRUCTUR,STRUCTURE_ID,ACTION,REF_AREA,TIME_PERIOD,OBS_VALUE", "the first column is 'STRUCTUR'"),
        ("STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,TIME_PERIOD,VALUE", "column 'OBS_VALUE' is missing"),
        ("STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,PERIOD,OBS_VALUE", "column 'TIME_PERIOD' is missing"),
        ("STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,REF_AREA,TIME_PERIOD,OBS_VALUE", "column 'REF_AREA' stands twice"),
    ],
)
def test_drift_of_sdmx_csv_is_named(take, header, said):
    with pytest.raises(EvidenceError, match=said):
        take("sdmx-csv", "a.csv", header + "\n" + "dataflow,A:F(1.0),I,KOR,2020,5\n")


def test_two_flows_in_one_file_are_refused(take):
    with pytest.raises(EvidenceError, match="holds the flows NAMA_10_A64 and OTHER"):
        take(
            "sdmx-csv", "a.csv", ESTAT.replace("ESTAT:NAMA_10_A64", "ESTAT:OTHER", 2).replace("OTHER", "NAMA_10_A64", 1)
        )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"table": "tables"}, "write one of value_added"),
        ({"country": "LAND"}, "write one of FREQ, REF_AREA"),
        ({"measure": "TRANSACTION+X"}, "write one of FREQ, REF_AREA"),
        ({"where": "X=1"}, "write one of FREQ=..., REF_AREA=..."),
        ({"scale": "2"}, "write one of 0, 3, 6, 9"),
    ],
)
def test_options_that_do_not_fit_are_explained(take, options, said):
    with pytest.raises(InputError, match=said):
        take("sdmx-csv", "oecd.csv", OECD, **options)


def test_a_flow_without_a_country_asks_for_it(take):
    with pytest.raises(InputError, match=r"which dimension is the country\? It has SEX"):
        take("sdmx-csv", "a.csv", "DATAFLOW,SEX,TIME_PERIOD,OBS_VALUE\nA:F(1.0),M,2020,1\n")


def test_negative_values_need_a_word(take):
    content = ESTAT.replace("45000.1", "-3")
    _, done = take("sdmx-csv", "a.csv", content)
    assert [problem.rule for problem in done.bad] == ["negative-value"]
    package, done = take("sdmx-csv", "a.csv", content, signed="yes")
    assert not done.bad
    assert rows(package, "value")[0] == [-3.0]


def test_codes_that_contain_others_are_declared_aggregates(take):
    content = ESTAT.replace("C26,B1G,EL", "C,B1G,EL").replace("C26,B1G,UK", "C10-C12,B1G,UK")
    package, _ = take("sdmx-csv", "a.csv", content)
    assert package.codes("nace_r2") == ["C26"]


def test_eurostat_tsv(take):
    package, done = take("eurostat-tsv", "estat_nama_10_a64.tsv.gz", gzip.compress(TSV.encode()))
    assert rows(package, "country", "code", "year", "measure", "value", "origin") == [
        ["DEU", "C26", 2019, "b1g-cp_meur", 44000.5, "estat_nama_10_a64.tsv.gz, line 2"],
        ["DEU", "C26", 2020, "b1g-cp_meur", 45000.1, "estat_nama_10_a64.tsv.gz, line 2"],
        ["GRC", "C26", 2020, "b1g-cp_meur", 500.0, "estat_nama_10_a64.tsv.gz, line 3"],
        ["GRC", "C26", 2021, "b1g-cp_meur", 510.0, "estat_nama_10_a64.tsv.gz, line 3"],
    ]
    assert left_out(done) == {"empty-value": 2, "region": 3}
    flagged = [note.reason["en"] for note in done.notes if note.rule == "flagged-values"]
    assert len(flagged) == 2


def test_eurostat_tsv_of_before_2022_with_the_countries_as_columns(take):
    content = (
        "unit,sex,time\\geo\tEU28 \tDE \tEL \tFX \nPC,T,2014\t4.1 e\t2.5 bep\t: u\t1 \nPC,T,2015\t: \t3 \t7.5 \t1 \n"
    )
    package, done = take("eurostat-tsv", "hlth_1.tsv", content)
    assert rows(package, "country", "year", "measure", "value") == [
        ["DEU", 2014, "pc", 2.5],
        ["DEU", 2015, "pc", 3.0],
        ["GRC", 2015, "pc", 7.5],
    ]
    assert not done.bad  # FX is Metropolitan France, beside FR
    flagged = {note.reason["en"] for note in done.notes if note.rule == "flagged-values"}
    assert flagged == {
        "1 values are flagged p (provisional)",
        "1 values are flagged e (estimated)",
        "1 values are flagged b (break in series)",
    }


REGIONS = ("FR", 100), ("FRA", 5), ("ITC", 7), ("IT", 80)


@pytest.mark.parametrize(
    ("format_", "name", "header", "line"),
    [
        ("eurostat-tsv", "estat_1.tsv", "freq,unit,geo\\TIME_PERIOD\t2021 ", "A,MIO,{}\t{} "),
        (
            "sdmx-csv",
            "estat_1.csv",
            "STRUCTURE,STRUCTURE_ID,freq,unit,geo,TIME_PERIOD,OBS_VALUE",
            "dataflow,ESTAT:F(1.0),A,MIO,{},2021,{}",
        ),
    ],
)
def test_a_region_of_eurostat_is_no_country_of_three_letters(take, format_, name, header, line):
    """ITC is the north-west of Italy; FRA, once France's overseas, would be read as France."""
    content = "".join(one + "\n" for one in (header, *(line.format(*region) for region in REGIONS)))
    package, done = take(format_, name, content)
    assert rows(package, "country", "value") == [["FRA", 100.0], ["ITA", 80.0]]
    assert left_out(done) == {"region": 2}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("freq,unit,nace_r2,na_item,geo\\TIME_PERIOD", "freq;unit;geo"), "the header begins with 'freq;unit;geo'"),
        (("\t2019 ", "\tvalue "), "the header begins with"),
        (("TIME_PERIOD\t2019 \t2020 \t2021 ", "TIME_PERIOD"), "the header begins with"),
    ],
)
def test_drift_of_eurostat_tsv_is_named(take, change, said):
    with pytest.raises(EvidenceError) as caught:
        take("eurostat-tsv", "a.tsv", TSV.replace(*change))
    assert said in str(caught.value)


def test_bad_cells_of_a_tsv_are_reported_with_their_line(take):
    content = (
        TSV.replace("44000.5", "44,5")
        .replace("45000.1 p\t: ", "12 3\t7 ")
        .replace("A,CP_MEUR,C26,B1G,EL", "A,CP_MEUR,C26,EL")
    )
    _, done = take("eurostat-tsv", "a.tsv", content)
    listed = list(csv.DictReader(io.StringIO(Path(done.report).read_text(encoding="utf-8-sig"))))
    bad = [(row["line"], row["value"]) for row in listed if row["kind"] == "bad"]
    assert sorted(bad) == [("2", "12 3"), ("2", "44,5"), ("3", "A,CP_MEUR,C26,EL")]


@pytest.mark.parametrize("message", [JSON_SERIES, JSON_FLAT], ids=["1.0", "2.0"])
def test_sdmx_json_messages_say_the_same(take, message):
    package, done = take("sdmx-json", "data.json", json.dumps(message))
    assert rows(package, "country", "classification", "code", "year", "measure", "value") == [
        ["KOR", "activity", "C26", 2019, "usd", 1.5e6],
        ["KOR", "activity", "C26", 2020, "usd", 2e6],
    ]
    assert left_out(done)["region"] == 1
    assert package.label("activity", "C26")["en"] == "Electronics"
    assert any("1 values are flagged E" in note.reason["en"] for note in done.notes)


def broken(*path, to):
    """JSON_SERIES with another value at a path."""
    message = json.loads(json.dumps(JSON_SERIES))
    at = message
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return json.dumps(message)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[1", "no JSON, or cut off"),
        ("[]", "no dataSets"),
        (broken("dataSets", to=[]), "holds no observation"),
        (broken("structure", to={}), "'dimensions'"),
        (broken("dataSets", 0, "series", to={"0:0": {"observations": {"0": [1]}}}), "has not 3 parts"),
        (broken("dataSets", 0, "series", to={"0:7:0": {"observations": {"0": [1]}}}), "REF_AREA has no value number 7"),
        (broken("dataSets", 0, "series", to={"0:-1:0": {"observations": {"0": [1]}}}), "REF_AREA has no value"),
        (
            broken("dataSets", 0, "series", to={"0:0:0": {"attributes": [5], "observations": {"0": [1]}}}),
            "UNIT_MULT has",
        ),
        (broken("dataSets", 0, "series", to=[1]), "is no sound SDMX-JSON"),
        (broken("dataSets", 0, "series", "0:0:0", "observations", to={"0": 5}), "is no sound SDMX-JSON"),
    ],
)
def test_json_that_does_not_hold_together_is_refused(take, content, said):
    with pytest.raises(EvidenceError) as caught:
        take("sdmx-json", "data.json", content)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [GENERIC, SPECIFIC], ids=["generic", "specific"])
@pytest.mark.parametrize("structure", [True, False])
def test_sdmx_ml_messages_say_the_same(take, content, structure):
    others = [("structure.xml", STRUCTURE)] if structure else []
    package, done = take("sdmx-ml", "data.xml", content, *others)
    assert rows(package, "country", "classification", "code", "year", "measure", "value") == [
        ["KOR", "activity", "C26", 2019, "usd", 1.5e6],  # the group's multiplier holds for its series
        ["KOR", "activity", "C26", 2020, "usd", 2e6],
    ]
    assert ("dimensions-guessed" in {note.rule for note in done.notes}) != structure
    assert any("1 values are flagged E" in note.reason["en"] for note in done.notes)


def test_explicit_measures_of_a_cross_section_are_their_dimension(tmp_path):
    content = SPECIFIC.replace('dimensionAtObservation="TIME_PERIOD"', 'dimensionAtObservation="DEMO"').replace(
        '<Obs TIME_PERIOD="2019" OBS_VALUE="1.5"/>', '<Obs xsi:type="u:BIRTHS" OBS_VALUE="7"/>'
    )
    path = tmp_path / "a.xml"
    path.write_text(content)
    _, first = next(observations(Input(path)))
    assert (first.values["DEMO"], first.values["OBS_VALUE"]) == ("BIRTHS", "7")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GENERIC[:900], "not valid XML, or cut off"),
        (GENERIC.replace('<g:ObsValue value="2"/>', '<g:ObsValue value="2"/><g:ObsValue value="3"/>'), "stands twice"),
        ("<html/>", "its root is 'html'"),
        (STRUCTURE, "is a structure message, not data"),
        (SPECIFIC.split("<Group")[0] + "</u:DataSet></m:StructureSpecificData>", "holds no observation"),
        ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>', "document type"),
    ],
)
def test_what_is_no_sdmx_data_is_refused(take, content, said):
    with pytest.raises(EvidenceError, match=said):
        take("sdmx-ml", "data.xml", content)


def test_the_dimensions_of_a_structure_message(tmp_path):
    path = tmp_path / "structure.xml"
    path.write_text(STRUCTURE)
    assert dimensions_of(Input(path)) == ["FREQ", "REF_AREA", "ACTIVITY", "TIME_PERIOD"]


@settings(max_examples=15, deadline=None)
@given(values=st.lists(st.floats(0, 1e12, allow_subnormal=False), min_size=1, max_size=6))
def test_all_three_formats_give_the_same_rows(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("same")
    years = range(2000, 2000 + len(values))
    wide = "\t".join(f"{value!r} " for value in values)
    head = "\t".join(f"{year} " for year in years)
    flat = "".join(f"A:F(1.0),A,KR,C26,{y},{v!r}\n" for y, v in zip(years, values, strict=True))
    obs = "".join(f'<Obs TIME_PERIOD="{y}" OBS_VALUE="{v!r}"/>' for y, v in zip(years, values, strict=True))
    series = f'<Series FREQ="A" REF_AREA="KR" ACTIVITY="C26">{obs}</Series></u:DataSet></m:StructureSpecificData>'
    files = {
        "sdmx-csv": ("f.csv", "DATAFLOW,FREQ,REF_AREA,ACTIVITY,TIME_PERIOD,OBS_VALUE\n" + flat),
        "eurostat-tsv": ("f.tsv", f"FREQ,REF_AREA,ACTIVITY\\TIME_PERIOD\t{head}\nA,KR,C26\t{wide}\n"),
        "sdmx-ml": ("f.xml", SPECIFIC.split("<Group")[0] + series),
    }
    seen = []
    for format_, (name, content) in files.items():
        (folder / name).write_text(content)
        import_files(format_, [folder / name], folder / format_, source=HERE, options=TABLE)
        table = open_package(folder / format_).tables["value_added"]
        seen.append(table[["country", "code", "year", "value"]].sort_values("year").to_numpy().tolist())
    assert seen[0] == seen[1] == seen[2]
    assert [row[3] for row in seen[0]] == values
