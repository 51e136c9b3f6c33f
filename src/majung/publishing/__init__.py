"""Documents and charts from a run: strategy paper in HTML and PDF, Korean and English.

`write_paper(run, folder)` writes the paper; `charts` draws single pictures (SVG) for pages, papers and notebooks.
May import `majung.runs` and below.
"""

from majung.publishing import charts
from majung.publishing.paper import build, write_paper

__all__ = ["build", "charts", "write_paper"]
