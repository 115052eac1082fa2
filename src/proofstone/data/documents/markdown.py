"""Markdown: CommonMark 0.31 (2024) with GitHub's tables, as far as a reader's text needs it."""

from __future__ import annotations

import re

from proofstone.data.documents.characters import clean, joined
from proofstone.data.documents.document import Document
from proofstone.data.documents.inline import visible
from proofstone.data.documents.outline import Outline
from proofstone.data.documents.tables import table_lines

_QUOTE = re.compile(r"(?: {0,3}> ?)+")
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*))?$")
_CLOSING = re.compile(r"(?:^|[ \t])#+$")
_OWN_ANCHOR = re.compile(r"\{:? ?#([^\s{}]++)[^{}]*+\}$")
_ITEM = re.compile(r"([-*+]|\d{1,9}[.)])[ \t]+(?=\S)")
_FENCE = re.compile(r"\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)?(?:(`{3,})[^`]*|(~{3,}).*)$")
_DEFINITION = re.compile(r"\[(?!\^)([^\[\]]+)\]:\s*\S+(?:\s+(?:\"[^\"]*\"|'[^']*'|\([^()]*\)))?$")
_RAW = re.compile(r"<!--|<(?:script|style)\b", re.IGNORECASE)
_CELL = re.compile(r":?-+:?")
_PIPE = re.compile(r"(?<!\\)\|")
_FIELD = re.compile(r"[\w-]+\s*:(?:\s|$)")


def read_markdown(text: str, name: str) -> Document:
    """Return the document in `text`, its headings anchored as GitHub anchors them.

    Front matter, comments, scripts and styles are left out. Code is kept as it stands, each row of
    a table becomes `column: cell; ...`, a link its text, an image its alternative text.

    Raises:
        DataError: it has no text, or too much.
    """
    outline = Outline(name)
    _Reader(clean(text).split("\n"), outline).read()
    return outline.document("markdown")


class _Reader:
    """Reads lines from `_at` on; `_open` are those of the paragraph that is not yet ended."""

    def __init__(self, lines: list[str], outline: Outline) -> None:
        self._lines = lines
        self._outline = outline
        self._labels = {
            " ".join(found[1].lower().split())
            for line in lines
            if (found := _DEFINITION.match(line.strip()))
        }
        self._at = _front_matter(lines)
        self._open: list[str] = []
        self._marker = ""
        self._plain = False
        self._in_list = False

    def read(self) -> None:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            quote = _QUOTE.match(line)
            inner = line[quote.end() :] if quote else line
            if not inner.strip():
                self._end()
                self._at += 1
            elif fence := _FENCE.match(inner):
                self._code(fence[1] or fence[2], quoted=quote is not None)
            elif not self._open and self._is_indented(inner):
                self._indented()
            elif raw := _RAW.match(inner.lstrip()):
                self._skip(raw[0].lower())
            else:
                self._line(inner.rstrip("\n"), quoted=quote is not None)
        self._end()

    def _line(self, line: str, *, quoted: bool) -> None:
        stripped = line.strip()
        self._at += 1
        if not line.startswith((" ", "\t")) and not self._open:
            self._in_list = stripped.startswith(("!!!", "???"))
        if found := _HEADING.match(stripped):
            self._end()
            self._heading(len(found[1]), found[2] or "")
        elif self._open and self._plain and set(stripped) in ({"="}, {"-"}):
            text = joined(self._open)
            self._open = []
            self._heading(1 if stripped[0] == "=" else 2, text)
        elif _is_rule(stripped):
            self._end()
        elif self._table(stripped) or (not self._open and _DEFINITION.match(stripped)):
            pass
        elif item := _ITEM.match(stripped):
            self._end()
            self._marker = f"{item[1] if item[1][0].isdigit() else '-'} "
            self._in_list = True
            self._add(line.lstrip()[item.end() :])
        else:
            self._plain = (not quoted and not self._marker) if not self._open else self._plain
            self._add(line)

    def _add(self, line: str) -> None:
        """Keep a line of the paragraph; one that breaks on purpose ends in a line feed."""
        text = line.strip()
        if line.endswith("  "):
            text += "\n"
        elif text.endswith("\\"):
            text = f"{text[:-1]}\n"
        self._open.append(text)

    def _end(self) -> None:
        if self._open:
            broken = "\n".join(joined(lines) for lines in _stretches(self._open))
            text = visible(broken, self._labels)
            self._outline.paragraph(self._marker + text, tight=bool(self._marker))
        self._open, self._marker, self._plain = [], "", False

    def _heading(self, level: int, text: str) -> None:
        text = _CLOSING.sub("", text.strip()).strip()
        own = _OWN_ANCHOR.search(text)
        text = text[: own.start()] if own else text
        self._outline.heading(level, visible(text, self._labels), own[1] if own else "")

    def _code(self, fence: str, *, quoted: bool) -> None:
        self._end()
        kept = []
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if quoted:
                mark = _QUOTE.match(line)
                if mark is None:
                    break
                line = line[mark.end() :]
            self._at += 1
            ended = line.strip()
            if len(ended) >= len(fence) and set(ended) == {fence[0]}:
                break
            kept.append(line)
        self._outline.verbatim(_dedented(kept))

    def _is_indented(self, line: str) -> bool:
        return line.startswith(("    ", "\t")) and not self._in_list

    def _indented(self) -> None:
        kept = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.strip() and not self._is_indented(line):
                break
            kept.append(line)
            self._at += 1
        self._outline.verbatim(_dedented(kept))

    def _skip(self, opening: str) -> None:
        """Leave out a comment, script or style; what follows it on its last line is read."""
        self._end()
        closing = re.compile("-->" if opening == "<!--" else f"</{opening[1:]}[^>]*>", re.I)
        start = self._lines[self._at].lower().index(opening) + len(opening)
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if ended := closing.search(line, start):
                self._lines[self._at] = line[ended.end() :]
                return
            start = 0
            self._at += 1

    def _table(self, line: str) -> bool:
        """Read the table whose header is `line`, if it is one."""
        names = _cells(line)
        below = _cells(self._row()) if "|" in line else []
        if len(names) != len(below) or not all(_CELL.fullmatch(cell) for cell in below):
            return False
        self._end()
        rows = [names]
        self._at += 1
        while "|" in (row := self._row()):
            rows.append(_cells(row))
            self._at += 1
        shown = [[visible(cell, self._labels) for cell in row] for row in rows]
        self._outline.rows(table_lines(shown, header=True))
        return True

    def _row(self) -> str:
        """The line at hand, without marks of a quotation; empty past the end."""
        line = self._lines[self._at] if self._at < len(self._lines) else ""
        quote = _QUOTE.match(line)
        return (line[quote.end() :] if quote else line).strip()


def _front_matter(lines: list[str]) -> int:
    """The number of lines that fields between two `---` take at the very start."""
    if lines[0].rstrip() != "---" or len(lines) < 2 or not _FIELD.match(lines[1]):
        return 0
    ends = (at for at, line in enumerate(lines) if at and line.rstrip() in {"---", "..."})
    return next(ends, -1) + 1


def _is_rule(line: str) -> bool:
    signs = line.replace(" ", "").replace("\t", "")
    return len(signs) >= 3 and signs[0] in "-*_" and len(set(signs)) == 1


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _PIPE.split(line)]


def _stretches(lines: list[str]) -> list[list[str]]:
    """`lines` in stretches that end where a line breaks on purpose."""
    found: list[list[str]] = [[]]
    for line in lines:
        found[-1].append(line)
        if line.endswith("\n"):
            found.append([])
    return found


def _dedented(lines: list[str]) -> str:
    """`lines` without the indent that all of them share."""
    widths = (len(line) - len(line.lstrip()) for line in lines if line.strip())
    indent = min(widths, default=0)
    return "\n".join(line[indent:] for line in lines)
