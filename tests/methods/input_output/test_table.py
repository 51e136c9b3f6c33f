import numpy as np
import pytest

from majung.methods.input_output import io_table, proportional_imports
from majung.methods.labelled import InputError

Z = [[150.0, 500.0], [200.0, 100.0]]


def test_keeps_what_was_given() -> None:
    table = io_table(["a", "b"], Z, [1000, 2000], [600, 1300], imports=[[10, 20], [30, 40]], other=[10, 40])
    assert table.sectors == ("a", "b")
    assert table.domestic.tolist() == Z
    assert table.imports is not None
    assert table.imports.tolist() == [[10, 20], [30, 40]]
    assert table.output.tolist() == [1000, 2000]
    assert table.zero_output == ()


def test_sectors_without_output_are_named() -> None:
    table = io_table(["a", "idle"], [[1, 0], [0, 0]], [3, 0], [2, 0])
    assert table.zero_output == ("idle",)


def test_is_read_only_and_leaves_the_input_writable() -> None:
    z = np.array(Z)
    table = io_table(["a", "b"], z, [1000, 2000], [650, 1400])
    with pytest.raises(ValueError, match="read-only"):
        table.domestic[0, 0] = 1
    assert z.flags.writeable


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sectors": []}, "no sectors"),
        ({"sectors": ["a", "a"]}, "duplicate sector 'a'"),
        ({"sectors": ["a", "b", "c"]}, "shape"),
        ({"domestic": [[1.0, 2.0, 3.0]]}, r"domestic has shape \(1, 3\)"),
        ({"domestic": [[1, np.nan], [3, 4]]}, "domestic from 'a' to 'b' is nan"),
        ({"domestic": [[1, np.inf], [3, -np.inf]]}, "domestic from 'a' to 'b' is inf"),
        ({"domestic": [[1, 2], [-3, 4]]}, r"domestic from 'b' to 'a' is negative \(-3\).*allow_negative_flows"),
        ({"imports": [[1, 2], [-3, 4]]}, "imports from 'b' to 'a' is negative"),
        ({"output": [1, -2]}, "output of sector 'b' is negative"),
        ({"output": [1, np.nan]}, "output of sector 'b' is nan"),
        ({"output": [1000, 0]}, "'b' has zero output but pays 2000"),
        ({"value_added": [1]}, r"value_added has shape \(1,\)"),
        ({"other": [np.nan, 1]}, "other of sector 'a' is nan"),
    ],
)
def test_refuses_by_name(change: dict[str, object], message: str) -> None:
    given = {"sectors": ["a", "b"], "domestic": Z, "output": [1000, 2000], "value_added": [650, 1400]} | change
    with pytest.raises(InputError, match=message):
        io_table(**given)  # type: ignore[arg-type]


def test_negative_flows_on_request() -> None:
    table = io_table(["a", "b"], [[1, 2], [-3, 4]], [10, 20], [12, 14], allow_negative_flows=True)
    assert table.domestic[1, 0] == -3


def test_proportional_imports_by_hand() -> None:
    """Product a: 20 imported of 100 - 20 + 20 for domestic use, so a fifth of every use; product b: none."""
    domestic, imported = proportional_imports(
        ["a", "b"], [[10, 30], [5, 5]], imports=[20, 0], output=[100, 50], exports=[20, 0]
    )
    assert imported == pytest.approx(np.array([[2, 6], [0, 0]]))
    assert domestic == pytest.approx(np.array([[8, 24], [5, 5]]))


@pytest.mark.parametrize(("imports", "exports"), [(20, 120), (-1, 0), (5, 105)])
def test_proportional_imports_refuses_impossible_shares(imports: float, exports: float) -> None:
    with pytest.raises(InputError, match=r"imports of 'a'.*re-exports"):
        proportional_imports(["a"], [[10]], imports=[imports], output=[100], exports=[exports])
