"""Build the reference pages: every Markdown file of docs and the README as HTML in docs/_site, with working links."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import reference
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
SITE = ROOT / "docs" / "_site"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Majung</title><link rel="stylesheet" href="{up}docs.css"></head>
<body><nav><a href="{up}README.html">Majung</a>{links}</nav><main>{body}</main></body></html>
"""


def main() -> None:
    """Write the site; end with an error that names each link that leads nowhere."""
    reference.write()
    shutil.rmtree(SITE, ignore_errors=True)
    top = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    pages = [*top, *sorted((ROOT / "docs").rglob("*.md"))]
    renderer = MarkdownIt("commonmark").enable("table")
    broken = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target} is not there")
        place = SITE / page.relative_to(ROOT).with_suffix(".html")
        place.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * len(page.relative_to(ROOT).parent.parts)
        body = re.sub(r'href="(?!https?:)([^"]+)\.md', r'href="\1.html', renderer.render(text))
        title = next((line.lstrip("# ") for line in text.splitlines() if line.startswith("# ")), page.stem)
        links = "".join(
            f'<a href="{up}{_html(other)}">{other.stem.replace("_", " ")}</a>'
            for other in pages
            if other.parent.name in ("methods", "taskforce") or other.parent.name == "docs"
        )
        place.write_text(PAGE.format(title=title, up=up, links=links, body=body), encoding="utf-8")
    shutil.copy(ROOT / "docs" / "docs.css", SITE)
    shutil.copy(ROOT / "src/majung/publishing/fonts/PretendardVariable.woff2", SITE)
    for folder in ("docs/img", "docs/methods/img"):
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, SITE / folder)
    if broken:
        sys.exit("\n".join(broken))
    print(f"{len(pages)} pages in {SITE.relative_to(ROOT)}; open README.html there")


def _html(page: Path) -> str:
    return page.relative_to(ROOT).with_suffix(".html").as_posix()


if __name__ == "__main__":
    main()
