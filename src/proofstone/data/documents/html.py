"""HTML: the page that its reader sees; navigation, scripts and hidden elements are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from proofstone.data.documents.bounds import MOST_TAGS, endless
from proofstone.data.documents.characters import clean
from proofstone.data.documents.document import Document
from proofstone.data.documents.encoding import decoded
from proofstone.data.documents.outline import Outline
from proofstone.data.documents.page import Page
from proofstone.data.documents.tokens import Tag, tokens

_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_DECLARED_WITHIN = 4096
_DROPPED = frozenset({"nav", "template", "noscript", "svg", "object"})
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def read_html(data: bytes, name: str) -> Document:
    """Return the document in the page `data`.

    Its encoding is told by byte-order mark, UTF-8, its own declaration, or its letters. Left out
    are navigation, scripts, styles, and what the page's own marks hide; an element that is never
    closed is kept.

    Not covered: text that a style sheet, its colour or its size hides, or that a script puts in
    place.

    Raises:
        DataError: it has no text, or too much, or its encoding is not certain.
    """
    head = data[:_DECLARED_WITHIN]
    label = _CHARSET.search(head) or _XML.match(head)
    text = clean(decoded(data, name, label[1].decode("ascii", "ignore") if label else ""))
    stream = list(islice(tokens(text), MOST_TAGS + 1))
    if len(stream) > MOST_TAGS:
        raise endless(name, f"more than {MOST_TAGS:,} tags and texts")
    outline = Outline(name)
    page = Page(outline)
    for token in _shown(stream):
        page.take(token)
    page.close()
    return outline.document("html", "" if outline.titled else page.title)


def _shown(stream: Sequence[Tag | str]) -> Iterator[Tag | str]:
    """Yield what is not inside an element that a reader does not see."""
    closings = _closings(stream)
    at = 0
    while at < len(stream):
        token = stream[at]
        if isinstance(token, Tag) and at in closings and _is_dropped(token):
            at = closings[at]
        else:
            yield token
        at += 1


def _closings(stream: Sequence[Tag | str]) -> dict[int, int]:
    """Where each element that is closed ends, by where it begins."""
    begun: dict[str, list[int]] = {}
    found = {}
    for at, token in enumerate(stream):
        if isinstance(token, str):
            continue
        if not token.closes:
            begun.setdefault(token.name, []).append(at)
        elif begun.get(token.name):
            found[begun[token.name].pop()] = at
    return found


def _is_dropped(tag: Tag) -> bool:
    of = tag.attributes
    hidden = of.get("hidden", "until-found") != "until-found" or _UNSEEN.search(of.get("style", ""))
    return tag.name in _DROPPED or bool(hidden) or "headerlink" in of.get("class", "").split()
