"""The formats that documents are read from, by the ending of a file's name."""

from __future__ import annotations

from typing import Literal

Format = Literal["markdown", "html", "pdf", "docx", "plain"]

FORMATS: dict[str, Format] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".txt": "plain",
    ".text": "plain",
}
