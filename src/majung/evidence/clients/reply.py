"""What a client gives back, and the reading of a JSON answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from majung.evidence.clients.cache import Answer
from majung.evidence.clients.failures import BadAnswerError
from majung.evidence.problems import Text, text


@dataclass(frozen=True)
class Reply:
    """answers: all that was fetched, in order. suffix: of the raw file. records: None where not counted. edition: as
    the source names it, or ""."""

    answers: tuple[Answer, ...]
    suffix: str
    records: int | None
    notes: tuple[Text, ...] = ()
    edition: str = ""


def json_of(place: Path) -> Any:
    """The JSON value of a file. Raises BadAnswerError if it is not JSON, or nested too deep to be an answer."""
    try:
        return json.loads(place.read_bytes())
    except (ValueError, RecursionError):
        raise BadAnswerError(text("sent JSON that is cut short or broken", "잘리거나 깨진 JSON을 보냈습니다")) from None
