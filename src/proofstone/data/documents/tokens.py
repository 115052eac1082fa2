"""HTML as a stream of tags and text, in time linear in its length.

`html.parser` of the standard library needs minutes for a page of 150 kB of unclosed tags
(measured: 344 s under Python 3.11.7), so an endless document could not be refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from proofstone.data.documents.characters import resolved

_NAME = re.compile(r"(/?)([A-Za-z][^\s/>]*+)")
_INNER = re.compile(r"(?:[^>=]++|=\s*+\"[^\"]*+\"|=\s*+'[^']*+'|=)*+>")
_ATTRIBUTE = re.compile(
    r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'<>`]++)))?+"
)
_RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes"})
_TEXT_ONLY = frozenset({"title", "textarea"})


@dataclass(frozen=True)
class Tag:
    """A tag; its name and those of its attributes are in lower case."""

    name: str
    closes: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


def tokens(source: str) -> Iterator[Tag | str]:
    """Yield the tags and the texts between them, character references resolved.

    Comments and declarations are left out, and so is the content of scripts and styles. A `<` that
    begins no tag, or one that never ends, is text (HTML Living Standard, section 13.2.5).
    """
    at, endless = 0, set[str]()
    text: list[str] = []
    while (start := source.find("<", at)) >= 0:
        text.append(source[at:start])
        name = None if ">" in endless else _NAME.match(source, start + 1)
        end = _end(source, start, name, endless)
        if end < 0:
            text.append("<")
            at = start + 1
            continue
        at = end
        if name:
            tag = _tag(name, source[name.end() : end - 1])
            yield from _texts(text)
            yield tag
            content, at = _content(source, tag, at, endless)
            text.append(content)
    text.append(source[at:])
    yield from _texts(text)


def _end(source: str, start: int, name: re.Match[str] | None, endless: set[str]) -> int:
    """Where the tag, comment or declaration at `start` ends; -1 where it is none.

    `endless` collects what is known not to occur any more, so that nothing is searched for twice.
    """
    if name is None and not source.startswith(("<!", "<?"), start):
        return -1
    mark = "-->" if source.startswith("<!--", start) else ">"
    if mark in endless:
        return -1
    if name:
        found = _INNER.match(source, name.end())
        end = found.end() if found else -1
    else:
        closing = source.find(mark, start + 2)
        end = closing + len(mark) if closing >= 0 else -1
    if end < 0:
        endless.add(mark)
    return end


def _texts(parts: list[str]) -> Iterator[str]:
    """The text gathered in `parts`, which is emptied, if there is any."""
    text = "".join(parts)
    parts.clear()
    if text:
        yield resolved(text)


def _tag(name: re.Match[str], inner: str) -> Tag:
    if name[1]:
        return Tag(name[2].lower(), closes=True)
    attributes: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(inner):
        value = found[2] or found[3] or found[4] or ""
        attributes.setdefault(found[1].lower(), resolved(value))
    return Tag(name[2].lower(), attributes=attributes)


def _content(source: str, tag: Tag, at: int, endless: set[str]) -> tuple[str, int]:
    """The text in an element that holds no tags, and where it ends; nothing of other elements."""
    name = tag.name
    if tag.closes or name not in _RAW | _TEXT_ONLY or name in endless:
        return "", at
    ending = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(source, at)
    if ending is None:
        endless.add(name)
        return "", at if name in _TEXT_ONLY else len(source)
    return source[at : ending.start()] if name in _TEXT_ONLY else "", ending.start()
