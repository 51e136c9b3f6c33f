"""datapackage.json: sources with their licences, one resource a table file, and our declarations under "majung"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from majung.evidence.canonical import INPUT_OUTPUT_CLASSIFICATION, TABLES
from majung.evidence.problems import Problem, Text, text
from majung.evidence.reading import read_text

DESCRIPTOR = "datapackage.json"
LICENCE_FILE = "LICENSE.md"
SLUG = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_NO_LICENCE = {"", "-", "?", "n/a", "na", "none", "no licence", "no license", "not stated", "tbd", "todo", "unknown"}
_NO_LICENCE |= {"unstated", "unlicensed", "null", "없음", "미상", "불명", "확인 필요"}


@dataclass(frozen=True)
class Source:
    """Where figures come from. retrieved: when we fetched it; released: when its publisher put it out, or None."""

    id: str
    title: str
    publisher: str
    edition: str
    license: str
    retrieved: date
    citation: str
    released: date | None = None
    url: str = ""
    license_note: str = ""

    def as_dict(self) -> dict[str, Any]:
        values = asdict(self)
        values["retrieved"] = self.retrieved.isoformat()
        values["released"] = self.released.isoformat() if self.released else None
        return values


@dataclass(frozen=True)
class Resource:
    """One table file and what is declared about it (docs/evidence.md says what each declaration means)."""

    name: str
    table: str
    path: str
    fields: tuple[str, ...]
    complete_through: Mapping[str, int] = field(default_factory=dict)
    one_observation: tuple[tuple[str, ...], ...] = ()
    splices: Mapping[str, str] = field(default_factory=dict)
    not_additive: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    classification: str = INPUT_OUTPUT_CLASSIFICATION


@dataclass(frozen=True)
class Descriptor:
    """What datapackage.json says, as far as it could be understood."""

    raw: Mapping[str, Any]
    sources: Mapping[str, Source]
    resources: tuple[Resource, ...]
    codes_path: str = "codes.csv"


class _Findings:
    """Collects problems of the descriptor; finds the line on which a quoted word stands."""

    def __init__(self, content: str) -> None:
        self.lines = content.split("\n")
        self.problems: list[Problem] = []

    def add(self, rule: str, reason: Text, remedy: Text, near: str = "", column: str = "", value: object = "") -> None:
        line = next((i for i, one in enumerate(self.lines, 1) if near and json.dumps(near) in one), 1)
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        self.problems.append(Problem(rule, DESCRIPTOR, reason, remedy, line, column, shown))


def read_descriptor(folder: Path) -> tuple[Descriptor | None, list[Problem]]:
    """Read datapackage.json and LICENSE.md of a package folder; every fault with its line."""
    content, problems = read_text(folder / DESCRIPTOR, DESCRIPTOR)
    _, licence_problems = read_text(folder / LICENCE_FILE, LICENCE_FILE)
    problems += licence_problems
    if content is None:
        return None, problems
    try:
        raw = json.loads(content)
    except json.JSONDecodeError as error:
        reason = text(f"not valid JSON ({error.msg})", f"올바른 JSON이 아닙니다 ({error.msg})")
        remedy = text("correct the syntax at this line", "이 줄의 문법을 고치십시오")
        return None, [*problems, Problem("not-json", DESCRIPTOR, reason, remedy, error.lineno)]
    if not isinstance(raw, dict):
        reason = text("holds no JSON object", "JSON 객체가 아닙니다")
        return None, [*problems, Problem("not-json", DESCRIPTOR, reason, text("see docs/evidence.md", ""), 1)]
    findings = _Findings(content)
    _identity(raw, findings)
    sources = _sources(raw.get("sources"), findings)
    resources, codes_path = _resources(raw.get("resources"), findings)
    return Descriptor(raw, sources, resources, codes_path), problems + findings.problems


def _identity(raw: dict[str, Any], findings: _Findings) -> None:
    for name in ("name", "title", "version"):
        if not _filled(raw.get(name)):
            findings.add(
                "descriptor",
                text(f"'{name}' is missing", f"'{name}'이(가) 없습니다"),
                text(f'add "{name}": "..."', f'"{name}": "..."을(를) 넣으십시오'),
                column=name,
            )
    if raw.get("profile", "tabular-data-package") != "tabular-data-package":
        findings.add(
            "descriptor",
            text("'profile' is not tabular-data-package", "'profile'이 tabular-data-package가 아닙니다"),
            text('write "profile": "tabular-data-package"', '"profile": "tabular-data-package"로 적으십시오'),
            "profile",
            "profile",
            raw.get("profile"),
        )
    licences = raw.get("licenses")
    if not isinstance(licences, list) or not licences or not all(_is_licence(one) for one in licences):
        findings.add(
            "source-without-licence",
            text("the package states no licence", "자료 묶음의 라이선스가 적혀 있지 않습니다"),
            text(
                'add "licenses": [{"name": "CC-BY-4.0", "path": "...", "title": "..."}]',
                '"licenses": [{"name": "CC-BY-4.0", "path": "...", "title": "..."}]을 넣으십시오',
            ),
            "licenses",
            "licenses",
        )


def _filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_licence(value: object) -> bool:
    return isinstance(value, dict) and (_filled(value.get("name")) or _filled(value.get("path")))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _sources(raw: object, findings: _Findings) -> dict[str, Source]:
    if not isinstance(raw, list) or not raw:
        findings.add(
            "descriptor",
            text("'sources' is missing or empty", "'sources'가 없거나 비어 있습니다"),
            text("state every source with its licence", "출처마다 라이선스와 함께 적으십시오"),
            "sources",
            "sources",
        )
        return {}
    found: dict[str, Source] = {}
    for number, one in enumerate(raw):
        if not isinstance(one, dict):
            reason = text(f"sources[{number}] is not an object", f"sources[{number}]은(는) 객체가 아닙니다")
            findings.add("descriptor", reason, text("see docs/evidence.md", "docs/evidence.md를 보십시오"), "sources")
            continue
        source = _source(number, one, findings)
        if source.id in found:
            findings.add(
                "duplicate-source",
                text(f"source '{source.id}' is declared twice", f"출처 '{source.id}'이(가) 두 번 적혀 있습니다"),
                text("give each edition its own id", "판마다 다른 id를 쓰십시오"),
                source.id,
                f"sources[{number}].id",
                source.id,
            )
        found[source.id] = source
    return found


def _source(number: int, raw: dict[str, Any], findings: _Findings) -> Source:
    name = raw.get("id") if _filled(raw.get("id")) else f"sources[{number}]"
    near = str(raw.get("id") or raw.get("title") or "sources")

    def complain(rule: str, column: str, reason: Text, remedy: Text) -> None:
        findings.add(rule, reason, remedy, near, f"sources[{number}].{column}", raw.get(column))

    for column in ("id", "title", "publisher", "edition", "citation"):
        if not _filled(raw.get(column)):
            complain(
                "descriptor",
                column,
                text(f"source '{name}' has no '{column}'", f"출처 '{name}'에 '{column}'이(가) 없습니다"),
                text(f'add "{column}": "..."', f'"{column}": "..."을(를) 넣으십시오'),
            )
    if _filled(raw.get("id")) and not SLUG.fullmatch(raw["id"]):
        complain(
            "descriptor",
            "id",
            text(f"source id '{name}' is not a slug", f"출처 id '{name}'의 형식이 맞지 않습니다"),
            text("use lower-case letters, digits and hyphens", "영문 소문자, 숫자, 붙임표만 쓰십시오"),
        )
    licence = raw.get("license")
    if not isinstance(licence, str) or licence.strip().casefold() in _NO_LICENCE:
        complain(
            "source-without-licence",
            "license",
            text(f"source '{name}' states no licence", f"출처 '{name}'의 라이선스가 없습니다"),
            text(
                "state the licence that its distributor states; without one the table cannot be shipped",
                "배포자가 밝힌 라이선스를 적으십시오. 라이선스가 없는 자료는 배포할 수 없습니다",
            ),
        )
    retrieved, released = _day(raw.get("retrieved")), _day(raw.get("released"))
    for column, given, known in (("retrieved", raw.get("retrieved"), retrieved), ("released", "", released)):
        if column == "released" and raw.get("released") in (None, ""):
            continue
        if known is None:
            complain(
                "descriptor",
                column,
                text(
                    f"source '{name}': '{column}' is not a date ({given or raw.get(column)!r})",
                    f"출처 '{name}': '{column}'이(가) 날짜가 아닙니다 ({given or raw.get(column)!r})",
                ),
                text("write YYYY-MM-DD", "YYYY-MM-DD로 적으십시오"),
            )
    if retrieved and released and released > retrieved:
        complain(
            "descriptor",
            "released",
            text(f"source '{name}' was retrieved before its release", f"출처 '{name}'의 수집일이 공표일보다 빠릅니다"),
            text("correct one of the two dates", "두 날짜 가운데 하나를 고치십시오"),
        )
    url = raw.get("url") or ""
    if url and not (isinstance(url, str) and url.startswith(("https://", "http://"))):
        complain(
            "descriptor",
            "url",
            text(f"source '{name}': 'url' is no web address", f"출처 '{name}': 'url'이 웹 주소가 아닙니다"),
            text("give the public landing page or leave it out", "공개 안내 페이지를 적거나 빼십시오"),
        )
    values = {c: str(raw.get(c) or "") for c in ("title", "publisher", "edition", "citation", "license_note")}
    return Source(
        id=str(name),
        license=str(licence or ""),
        retrieved=retrieved or date.min,
        released=released,
        url=str(url),
        **values,
    )


def _resources(raw: object, findings: _Findings) -> tuple[tuple[Resource, ...], str]:
    codes_path = "codes.csv"
    if not isinstance(raw, list) or not raw:
        findings.add(
            "descriptor",
            text("'resources' is missing or empty", "'resources'가 없거나 비어 있습니다"),
            text("list one resource a table file", "표 파일마다 하나씩 적으십시오"),
            "resources",
            "resources",
        )
        return (), codes_path
    found: list[Resource] = []
    for number, one in enumerate(raw):
        if not isinstance(one, dict):
            reason = text(f"resources[{number}] is not an object", f"resources[{number}]은(는) 객체가 아닙니다")
            findings.add("descriptor", reason, text("see docs/evidence.md", "docs/evidence.md를 보십시오"), "resources")
            continue
        declared = one.get("majung")
        table = declared.get("table") if isinstance(declared, dict) else None
        if table == "codes":
            codes_path = str(one.get("path") or codes_path)
            continue
        resource = _resource(number, one, declared if isinstance(declared, dict) else {}, findings)
        if resource is not None:
            found.append(resource)
    for attribute in ("name", "path"):
        values = [getattr(resource, attribute) for resource in found]
        for value in sorted({value for value in values if values.count(value) > 1}):
            findings.add(
                "descriptor",
                text(
                    f"two resources have the {attribute} '{value}'", f"두 자원의 {attribute}이(가) '{value}'로 같습니다"
                ),
                text("list every file once, each with its own name", "파일마다 한 번씩, 서로 다른 이름으로 적으십시오"),
                value,
            )
    return tuple(found), codes_path


def _resource(number: int, raw: dict[str, Any], declared: dict[str, Any], findings: _Findings) -> Resource | None:
    label = f"resources[{number}]"
    name, path, table = raw.get("name"), raw.get("path"), declared.get("table")
    near = str(name or path or "resources")
    if not isinstance(name, str) or not SLUG.fullmatch(name):
        findings.add(
            "descriptor",
            text(f"{label} has no usable 'name' ({name!r})", f"{label}의 'name'을 쓸 수 없습니다 ({name!r})"),
            text("use lower-case letters, digits and hyphens", "영문 소문자, 숫자, 붙임표만 쓰십시오"),
            near,
            f"{label}.name",
        )
    if not isinstance(table, str) or table not in TABLES:
        findings.add(
            "descriptor",
            text(f"{label}: no canonical table is called {table!r}", f"{label}: {table!r}(이)라는 표는 없습니다"),
            text(f'"majung": {{"table": one of {", ".join(TABLES)}}}', f"다음 가운데 하나: {', '.join(TABLES)}"),
            near,
            f"{label}.majung.table",
            table,
        )
        return None
    if not isinstance(path, str) or not path or path.startswith("/") or ".." in Path(path).parts or "\\" in path:
        findings.add(
            "descriptor",
            text(
                f"{label}: 'path' is no path inside the package ({path!r})",
                f"{label}: 'path'가 묶음 안의 경로가 아닙니다 ({path!r})",
            ),
            text(f'write "path": "tables/{table}.csv"', f'"path": "tables/{table}.csv"로 적으십시오'),
            near,
            f"{label}.path",
            path,
        )
        return None
    spec = TABLES[table]
    schema = raw.get("schema")
    listed = schema.get("fields") if isinstance(schema, dict) else None
    fields = tuple(str(f.get("name")) for f in listed if isinstance(f, dict)) if isinstance(listed, list) else ()
    key = schema.get("primaryKey") if isinstance(schema, dict) else None
    if not fields or key != list(spec.key):
        findings.add(
            "descriptor",
            text(
                f"{label}: the schema needs its fields and the primary key {', '.join(spec.key)}",
                f"{label}: 스키마에 필드와 기본 키({', '.join(spec.key)})가 있어야 합니다",
            ),
            text("take it from majung.evidence.table_resource()", "majung.evidence.table_resource()의 결과를 쓰십시오"),
            near,
            f"{label}.schema",
        )
    return Resource(
        name=str(name),
        table=table,
        path=path,
        fields=fields,
        complete_through=_years(declared.get("complete_through"), label, near, findings),
        one_observation=_groups(declared.get("one_observation"), label, near, findings),
        splices=_reasons(declared.get("splices"), label, near, findings),
        not_additive=_names(declared.get("not_additive"), "not_additive", label, near, findings),
        signed=_names(declared.get("signed"), "signed", label, near, findings),
        classification=str(declared.get("classification") or INPUT_OUTPUT_CLASSIFICATION),
    )


def _wrong(label: str, name: str, near: str, value: object, form: str, findings: _Findings) -> None:
    findings.add(
        "descriptor",
        text(f"{label}: 'majung.{name}' has the wrong form", f"{label}: 'majung.{name}'의 형식이 맞지 않습니다"),
        text(f"write {form}", f"{form} 형식으로 적으십시오"),
        near,
        f"{label}.majung.{name}",
        value,
    )


def _years(raw: object, label: str, near: str, findings: _Findings) -> dict[str, int]:
    if raw is None:
        return {}
    if isinstance(raw, dict) and all(isinstance(v, int) and not isinstance(v, bool) for v in raw.values()):
        return {str(k): int(v) for k, v in raw.items()}
    _wrong(label, "complete_through", near, raw, '{"<measure>": 2020}', findings)
    return {}


def _groups(raw: object, label: str, near: str, findings: _Findings) -> tuple[tuple[str, ...], ...]:
    if raw is None:
        return ()
    if isinstance(raw, list) and all(
        isinstance(g, list) and len(g) > 1 and all(isinstance(code, str) for code in g) for g in raw
    ):
        return tuple(tuple(group) for group in raw)
    _wrong(label, "one_observation", near, raw, '[["C26", "C27"]]', findings)
    return ()


def _reasons(raw: object, label: str, near: str, findings: _Findings) -> dict[str, str]:
    if raw is None:
        return {}
    if isinstance(raw, dict) and all(_filled(v) for v in raw.values()):
        return {str(k): str(v) for k, v in raw.items()}
    _wrong(label, "splices", near, raw, '{"<classification>/<measure>": "why the sources may be joined"}', findings)
    return {}


def _names(raw: object, name: str, label: str, near: str, findings: _Findings) -> tuple[str, ...]:
    if raw is None:
        return ()
    if isinstance(raw, list) and all(isinstance(one, str) for one in raw):
        return tuple(raw)
    _wrong(label, name, near, raw, '["<measure>"]', findings)
    return ()
