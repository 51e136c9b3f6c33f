"""Build the reference pages: every Markdown file of docs and the README as HTML in docs/_site, with working links."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
SITE = ROOT / "docs" / "_site"

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Majung</title><link rel="stylesheet" href="{up}docs.css"></head>
<body><nav><a href="{up}README.html">Majung</a>{links}</nav><main>{body}</main></body></html>
"""

SHEET = """@font-face{font-family:"Pretendard";src:url("PretendardVariable.woff2") format("woff2");font-weight:45 920}
:root{color-scheme:light dark;--paper:#fff;--ink:#15191f;--ink-2:#434b55;--rule:#d7dbe0;--accent:#1b4f9c;--second:#f4f5f7}
@media (prefers-color-scheme:dark){:root{--paper:#101418;--ink:#edf0f3;--ink-2:#bcc4cd;--rule:#333b45;--accent:#8db8f5;
--second:#1a2027}}
*{box-sizing:border-box;font-variant-numeric:tabular-nums}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/28px "Pretendard",system-ui,sans-serif}
nav{display:flex;flex-wrap:wrap;gap:4px 20px;padding:12px 16px;border-bottom:1px solid var(--rule);font-size:14px}
main{max-width:760px;margin:0 auto;padding:32px 16px 72px}
h1,h2,h3{font-weight:650;line-height:1.35;text-wrap:balance}h1{font-size:32px}
h2{font-size:20px;border-top:2px solid;padding-top:12px;margin-top:56px}a{color:var(--accent);text-underline-offset:4px}img{max-width:100%;background:#fff}
pre{background:var(--second);padding:12px 16px;overflow-x:auto;font-size:13px;line-height:20px}code{font-size:.9em}
table{border-collapse:collapse;display:block;overflow-x:auto;font-size:14px;line-height:20px}
th,td{padding:8px 16px 8px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
blockquote{margin:0;padding-left:16px;border-left:3px solid var(--accent);color:var(--ink-2)}
"""


def main() -> None:
    """Write the site; end with an error that names each link that leads nowhere."""
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
            if other.parent.name == "methods" or other.stem == "evidence"
        )
        place.write_text(PAGE.format(title=title, up=up, links=links, body=body), encoding="utf-8")
    (SITE / "docs.css").write_text(SHEET, encoding="utf-8")
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
