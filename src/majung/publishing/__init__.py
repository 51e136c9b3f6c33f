"""Documents and charts from a run: strategy paper in HTML and PDF, Korean and English.

May import `majung.runs` and below.
"""
