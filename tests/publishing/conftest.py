"""One illustrative paper for all tests of a session: it takes seconds to set."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from illustrative import IllustrativeRun, illustrative_run


@pytest.fixture(scope="session")
def run() -> IllustrativeRun:
    return illustrative_run()


@pytest.fixture(scope="session")
def paper_folder(run: IllustrativeRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("typst", reason="the PDF needs the extra `documents`")
    from majung.publishing import write_paper

    folder = tmp_path_factory.mktemp("run") / "paper"
    write_paper(run, folder)  # type: ignore[arg-type]
    return folder
