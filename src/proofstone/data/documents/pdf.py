"""PDF: the text of its pages, each a section that `#page=` links to (RFC 8118, 2017)."""

from __future__ import annotations

import io
import logging
import re
from typing import Any

from proofstone.core.errors import DataError, MissingExtra
from proofstone.core.extras import need
from proofstone.data.documents.bounds import check_characters, endless
from proofstone.data.documents.characters import clean, unwrapped
from proofstone.data.documents.document import Document
from proofstone.data.documents.outline import Outline, stem
from proofstone.models.text.language import language_of

_MOST_PAGES = 5_000
_UNREADABLE = 0.3
_NO_TITLE = re.compile(r"untitled|microsoft (?:word|powerpoint) - .*|.*\.\w{2,4}", re.IGNORECASE)

logging.getLogger("pypdf").addHandler(logging.NullHandler())  # what it mends is no news


def read_pdf(data: bytes, name: str) -> Document:
    """Return the document in `data`; a page without text is left out.

    Not covered: pictures of text beside real text, the order of columns and tables that the file
    does not tell, running heads, text that is invisible by its colour.

    Raises:
        DataError: it is damaged, protected, endless, or has no text that can be told.
        MissingExtra: pypdf is not installed.
    """
    try:
        title, pages = _pages(data, name)
    except (DataError, MissingExtra):
        raise
    except Exception as error:  # a damaged file fails in any way: see the note in pypdf.errors
        raise DataError(
            f"{name}: not a whole PDF file: {type(error).__name__}",
            hint="it is damaged or cut short: export it again",
        ) from error
    _legible("".join(pages), name)
    outline = Outline(name)
    chinese = language_of("".join(pages)) == "zh"
    for number, text in enumerate(pages, 1):
        if text.strip():
            heading = f"第 {number} 页" if chinese else f"page {number}"
            outline.heading(1, heading, f"page={number}")
            outline.paragraph(unwrapped(text))
    return outline.document("pdf", title or stem(name))


def _pages(data: bytes, name: str) -> tuple[str, list[str]]:
    pypdf = need("pypdf", "text")
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise DataError(
            f"{name}: protected by a password", hint="save it without one, then add it again"
        )
    if len(reader.pages) > _MOST_PAGES:
        raise endless(name, f"more than {_MOST_PAGES:,} pages")
    pages: list[str] = []
    count = 0
    for page in reader.pages:
        pages.append(clean(page.extract_text()))
        count += len(pages[-1])
        check_characters(count, name)
    return _title(reader.metadata), pages


def _title(metadata: Any) -> str:
    """The title that the file states of itself, unless a program made it up."""
    stated = clean(str((metadata or {}).get("/Title") or "")).strip()
    return "" if _NO_TITLE.fullmatch(stated) else stated


def _legible(text: str, name: str) -> None:
    if not any(character.isalnum() for character in text):
        raise DataError(
            f"{name}: a PDF without text: it seems scanned",
            hint="run text recognition (OCR) on it first, then add it again",
        )
    if text.count("\ufffd") > _UNREADABLE * len(text):
        raise DataError(
            f"{name}: the fonts of this PDF do not tell which letters they draw",
            hint="export it again from its source, or run text recognition (OCR) on it",
        )
