"""The elements of an HTML page, turned into headings, paragraphs and rows."""

from __future__ import annotations

import re

from proofstone.data.documents.outline import Outline
from proofstone.data.documents.tables import Grid, table_lines
from proofstone.data.documents.tokens import Tag
from proofstone.models.text.language import HAN

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd"}
    | {"details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"}
    | {"footer", "form", "head", "header", "hr", "html", "legend", "li", "main", "menu", "ol"}
    | {"optgroup", "option", "p", "section", "select", "summary", "textarea", "ul"}
)
_ENDS_HEADING = frozenset({"p", "ul", "ol", "dl", "pre", "table", "section", "article", "main"})
_BROKEN = re.compile(rf"(?<=[{HAN}\u3001-\u303f\uff01-\uff60])[^\S\n]*+\n\s*+(?=[{HAN}])")
_DEEPEST = 20
_SPACES = re.compile(r"\s+")


class _Table:
    """A table that is being read; `header` until a row shows a cell that is none."""

    def __init__(self) -> None:
        self.grid = Grid()
        self.header = True
        self.cell: list[str] | None = None
        self.spans = (1, 1)


class Page:
    """Takes the tags and texts of a page in order; `title` is the one in its head."""

    def __init__(self, outline: Outline) -> None:
        self.title = ""
        self._outline = outline
        self._text: list[str] = []
        self._tables: list[_Table] = []
        self._level = 0
        self._anchor = ""
        self._item = False
        self._preformatted = 0
        self._in_title = False

    def take(self, token: Tag | str) -> None:
        """Take the next tag or text."""
        if isinstance(token, str):
            self._write(token)
        elif token.closes:
            self._close(token.name)
        else:
            self._open(token)

    def close(self) -> None:
        """End what the page left open."""
        self._flush()
        while self._tables:
            self._end_table()

    def _write(self, text: str) -> None:
        if self._in_title:
            self.title += text
        elif self._preformatted:
            self._text.append(text)
        else:
            self._text.append(_SPACES.sub(" ", _BROKEN.sub("", text)))

    def _open(self, tag: Tag) -> None:
        name, of = tag.name, tag.attributes
        if self._level and (name in _ENDS_HEADING or name in _HEADINGS):
            self._flush()
        if name in _HEADINGS and not self._tables:
            self._flush()
            self._level = _HEADINGS[name]
            self._anchor = of.get("id", self._anchor)
        elif name == "br":
            self._text.append("\n")
        elif name == "img":
            self._text.append(of.get("alt", ""))
        elif name == "a" and (self._level or not self._text):
            self._anchor = self._anchor or of.get("id", of.get("name", ""))
        elif name == "title":
            self._in_title = not self.title
        elif name == "pre":
            self._flush()
            self._preformatted += 1
        elif name in {"table", "tr", "td", "th"}:
            self._open_table(tag)
        elif name in _BLOCKS:
            self._block()
            self._item = self._item or name == "li"
            if name == "section":
                self._anchor = of.get("id", "")

    def _close(self, name: str) -> None:
        if name == "title":
            self._in_title = False
        elif name == "pre":
            self._flush()
            self._preformatted = max(0, self._preformatted - 1)
        elif name in _HEADINGS:
            self._flush()
        elif name == "table":
            self._flush()
            if self._tables:
                self._end_table()
        elif name in {"td", "th", "tr"}:
            self._flush()
            self._end_cell()
        elif name in _BLOCKS:
            self._block()
            self._item = self._item and name != "li"

    def _block(self) -> None:
        """A block begins or ends; within a heading that only parts words."""
        if self._level:
            self._text.append(" ")
        else:
            self._flush()

    def _flush(self) -> None:
        """Hand on the text gathered so far, to the cell, heading or paragraph that it is in."""
        text, level = "".join(self._text), self._level
        self._text, self._level = [], 0
        if not text.strip():
            return
        if self._tables and self._tables[-1].cell is not None:
            self._tables[-1].cell.append(text)
        elif level:
            self._outline.heading(level, text, self._anchor)
        elif self._preformatted:
            self._outline.verbatim(text)
        else:
            self._outline.paragraph(f"- {text.strip()}" if self._item else text, tight=self._item)
        self._item, self._anchor = False, ""

    def _open_table(self, tag: Tag) -> None:
        self._flush()
        if tag.name == "table":
            if len(self._tables) < _DEEPEST:  # each level copies the text of those within it
                self._tables.append(_Table())
            return
        if not self._tables:
            return
        self._end_cell()
        table = self._tables[-1]
        if tag.name == "tr":
            table.grid.row()
            return
        if not table.grid.rows:
            table.grid.row()
        if len(table.grid.rows) == 1 and tag.name == "td":
            table.header = False
        table.cell = []
        table.spans = _number(tag, "colspan"), _number(tag, "rowspan")

    def _end_cell(self) -> None:
        if self._tables and (cell := self._tables[-1].cell) is not None:
            table = self._tables[-1]
            columns, rows = table.spans
            table.grid.cell(" ".join(" ".join(cell).split()), columns=columns, rows=rows)
            table.cell = None

    def _end_table(self) -> None:
        self._end_cell()
        table = self._tables.pop()
        rows = [row for row in table.grid.rows if any(row)]
        lines = table_lines(rows, header=table.header and len(rows) > 1)
        if self._tables and (outer := self._tables[-1].cell) is not None:
            outer.extend(lines)
        else:
            self._outline.rows(lines)


def _number(tag: Tag, attribute: str) -> int:
    """A count that a tag states, one where it states none."""
    stated = tag.attributes.get(attribute, "").strip()
    return int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 5 else 1
