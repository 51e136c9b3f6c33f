"""How rows are written: TOML arrays of tables, one value a line, the same text for the same rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from majung.taskforce.rules.clock import SEOUL


def table(name: str, row: Mapping[str, Any]) -> str:
    """`[[name]]` with the columns of a row in their order."""
    return f"[[{name}]]\n" + "".join(f"{key} = {written(value)}\n" for key, value in row.items())


def written(value: Any) -> str:
    """A value as TOML; data with a null inside, which TOML has not, as JSON in a text."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return str(int(value)) if value == value.to_integral_value() else f'"{value}"'
        case int() | float():
            return repr(value)
        case str():
            return _quoted(value)
        case datetime():
            local = value.astimezone(SEOUL)
            return local.date().isoformat() if local.time() == time() else local.isoformat()
        case date():
            return value.isoformat()
        case dict() | list() if _has_null(value):
            return f"{{ json = {_quoted(json.dumps(value, ensure_ascii=False, sort_keys=True))} }}"
        case dict():
            inside = ", ".join(f"{_key(key)} = {written(one)}" for key, one in sorted(value.items()))
            return f"{{ {inside} }}" if inside else "{}"
        case list():
            return f"[{', '.join(map(written, value))}]"
    raise TypeError(f"no TOML for {type(value).__name__}")


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    plain = key.replace("-", "").replace("_", "")
    return key if plain.isascii() and plain.isalnum() else _quoted(key)


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    if isinstance(value, list):
        return any(map(_has_null, value))
    return value is None
