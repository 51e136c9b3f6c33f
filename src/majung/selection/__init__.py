"""Which core projects: their value from the diagnosed gaps, the portfolio under budgets, and why each is in or out.

May import `majung.programme` and below.
"""

from majung.selection.select import KEYS, Selection, constraints, select

__all__ = ["KEYS", "Selection", "constraints", "select"]
