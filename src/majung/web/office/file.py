"""A document as a file to download."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.http import Http404, HttpResponse

from majung.publishing.office import MEDIA_TYPES, RENDERERS, Document

LONGEST = 120
"""Characters of a title that become part of a file's name."""


def sent(document: Document, name: str, end: str) -> HttpResponse:
    """The file, named `name` in ASCII and by the document's title for who reads names of RFC 5987. Raises Http404 for
    an end that is no format."""
    if end not in RENDERERS:
        raise Http404
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-.")
    title = re.sub(r"[\W_]+", " ", document.title).strip()[:LONGEST] or plain
    disposition = f"attachment; filename=\"{plain}.{end}\"; filename*=UTF-8''{quote(f'{title}.{end}', safe='')}"
    return HttpResponse(
        RENDERERS[end](document),
        content_type=MEDIA_TYPES[end],
        headers={"Content-Disposition": disposition, "Content-Language": document.language},
    )
