"""An area's way through the cycle: a cell a stage, heavy where it has been, a ring where it is."""

from __future__ import annotations

from collections.abc import Sequence


def cell(index: int, now: int, done: Sequence[bool]) -> str:
    """The drawing of one stage of a row."""
    way = '<line class="{}" x1="{}" x2="{}" y1="14" y2="14"/>'
    before = way.format("been" if index <= now else "togo", 0 if index else 12, 12)
    after = way.format("been" if index < now else "togo", 12, 400)
    if index == now:
        mark = '<circle class="here" cx="12" cy="14" r="10"/><circle class="hole" cx="12" cy="14" r="4"/>'
    elif done[index]:
        mark = '<circle class="ink" cx="12" cy="14" r="6"/>'
    else:
        mark = '<circle class="open" cx="12" cy="14" r="5"/>'
    return f'<svg height="28" aria-hidden="true">{before}{after}{mark}</svg>'
