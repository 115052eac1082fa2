"""Plain text: one section, its lines as they stand."""

from __future__ import annotations

from proofstone.data.documents.characters import clean, unwrapped
from proofstone.data.documents.document import Document
from proofstone.data.documents.outline import Outline

_LONGEST_TITLE = 80


def read_plain(text: str, name: str) -> Document:
    """Return the document in `text`.

    Its title is its first line, where that is short and a blank line follows.

    Raises:
        DataError: it has no text, or too much.
    """
    outline = Outline(name)
    outline.paragraph(unwrapped(text))
    return outline.document("plain", _title(clean(text)))


def _title(text: str) -> str:
    first, _, rest = text.strip().partition("\n")
    is_title = len(first) <= _LONGEST_TITLE and rest[:1] == "\n"
    return first if is_title else ""
