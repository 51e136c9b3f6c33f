"""A page on paper: printed by the browser as a reader would, read back, and looked over in the print medium."""

from __future__ import annotations

import io
import re
from typing import Any

from pypdf import PdfReader

A4 = {False: (794, 680), True: (1123, 1017)}
"""Across or upright -> width of the sheet, by which rules for widths are chosen, and of its type area, in pixels."""
LEAST = 40
"""Characters on a sheet, its foot left out, below which it counts as blank."""

LOOK = """(width) => {
  document.documentElement.style.width = `${width}px`;
  const seen = (e) => e.checkVisibility({visibilityProperty: true}) && !e.closest(".vh, .wm");
  const named = (e) => e.tagName.toLowerCase() + (e.getAttribute("class") ? "." + e.getAttribute("class") : "");
  const found = [];
  for (const e of document.querySelectorAll("nav, button, input[type=range], .ctl, .acts"))
    if (seen(e)) found.push(`${named(e)} is of no use on paper`);
  for (const e of document.querySelectorAll("main *:not(svg *)"))
    if (seen(e) && e.getBoundingClientRect().right > width + 1) found.push(`${named(e)} is wider than the sheet`);
  for (const e of document.querySelectorAll("th, td, dd, p, h1, h2, h3"))
    if (seen(e) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline")
      found.push(`${named(e)} runs over: ${e.textContent.trim().slice(0, 60)}`);
  for (const e of document.querySelectorAll(".behind table"))
    if (!seen(e)) found.push("the table behind a picture is folded");
  if (getComputedStyle(document.body).backgroundColor !== "rgb(255, 255, 255)") found.push("the sheet is not white");
  return [...new Set(found)];
}"""


def wrong_on_paper(page: Any, *, most: int, across: bool = False, marked: str = "") -> list[str]:
    """What is wrong with the printed sheets of an open page, in words, and with their layout.

    most: sheets that it may fill. across: landscape. marked: what each sheet must bear.

    A browser decides once how a page's sheets lie: it takes a fresh page for each address.
    """
    title = _plain(page.locator("h1").inner_text())
    foot = _plain(page.get_attribute("html", "data-sheet"))
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    texts = [_plain(sheet.extract_text()) for sheet in reader.pages]
    found = [] if title in texts[0] else [f"the heading is not on the first sheet: {texts[0][:200]}"]
    if len(texts) > most:
        found.append(f"{len(texts)} sheets, expected {most} at most")
    for k, (sheet, text) in enumerate(zip(reader.pages, texts, strict=True), 1):
        if (sheet.mediabox.width > sheet.mediabox.height) != across:
            found.append(f"sheet {k} lies the wrong way")
        if foot not in text or f"{k}/{len(texts)}" not in text:
            found.append(f"sheet {k} does not say what it is a sheet of: {text[-200:]}")
        if len(text.replace(foot, "").replace(marked, "")) < LEAST:
            found.append(f"sheet {k} is nearly blank: {text}")
        if marked not in text:
            found.append(f"sheet {k} does not bear {marked}")
    return found + wrong_laid_out(page, across=across)


def wrong_laid_out(page: Any, *, across: bool = False) -> list[str]:
    """What is wrong with an open page as it is laid out for paper, in words: much quicker than printing it."""
    page.emulate_media(media="print")
    wide, area = A4[across]
    page.set_viewport_size({"width": wide, "height": 1000})
    return list(page.evaluate(LOOK, area))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)
