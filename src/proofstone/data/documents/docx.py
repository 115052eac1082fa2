"""DOCX: headings, paragraphs, lists, tables, notes and text boxes of a Word document."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from proofstone.core.errors import DataError, MissingExtra
from proofstone.core.extras import need
from proofstone.data.documents.document import Document
from proofstone.data.documents.outline import Outline
from proofstone.data.documents.tables import Grid, table_lines

MOST_UNPACKED = 64_000_000
_MOST_PARTS = 10_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FORMULA_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_WRAPPERS = {f"{_W}{one}" for one in ("sdt", "sdtContent", "ins", "moveTo", "customXml")}
_LEFT_OUT = {_FALLBACK, *(f"{_W}{one}" for one in ("del", "moveFrom", "pPr", "sdtPr", "rt"))}
_SIGNS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_TITLES = {"title", "标题"}
_OFF = {"0", "false", "off"}


def read_docx(data: bytes, name: str) -> Document:
    """Return the document in `data` (ECMA-376, 2021).

    Headings are told by outline level or by the name of their style. Left out are deleted and
    hidden text, comments, and what heads and foots every page.

    Not covered: text that is invisible by its colour, size or style; pictures of text.

    Raises:
        DataError: it is damaged, unpacks to more than 64 MB, or has no text, or too much.
        MissingExtra: python-docx is not installed.
    """
    _bounded(data, name)
    outline = Outline(name)
    try:
        opened = need("docx", "text").Document(io.BytesIO(data))
        _Reader(opened, outline).read()
        title = opened.core_properties.title or ""
    except (DataError, MissingExtra):
        raise
    except Exception as error:  # python-docx fails on a damaged file in any way
        raise _damaged(name, error) from error
    return outline.document("docx", "" if outline.titled else title)


def _bounded(data: bytes, name: str) -> None:
    """Refuse a file that would fill the memory, by the sizes that it states.

    They can be relied on: `zipfile` unpacks no more of a part than its stated size.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _damaged(name, error) from error
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise DataError(
            f"{name}: unpacks to more than {MOST_UNPACKED // 1_000_000} MB, or {_MOST_PARTS:,} "
            "parts: an endless document",
            hint="take the pictures out of it, or split it into documents of a chapter each",
        )


def _damaged(name: str, error: Exception) -> DataError:
    return DataError(
        f"{name}: not a whole Word document (.docx): {type(error).__name__}",
        hint="it is damaged or cut short: save it again as .docx",
    )


class _Reader:
    """Walks the XML of a document, which python-docx opens, without recursion."""

    def __init__(self, opened: Any, outline: Outline) -> None:
        self._body = opened.element.body
        self._outline = outline
        self._styles = {one.get(f"{_W}styleId"): one for one in opened.styles.element}
        self._notes: dict[tuple[str, str], str] = {}
        parse = need("docx.oxml", "text").parse_xml
        for relation in opened.part.rels.values():
            kind = relation.reltype.rsplit("/", 1)[-1]
            if kind in {"footnotes", "endnotes"} and not relation.is_external:
                for note in parse(relation.target_part.blob):
                    if note.get(f"{_W}type") is None:
                        key = f"{_W}{kind[:-1]}Reference", str(note.get(f"{_W}id"))
                        self._notes[key] = " ".join(self._text(note).split())

    def read(self) -> None:
        for block in _blocks(self._body):
            if block.tag == f"{_W}tbl":
                self._outline.rows(self._table(block))
                continue
            text = self._text(block)
            level = self._level(block)
            if level is not None:
                self._outline.heading(level, text)
            elif text.strip() and block.find(f"{_W}pPr/{_W}numPr") is not None:
                self._outline.paragraph(f"- {text.strip()}", tight=True)
            else:
                self._outline.paragraph(text)

    def _level(self, paragraph: Any) -> int | None:
        """The outline level of a heading, 0 that of the title; None for other paragraphs."""
        stated = _value(paragraph, "pPr/outlineLvl")
        style = self._styles.get(_value(paragraph, "pPr/pStyle"))
        seen: set[int] = set()
        while stated is None and style is not None and id(style) not in seen:
            seen.add(id(style))
            name = _value(style, "name") or ""
            if name.lower() in _TITLES:
                return 0
            if found := _HEADING.fullmatch(name):
                return int(found[1])
            stated = _value(style, "pPr/outlineLvl")
            style = self._styles.get(_value(style, "basedOn"))
        return int(stated) + 1 if stated is not None and stated in "012345678" else None

    def _text(self, top: Any) -> str:
        """What a reader sees of a paragraph, its notes in brackets where they are referred to."""
        parts: list[str] = []
        waiting = [top]
        while waiting:
            node = waiting.pop()
            tag = node.tag
            if tag in (f"{_W}t", _FORMULA_TEXT):
                parts.append(node.text or "")
            elif tag in _SIGNS:
                parts.append(_SIGNS[tag])
            elif note := self._notes.get((str(tag), str(node.get(f"{_W}id")))):
                parts.append(f" ({note})")
            elif tag not in _LEFT_OUT and not _is_hidden(node):
                if tag == f"{_W}p" and node is not top:
                    parts.append("\n")
                waiting.extend(reversed(node))
        return "".join(parts)

    def _table(self, table: Any) -> Iterator[str]:
        grid = Grid()
        named = False
        above: dict[int, str] = {}
        for row in _blocks(table, f"{_W}tr"):
            grid.row()
            named = named or (len(grid.rows) == 1 and _on(row, "trPr/tblHeader"))
            for cell in _blocks(row, f"{_W}tc"):
                at = len(grid.rows[-1])
                text = " ".join(self._text(cell).split())
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                if merge is not None and merge.get(f"{_W}val") != "restart":
                    text = text or above.get(at, "")
                above[at] = text
                grid.cell(text, columns=int(_value(cell, "tcPr/gridSpan") or 1))
        rows = [row for row in grid.rows if any(row)]
        wide = len(rows) > 1 and len(rows[0]) > 2
        return table_lines(rows, header=len(rows) > 1 and (named or wide))


def _blocks(parent: Any, *tags: str) -> Iterator[Any]:
    """Yield the `tags` in `parent` (paragraphs and tables), through what may wrap them."""
    wanted = tags or (f"{_W}p", f"{_W}tbl")
    waiting = list(reversed(parent))
    while waiting:
        node = waiting.pop()
        if node.tag in wanted:
            yield node
        elif node.tag in _WRAPPERS:
            waiting.extend(reversed(node))


def _value(node: Any, path: str) -> str | None:
    found = node.find("/".join(f"{_W}{one}" for one in path.split("/")))
    value: str | None = None if found is None else found.get(f"{_W}val")
    return value


def _on(node: Any, path: str) -> bool:
    found = node.find("/".join(f"{_W}{one}" for one in path.split("/")))
    return found is not None and found.get(f"{_W}val") not in _OFF


def _is_hidden(node: Any) -> bool:
    return node.tag == f"{_W}r" and _on(node, "rPr/vanish")
