import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "methods" / "opinion.md"


def test_the_example_of_the_reference_page_runs_and_says_what_its_comments_say():
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict = {}
    exec(code[1], names)  # noqa: S102 our own page
    found = names["found"]
    assert len(found.groups.sizes) == 2
    assert {f.statement for f in found.representative[0]} <= set(range(8))
    assert {f.statement for f in found.consensus.agree} <= set(range(8, 20))
    assert names["chance"].p_value == 0.05
