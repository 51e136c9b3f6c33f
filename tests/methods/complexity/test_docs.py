import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "methods" / "complexity.md"


def test_the_example_of_the_reference_page_runs_and_says_what_its_comments_say():
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict = {}
    exec(code[1], names)  # noqa: S102 our own page
    assert names["dropped"].rows == ("NRU",)
    assert names["ratio"][0, 3] == pytest.approx(1.60, abs=0.005)
    assert (names["low"][3, 4], names["high"][3, 4]) == pytest.approx((0, 1.18), abs=0.005)
    assert 100 < names["sure"].refused < 150
