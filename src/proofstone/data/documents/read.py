"""Reading documents: what a file is, told by its first bytes and its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofstone.core.errors import DataError
from proofstone.data.documents.bounds import read_bounded
from proofstone.data.documents.characters import clean
from proofstone.data.documents.document import Document
from proofstone.data.documents.docx import read_docx
from proofstone.data.documents.encoding import decoded
from proofstone.data.documents.formats import FORMATS, Format
from proofstone.data.documents.html import read_html
from proofstone.data.documents.markdown import read_markdown
from proofstone.data.documents.pdf import read_pdf
from proofstone.data.documents.plain import read_plain

_ACCEPTED = f"documents are read from {', '.join(FORMATS)}"
_REFUSED = {
    b"\xd0\xcf\x11\xe0": "an old Word document, or one with a password: save it as .docx without",
    b"{\\rtf": "a rich-text document: save it as .docx",
    b"\x1f\x8b": "compressed: unpack it first",
}
_HTML = (b"<!doctype html", b"<html")


def read_document(path: Path, name: str) -> Document:
    """Return the document in the file at `path`; `name` is what it is called in the knowledge base.

    Raises:
        DataError: it cannot be read as a document; the message names it, the hint says what to do.
        MissingExtra: the library that reads its format is not installed.
    """
    if clean(name) != name or not name.strip() or "\n" in name:
        raise DataError(
            f"{name!a}: the file's name holds characters that cannot be seen",
            hint="rename the file",
        )
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise DataError(f"{name}: no kind of document that is read", hint=_ACCEPTED)
    data = read_bounded(path, name)
    kind = _format(data, FORMATS[suffix], name)
    try:
        if kind == "pdf":
            return read_pdf(data, name)
        if kind == "docx":
            return read_docx(data, name)
        if kind == "html":
            return read_html(data, name)
        text = decoded(data, name)
        return read_markdown(text, name) if kind == "markdown" else read_plain(text, name)
    except RecursionError as error:
        raise DataError(
            f"{name}: nested too deeply to be read", hint="simplify it, or leave it out"
        ) from error


def read_documents(paths: Mapping[str, Path]) -> tuple[list[Document], list[dict[str, Any]]]:
    """Return the documents at `paths`, by name, and a problem for each that is at fault.

    Raises:
        MissingExtra: the library that reads a document's format is not installed.
    """
    documents, problems = [], []
    for name, path in paths.items():
        try:
            documents.append(read_document(path, name))
        except DataError as error:
            problems.append(_problem(name, error))
    return documents, problems


def _format(data: bytes, named: Format, name: str) -> Format:
    """The format of `data`: its own marks go before the one that the file's name says."""
    begin = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    for magic, what in _REFUSED.items():
        if begin.startswith(magic):
            raise DataError(f"{name}: {what}", hint=_ACCEPTED)
    if begin.startswith(b"%PDF-") or (named == "pdf" and b"%PDF-" in begin):
        return "pdf"
    if begin.startswith(b"PK\x03\x04"):
        if named != "docx":
            raise DataError(f"{name}: an archive, or a Word document misnamed", hint=_ACCEPTED)
        return "docx"
    if named in {"pdf", "docx"}:
        raise DataError(
            f"{name}: named so, but its content is no {named.upper()}",
            hint="it is damaged or misnamed: export it again",
        )
    return "html" if begin[:20].lower().startswith(_HTML) else named


def _problem(place: str, error: DataError) -> dict[str, Any]:
    """The document at fault as a problem, in the shape of those of a table's columns."""
    return {
        "rule": "document",
        "column": place.encode("utf-8", "replace").decode(),
        "message": f"{error} ({error.hint})" if error.hint else str(error),
        "count": 1,
        "rows": [],
        "severity": "error",
    }
