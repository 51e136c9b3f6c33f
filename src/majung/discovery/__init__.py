"""Which industries: indicators by the four criteria, assessments on fixed scales, ranking with its uncertainty.

May import `majung.programme` and below.
"""

from majung.discovery.discover import KEYS, Discovery, discover

__all__ = ["KEYS", "Discovery", "discover"]
