"""The reference page's examples run and print what the page says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "methods" / "input_output.md"


def test_examples_of_the_reference_page() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) > 5
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(verbose=False)
    for block in blocks:
        plain, prompt, session = block.partition(">>> ")
        exec(plain, names)  # noqa: S102
        example = doctest.DocTestParser().get_doctest(prompt + session, names, PAGE.name, None, None)
        runner.run(example, clear_globs=False)
        names = example.globs
    assert runner.summarize().failed == 0
