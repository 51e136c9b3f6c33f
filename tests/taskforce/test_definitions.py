"""Other weights and budgets go into programme.toml, and nothing else of it changes."""

from __future__ import annotations

import pytest

from majung.methods.labelled import InputError
from majung.taskforce.definitions import with_budgets, with_weights


def test_weights_go_into_the_file_and_nothing_else_changes() -> None:
    toml = (
        '[[criteria]]\nid = "a"\nweight = 0.4\nlow=0.1\nhigh = 0.5\n\n[[criteria.indicators]]\nid = "x"\nweight = 1\n'
    )
    new = [{"id": "a", "weight": 0.25, "low": 0.2, "high": 0.3}]
    changed = with_weights(toml, new)
    assert changed == toml.replace("0.4", "0.25").replace("low=0.1", "low = 0.2").replace("0.5", "0.3")
    with pytest.raises(InputError, match="criteria are a"):
        with_weights(toml, [{**new[0], "id": "b"}])
    with pytest.raises(InputError, match="lines of their own"):
        with_weights('criteria = [{ id = "a", weight = 0.4, low = 0.1, high = 0.5 }]\n', new)


TOML = """[[criteria]]
amounts = "not these"

[budgets]
years = [2021, 2022]
amounts = [100, 200]
low = [80, 150]  # defended
estimate = true
"""


def test_budgets_go_into_the_file_with_their_intervals() -> None:
    changed = with_budgets(TOML, {"2022": 100, "2021": 50.5})
    assert changed == TOML.replace("[100, 200]", "[50.5, 100]").replace("[80, 150]  # defended", "[40.4, 75]")
    assert with_budgets(TOML.replace("  # defended", ""), {"2021": 100, "2022": 200}) == TOML.replace(
        "  # defended", ""
    )


def test_budgets_of_other_years_or_of_another_layout_are_refused() -> None:
    with pytest.raises(InputError, match="years are 2021, 2022"):
        with_budgets(TOML, {"2021": 1})
    with pytest.raises(InputError, match="one line"):
        with_budgets(TOML.replace("amounts = [100, 200]", "amounts = [\n100,\n200]"), {"2021": 1, "2022": 2})
