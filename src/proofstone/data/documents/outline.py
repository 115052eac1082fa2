"""A document in the making: headings and blocks come in, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from proofstone.core.errors import DataError
from proofstone.data.documents.anchors import Anchors
from proofstone.data.documents.bounds import MOST_SECTIONS, check_characters, endless
from proofstone.data.documents.characters import clean, tidy
from proofstone.data.documents.document import Document, Section
from proofstone.data.documents.formats import FORMATS, Format
from proofstone.models.text.language import language_of

_LONGEST_HEADING = 200
_ANCHOR = re.compile(r"[^\s#]{1,200}")


def stem(name: str) -> str:
    """Return the last part of a document's name, without the ending of a format.

    >>> stem("docs/guide.md"), stem("docs/release-1.2")
    ('guide', 'release-1.2')
    """
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in FORMATS else path.name


@dataclass
class _Open:
    """A section that blocks are added to; `tight` says that the last one may go on a line.

    `own` says that the document itself gave the anchor.
    """

    anchor: str = ""
    own: bool = False
    headings: tuple[str, ...] = ()
    parts: list[str] = field(default_factory=list)
    tight: bool = False


class Outline:
    """Collects what a reader sees; `name` is the document's, for messages too."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._sections = [_Open()]
        self._path: list[tuple[int, str]] = []
        self._anchors = Anchors()
        self._title: tuple[int, str] | None = None
        self._characters = 0

    @property
    def titled(self) -> bool:
        """Whether a heading has been added, which can name the document."""
        return self._title is not None

    def heading(self, level: int, text: str, anchor: str = "") -> None:
        """Begin a section; `anchor` is the one that the document itself gives to it.

        A heading that is longer than any real one (200 characters) is a paragraph.
        """
        text = " ".join(tidy(text).split())
        if len(text) > _LONGEST_HEADING or not text:
            self.paragraph(text)
            return
        self._count(text)
        if len(self._sections) > MOST_SECTIONS:
            raise endless(self._name, f"more than {MOST_SECTIONS:,} headings")
        anchor = clean(anchor)
        given = _ANCHOR.fullmatch(anchor) is not None
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, text))
        if self._title is None or level < self._title[0]:
            self._title = level, text
        headings = tuple(heading for _, heading in self._path)
        self._sections.append(_Open(self._anchor(text, anchor if given else ""), given, headings))

    def _anchor(self, text: str, own: str) -> str:
        """The anchor of a heading; one made from a heading makes way for one that is given."""
        if not own:
            return self._anchors.of(text)
        found = self._anchors.once(own)
        for section in self._sections:
            if section.anchor == own and not section.own:
                section.anchor, found = found, own
        return found

    def paragraph(self, text: str, *, tight: bool = False) -> None:
        """Add flowing text; `tight` ones, such as items of a list, stand on lines of their own."""
        self._add(tidy(text), tight=tight)

    def rows(self, lines: Iterable[str]) -> None:
        """Add the rows of a table, which stand together."""
        self._sections[-1].tight = False
        for line in lines:
            self.paragraph(" ".join(line.split()), tight=True)
        self._sections[-1].tight = False

    def verbatim(self, text: str) -> None:
        """Add text whose spaces and line ends mean something, such as code."""
        lines = [line.rstrip() for line in clean(text).split("\n")]
        self._add("\n".join(lines).strip("\n"), tight=False)

    def document(self, kind: Format, title: str = "") -> Document:
        """Return what has been collected.

        `title` goes before the first of the highest headings, and that before the file's name.

        Raises:
            DataError: there is no text.
        """
        sections = tuple(self._closed())
        if not sections:
            raise DataError(
                f"{self._name}: holds no text", hint="leave it out, or look at what wrote it"
            )
        text = "\n\n".join(section.text for section in sections)
        first = self._title[1] if self._title else stem(self._name)
        return Document(
            self._name,
            " ".join(tidy(title).split())[:_LONGEST_HEADING] or first,
            language_of(text),
            sections,
            kind,
            sum(len(section.text) for section in sections),
        )

    def _count(self, text: str) -> None:
        self._characters += len(text)
        check_characters(self._characters, self._name)

    def _add(self, text: str, *, tight: bool) -> None:
        if not text:
            return
        self._count(text)
        section = self._sections[-1]
        if section.parts:
            section.parts.append("\n" if tight and section.tight else "\n\n")
        section.parts.append(text)
        section.tight = tight

    def _closed(self) -> Iterable[Section]:
        """The sections with text; a heading with nothing under it is a text itself."""
        following = [*(one.headings for one in self._sections[1:]), ()]
        for one, after in zip(self._sections, following, strict=True):
            depth = len(one.headings)
            led_on = len(after) > depth and after[:depth] == one.headings
            if one.parts or (one.headings and not led_on):
                yield Section(one.anchor, one.headings, "".join(one.parts) or one.headings[-1])
