"""Any Frictionless data package: a folder with datapackage.json, its CSV resources, their schemas and licences.

Specification: Frictionless Data, Data Package and Table Schema (datapackage.org, versions 1 and 2): resources with
path, dialect.delimiter, schema.fields (name, decimalChar, groupChar), schema.missingValues; licenses; version.

A resource whose fields are a canonical table's columns is taken as it stands (`majung.table` or the option `table` says
which); every other one needs a mapping file, and `--option resource=NAME` where there are several.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from majung.evidence.canonical import TABLES
from majung.evidence.importers.context import Context
from majung.evidence.importers.delimited import read_header, read_rows
from majung.evidence.importers.encoding import text_lines
from majung.evidence.importers.format import Batch, Format
from majung.evidence.importers.inputs import Input, file_error
from majung.evidence.importers.mapping import apply, declare, plan
from majung.evidence.problems import text
from majung.methods.labelled import InputError

DESCRIPTOR = "datapackage.json"
MAX_DESCRIPTOR = 32 << 20


def read(inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    found = [one for one in inputs if one.name == DESCRIPTOR]
    if len(found) != 1:
        raise file_error(
            inputs[0].name,
            "file-missing",
            text(
                f"{len(found)} files datapackage.json, not one", f"datapackage.json이 1개가 아니라 {len(found)}개입니다"
            ),
            text("give the package's folder or ZIP", "묶음의 폴더나 ZIP을 지정하십시오"),
        )
    raw = _descriptor(found[0], context)
    context.title = str(raw.get("title") or raw.get("name") or "")[:200]
    context.edition = str(raw.get("version") or raw.get("last_updated") or "")
    _note_licence(raw, found[0], context)
    for resource in _chosen(raw, found[0].name, context):
        yield from _resource(resource, inputs, context)


def _descriptor(input_: Input, context: Context) -> dict[str, Any]:
    context.file = input_.name
    content = ""
    with text_lines(input_, context) as lines:
        for line in lines:
            content += line
            if len(content) > MAX_DESCRIPTOR:
                raise _fault("the descriptor is larger than 32 MB", "기술 파일이 32 MB를 넘습니다")
    try:
        raw = json.loads(content)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _fault(
            f"not valid JSON ({error})"[:200], "올바른 JSON이 아닙니다", getattr(error, "lineno", None)
        ) from None
    if not isinstance(raw, dict) or not isinstance(raw.get("resources"), list):
        raise _fault("has no list of resources", "resources 목록이 없습니다")
    return raw


def _fault(en: str, ko: str, line: int | None = None) -> Exception:
    remedy = text("see datapackage.org", "datapackage.org를 보십시오")
    return file_error(DESCRIPTOR, "descriptor", text(en, ko), remedy, line)


def _note_licence(raw: Mapping[str, Any], input_: Input, context: Context) -> None:
    listed = raw.get("licenses")
    names = [
        str(one.get("title") or one.get("name") or one.get("path") or "")
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
    ]
    said = ", ".join(name for name in names if name)
    if said:
        note = text(f"the package states its licence as: {said}", f"묶음에 적힌 라이선스: {said}")
    else:
        note = text("the package states no licence", "묶음에 라이선스가 적혀 있지 않습니다")
    context.note("licence", note, file=input_.name)


def _chosen(raw: Mapping[str, Any], file: str, context: Context) -> list[dict[str, Any]]:
    resources = [one for one in raw["resources"] if isinstance(one, dict) and isinstance(one.get("path"), str)]
    names = [str(one.get("name", "")) for one in resources]
    wanted = context.option("resource", "")
    if wanted:
        if wanted not in names:
            raise InputError(f"{file}: no resource is called '{wanted}'; there are {', '.join(names)[:300]}")
        return [resources[names.index(wanted)]]
    if context.mapping and len(resources) > 1:
        raise InputError(f"{file}: which of its resources? --option resource=NAME of {', '.join(names)[:300]}")
    tables = [one for one in resources if context.mapping or _table(one, context)]
    for one in resources:
        if one not in tables:
            reason = text("its fields are no canonical table's", "필드가 표준 표의 열과 다릅니다")
            context.leave_out("not-read", reason, column="resource", value=one.get("name", ""))
    if not tables:
        raise _fault(
            f"none of its {len(resources)} resources has the columns of a canonical table: give a mapping file",
            f"자원 {len(resources)}개 가운데 표준 표의 열을 가진 것이 없습니다. 대응 파일을 주십시오",
        )
    return tables


def _fields(resource: Mapping[str, Any]) -> list[dict[str, Any]]:
    schema = resource.get("schema")
    listed = schema.get("fields") if isinstance(schema, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _table(resource: Mapping[str, Any], context: Context) -> str:
    """The canonical table whose columns are among the resource's fields, "" if none or several."""
    names = {str(one.get("name")) for one in _fields(resource)}
    declared = resource.get("majung")
    given = context.option("table", "") or (str(declared.get("table", "")) if isinstance(declared, dict) else "")
    if given:
        return given if given in TABLES and {*TABLES[given].key, "value"} <= names else ""
    fitting = {key: name for name, spec in TABLES.items() if {*(key := spec.key), "value"} <= names}
    if len(fitting) == 1 and len([name for name, spec in TABLES.items() if spec.key in fitting]) == 1:
        return next(iter(fitting.values()))
    return ""


def _resource(resource: Mapping[str, Any], inputs: Sequence[Input], context: Context) -> Iterator[Batch]:
    path = str(resource["path"])
    file = next((one for one in inputs if _ends(one, path)), None)
    if file is None:
        raise _fault(f"the file '{path}' of a resource is not there", f"자원의 파일 '{path}'이(가) 없습니다")
    given = plan(_mapping(resource, context))
    declare(given, context)
    dialect = resource.get("dialect")
    mark = str(dialect.get("delimiter", ",")) if isinstance(dialect, dict) else ","
    if len(mark) != 1:
        raise _fault(f"dialect.delimiter {mark!r} is not one character", f"구분 기호 {mark!r}는 한 글자가 아닙니다")
    context.file = file.name
    names = read_header(file, context, delimiter=mark)
    _check_schema(resource, names, file)
    for rows in read_rows(file, given.wanted(names), context, delimiter=mark, others=True):
        yield from apply(given, rows.cells, context)


def _ends(one: Input, path: str) -> bool:
    whole = one.member or one.path.as_posix()
    return whole == path or whole.endswith("/" + path.removeprefix("./"))


def _mapping(resource: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The person's mapping, or the identity for a canonical table; number formats as the schema states them."""
    raw: dict[str, Any] = dict(context.mapping)
    if not raw:
        table = _table(resource, context)
        raw = {"table": table, "columns": {name: name for name in (*TABLES[table].key, "value")}}
    value = dict(raw.get("value", {}))
    source = str(raw.get("columns", {}).get("value", ""))
    field = next((one for one in _fields(resource) if one.get("name") == source), {})
    if field.get("decimalChar") == ",":
        value["decimal_comma"] = True
    if field.get("groupChar") == ",":
        value["thousands"] = True
    schema = resource.get("schema")
    missing = schema.get("missingValues", []) if isinstance(schema, dict) else []
    words = [
        one.get("value", "") if isinstance(one, dict) else one for one in (missing if isinstance(missing, list) else [])
    ]
    value["missing"] = [*value.get("missing", []), *(str(word) for word in words if word != "")]
    return raw | {"value": value}


def _check_schema(resource: Mapping[str, Any], header: Sequence[str], file: Input) -> None:
    """The file's header against the fields that the package itself declares."""
    declared = [str(one.get("name")) for one in _fields(resource)]
    absent = [name for name in declared if name not in header]
    if absent:
        raise file_error(
            file.name,
            "missing-column",
            text(
                f"the package declares a column '{absent[0]}' that the file lacks",
                f"묶음이 선언한 '{absent[0]}' 열이 파일에 없습니다",
            ),
            text("correct datapackage.json or the file", "datapackage.json이나 파일을 고치십시오"),
            1,
        )


FORMAT = Format(
    id="frictionless",
    version="2",
    title=text("Any Frictionless data package", "Frictionless 데이터 패키지"),
    tables=("any",),
    specification="Data Package and Table Schema (datapackage.org), versions 1 and 2",
    files=text("the folder or ZIP that holds datapackage.json", "datapackage.json이 든 폴더나 ZIP"),
    seen="real",
    licence="",
    read=read,
    mapping="optional",
    together=True,
    options={
        "resource": text("name of the resource to read", "읽을 자원의 이름"),
        "table": text("canonical table that it holds", "담긴 표준 표의 이름"),
    },
)
