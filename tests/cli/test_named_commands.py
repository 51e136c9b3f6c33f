"""Commands that documents and pages name exist, with the options that they name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from majung.cli.app import app

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"(?<![\w./-])majung ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)([^`\"'\n|#]*)")
"""`majung programme load FOLDER --apply`: one or two words, then the rest up to the end of the code."""


def commands_named(text: str) -> list[tuple[str, str]]:
    """(the one or two words after `majung`, the rest of the line), a line that ends in a backslash with the next."""
    return COMMAND.findall(text.replace("\\\n", " "))


FILES = [
    file
    for pattern in ("*.md", "docs/**/*.md", "programmes/**/*.md", "src/**/*.toml", "src/**/*.html")
    for file in sorted(ROOT.glob(pattern))
    if commands_named(file.read_text("utf-8"))
]


def resolved(words: list[str]) -> Any:
    """The command that the words lead to. Raises KeyError for one that is not there."""
    command: Any = typer.main.get_command(app)
    for word in words:
        if not hasattr(command, "commands"):
            break
        command = command.commands[word]
    return command


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_command_named_is_there_with_its_options(file: Path) -> None:
    for words, rest in commands_named(file.read_text("utf-8")):
        command = resolved(words.split())
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        if words.split()[0] not in ("do", "ask"):  # their further options are the operation's own
            assert set(re.findall(r"(?<!\S)--[a-z-]+", rest)) <= known | {"--help"}, f"{file}: majung {words}{rest}"


def test_a_command_that_is_not_there_is_found_out() -> None:
    assert commands_named("use `majung run --fast` now") == [("run", " --fast")]
    with pytest.raises(KeyError):
        resolved(["run"])
