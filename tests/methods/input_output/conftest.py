"""Tables that several tests share."""

from __future__ import annotations

import pytest

from majung.methods.input_output import Table, io_table


@pytest.fixture
def miller_blair() -> Table:
    """Miller & Blair (2009), §2.3: two sectors, value added 650 and 1400."""
    return io_table(("1", "2"), [[150, 500], [200, 100]], [1000, 2000], [650, 1400])
