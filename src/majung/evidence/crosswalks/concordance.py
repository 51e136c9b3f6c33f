"""A concordance: links from the codes of one classification to those of another, with licence and source.

Two files of one name: `<id>.toml` says what it is, `<id>.csv` holds the links (code_from, code_to, weight, note).
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

from majung.evidence.crosswalks.catalogue import catalogue, turned
from majung.evidence.descriptor import SLUG
from majung.evidence.problems import Text
from majung.methods.labelled import InputError

Match = Literal["exact", "prefix"]
COLUMNS = ("code_from", "code_to", "weight", "note")
WEIGHT_TOLERANCE = 1e-9
KEPT = Path("concordances")
"""Where concordances that were read or fetched are kept, in the folder one works in, unless told otherwise."""
_OPTIONAL = ("match", "weights", "url", "retrieved", "sha256", "note")
_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Link:
    """code_from (or its part) is code_to. weight: the share of code_from's value that goes there, None if not stated.
    code_to "" = the concordance says that nothing corresponds."""

    code_from: str
    code_to: str
    weight: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Concordance:
    """Links from classification `source` to classification `target`.

    match: "exact", or "prefix": a code belongs to the longest code_from it begins with (IPC subclasses and groups).
    weights: what the weights rest on, in words; "" if none are stated. licence, citation: as its publisher states them.
    url, retrieved (ISO date), sha256: of the publisher's file, where it was fetched.
    """

    id: str
    name: Text
    source: str
    target: str
    licence: str
    citation: str
    links: tuple[Link, ...]
    match: Match = "exact"
    weights: str = ""
    url: str = ""
    retrieved: str = ""
    sha256: str = ""
    note: str = ""
    labels: Mapping[str, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check(self)

    @cached_property
    def by_code(self) -> Mapping[str, tuple[Link, ...]]:
        """The links of each code_from."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            found.setdefault(link.code_from, []).append(link)
        return {code: tuple(links) for code, links in found.items()}

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(code) for code in self.by_code}, reverse=True))

    def of(self, code: str) -> tuple[Link, ...] | None:
        """The links of a code of the source classification; None if the concordance does not know it."""
        if self.match == "exact":
            return self.by_code.get(code)
        for length in self._lengths:
            found = self.by_code.get(code[:length])
            if found is not None:
                return found
        return None

    def split_codes(self) -> tuple[str, ...]:
        """Codes that go to more than one code."""
        return tuple(code for code, links in self.by_code.items() if len(links) > 1)

    def reversed(self, id_: str, name: Text) -> Concordance:
        """The links read backwards, without weights: shares of the one direction say nothing about the other."""
        if self.match == "prefix":
            raise InputError(f"{self.id}: a concordance by prefixes cannot be read backwards")
        links = tuple(Link(one.code_to, one.code_from, None, one.note) for one in self.links if one.code_to)
        return Concordance(
            id_, name, self.target, self.source, self.licence, self.citation, links, url=self.url, note=self.note
        )


def _check(one: Concordance) -> None:
    def refuse(reason: str, remedy: str) -> InputError:
        return InputError(f"{one.id}: {reason}; {remedy}")

    if not SLUG.fullmatch(one.id):
        raise refuse("the id is not a slug", "use lower-case letters, digits and hyphens")
    for name in ("source", "target", "licence", "citation"):
        if not getattr(one, name).strip():
            raise refuse(f"{name} is empty", "a concordance states its two classifications, licence and citation")
    if one.match not in get_args(Match):
        raise refuse(f"match {one.match!r} is not known", f"write one of {', '.join(get_args(Match))}")
    if not one.links:
        raise refuse("it holds no links", "give code_from and code_to in each row")
    seen: set[tuple[str, str]] = set()
    for number, link in enumerate(one.links, 2):
        place = f"row {number}"
        if not link.code_from:
            raise refuse(f"{place}: code_from is empty", "fill it in")
        if (link.code_from, link.code_to) in seen:
            raise refuse(f"{place}: {link.code_from} → {link.code_to} stands twice", "keep one of the two rows")
        seen.add((link.code_from, link.code_to))
        if link.weight is not None and not 0 <= link.weight <= 1:
            raise refuse(f"{place}: weight {link.weight} of {link.code_from}", "a weight is a share between 0 and 1")
    for code, links in one.by_code.items():
        stated = [link.weight for link in links if link.weight is not None]
        if stated and len(stated) < len(links):
            raise refuse(f"{code}: some links have a weight and some have none", "state all of them or none")
        if stated and abs(sum(stated) - 1) > WEIGHT_TOLERANCE:
            raise refuse(
                f"{code}: weights sum to {sum(stated):.6g}",
                "they must sum to 1; a share that corresponds to nothing is a link with an empty code_to",
            )
        if stated and len(links) > 1 and not one.weights:
            raise refuse(f"{code}: weights are stated, what they rest on is not", 'say it under "weights"')


def read_concordance(file: str | Path) -> Concordance:
    """Read `<id>.toml` and the `<id>.csv` beside it. Raises InputError naming file, row and remedy."""
    place = Path(file)
    if place.suffix != ".toml":
        raise InputError(f"{place}: give the .toml file of a concordance; its .csv lies beside it")
    try:
        head = tomllib.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{place}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{place}: not valid TOML ({error})") from error
    known = {"id", "name", "source", "target", "licence", "citation", "match", "weights"}
    known |= {"url", "retrieved", "sha256", "note", "labels"}
    for key in head:
        if key not in known:
            raise InputError(f"{place}: unknown key {key!r}; the keys are {', '.join(sorted(known))}")
    missing = [key for key in ("id", "name", "source", "target", "licence", "citation") if key not in head]
    if missing:
        raise InputError(f"{place}: {', '.join(missing)} missing; see docs/crosswalks.md")
    links_file = place.with_suffix(".csv")
    try:
        text = links_file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{links_file}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{links_file}: not UTF-8 (byte {error.start}); save it as CSV UTF-8") from error
    return Concordance(**{**head, "links": tuple(_links(text, links_file))})


def _links(text: str, file: Path) -> Iterable[Link]:
    reader = csv.DictReader(io.StringIO(text))
    header = reader.fieldnames or []
    if not {"code_from", "code_to"} <= set(header) or not set(header) <= set(COLUMNS):
        raise InputError(f"{file}: the columns are {', '.join(COLUMNS)}, not {', '.join(header)}")
    for number, row in enumerate(reader, 2):
        if None in row or None in row.values():
            raise InputError(f"{file}:{number}: the row has not {len(header)} cells; put text with commas in quotes")
        yield Link(
            row["code_from"].strip(),
            row["code_to"].strip(),
            weight_of(row.get("weight", ""), file, number),
            row.get("note", "").strip(),
        )


def weight_of(cell: str, file: str | Path, number: int) -> float | None:
    """A weight cell: a number, or None where it is empty."""
    if not cell.strip():
        return None
    if not re.fullmatch(r"[0-9]*\.?[0-9]+(e-?[0-9]+)?", cell.strip()):
        raise InputError(f"{file}:{number}: weight {cell!r} is not a number; write a share such as 0.25")
    return float(cell)


def write_concordance(one: Concordance, folder: str | Path) -> Path:
    """Write the two files into a folder; the path of the .toml."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} = {_toml(getattr(one, key))}" for key in ("id", "name", "source", "target", "licence", "citation")]
    lines += [f"{key} = {_toml(getattr(one, key))}" for key in _OPTIONAL if getattr(one, key)]
    if one.labels:
        lines += ["", "[labels]"] + [f"{_toml(code)} = {_toml(label)}" for code, label in one.labels.items()]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for link in one.links:
        weight = "" if link.weight is None else repr(link.weight)
        writer.writerow([link.code_from, link.code_to, weight, link.note])
    (place / f"{one.id}.csv").write_text(out.getvalue(), encoding="utf-8")
    file = place / f"{one.id}.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def shipped() -> dict[str, Concordance]:
    """The concordances that come with Majung, by id."""
    return kept(_DATA)


def kept(folder: str | Path = KEPT) -> dict[str, Concordance]:
    """The concordances in a folder, by id; none where there is no such folder."""
    found = (read_concordance(file) for file in sorted(Path(folder).glob("*.toml")))
    return {one.id: one for one in found}


def find_concordance(name: str | Path) -> Concordance:
    """A concordance by the path of its .toml file, or by its id: of a shipped one, or of one in `KEPT`."""
    if str(name).endswith(".toml"):
        return read_concordance(name)
    known = shipped()
    if str(name) in known:
        return known[str(name)]
    if SLUG.fullmatch(str(name)) and (KEPT / f"{name}.toml").is_file():
        return read_concordance(KEPT / f"{name}.toml")
    if str(name) in catalogue():
        raise InputError(f"{name} is not here yet; bring it: majung evidence crosswalk-fetch {name}")
    if back := turned(str(name)):
        raise InputError(f"no {name} is published, but {back} is: --by {back} --backwards")
    raise InputError(f"no concordance {str(name)!r} comes with Majung; there are {', '.join(known)}, or give a .toml")
