"""A programme folder, read and checked: areas, criteria with fixed scales, industry definitions, core projects, budgets.

May import `majung.evidence` and below.
"""
