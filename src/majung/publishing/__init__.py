"""Documents and charts from a run: strategy paper in HTML and PDF, Korean and English.

`write_paper(run, folder)` writes the paper; `pictures(run)` gives its pictures to a
notebook; `charts` draws single ones (SVG) from words and numbers.
May import `majung.runs` and below.
"""

from majung.publishing import charts
from majung.publishing.paper import build, write_paper
from majung.publishing.pictures import Drawing, pictures

__all__ = ["Drawing", "build", "charts", "pictures", "write_paper"]
