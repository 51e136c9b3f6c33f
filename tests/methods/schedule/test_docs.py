import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "methods" / "schedule.md"


def test_the_example_of_the_reference_page_runs_and_says_what_its_comments_say():
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict = {}
    exec(code[1], names)  # noqa: S102 our own page
    changes = [[(c.kind, c.group, abs(c.amount)) for c in r.changes] for r in names["answer"].relaxations]
    assert changes == [[("gap", "chips", 2)], [("meeting", "chips", 1)], [("window", "chips", 2)]]
    assert (names["plan"].status, names["plan"].value, names["plan"].bound) == ("optimal", 47, 47)
    assert [d.day for d in names["window"]] == [10, 20]
