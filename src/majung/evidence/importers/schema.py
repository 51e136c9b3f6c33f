"""Schema drift: which columns a file has against those its format should have. The commonest breakage of importers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from majung.evidence.codebook import nearest, spelling
from majung.evidence.importers.format import Column
from majung.evidence.problems import EvidenceError, Problem, text


def fit(
    header: Sequence[str], columns: Sequence[Column], file: str, *, line: int = 1, others: bool = False
) -> dict[str, str]:
    """{format's column name: the file's name for it}; absent optional columns are left out.

    A name fits when it or an alias is the same but for case, spaces and punctuation. others: more columns than these
    are usual (wide exports). Raises EvidenceError that names every missing, unknown and repeated column with the
    nearest known name.
    """
    header = [str(name).strip() for name in header]
    problems = _repeated(header, file, line)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        match = next((name for want in (column.name, *column.aliases) for name in header if name == want), None)
        if match is None:
            wanted = {spelling(want) for want in (column.name, *column.aliases)}
            match = next((name for name in header if name not in taken and name and spelling(name) in wanted), None)
        if match is not None:
            found[column.name] = match
            taken.add(match)
    free = [name for name in header if name and name not in taken]
    for column in columns:
        if column.required and column.name not in found:
            problems.append(_missing(column, free, file, line))
    if not others:
        expected = [c.name for c in columns if c.name not in found] or [c.name for c in columns]
        for name in free:
            near = nearest(name, expected)
            reason = text(f"column '{name}' is not known in this format", f"'{name}'은(는) 이 형식에 없는 열입니다")
            remedy = (
                text(f"is it '{near}', renamed?", f"'{near}' 열의 이름이 바뀐 것입니까?")
                if near
                else text(
                    "the format may have changed: see docs/importers.md, or import it with a mapping file",
                    "형식이 바뀌었을 수 있습니다. docs/importers.md를 보거나 대응 파일로 가져오십시오",
                )
            )
            problems.append(Problem("unknown-column", file, reason, remedy, line, name))
    if problems:
        raise EvidenceError.of(file, problems)
    return found


def absent(columns: Sequence[Column], found: Mapping[str, str]) -> list[str]:
    """Optional columns that the file lacks."""
    return [column.name for column in columns if not column.required and column.name not in found]


def _missing(column: Column, free: Sequence[str], file: str, line: int) -> Problem:
    near = next((n for want in (column.name, *column.aliases) if (n := nearest(want, list(free), cutoff=0.6))), None)
    reason = text(f"column '{column.name}' is missing", f"'{column.name}' 열이 없습니다")
    remedy = (
        text(f"has it become '{near}'?", f"'{near}'(으)로 바뀌었습니까?")
        if near
        else text(
            f"the file has {_few(free)}: is it this format?", f"파일의 열: {_few(free)}. 이 형식의 파일이 맞습니까?"
        )
    )
    return Problem("missing-column", file, reason, remedy, line, column.name)


def _few(names: Sequence[str]) -> str:
    return ", ".join(f"'{name[:40]}'" for name in names[:8]) + (", ..." if len(names) > 8 else "") or "-"


def _repeated(header: Sequence[str], file: str, line: int) -> list[Problem]:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    return [
        Problem(
            "duplicate-column",
            file,
            text(f"column '{name}' stands twice", f"'{name}' 열이 두 번 있습니다"),
            text("keep one of them", "하나만 남기십시오"),
            line,
            name,
        )
        for name in twice
    ]
