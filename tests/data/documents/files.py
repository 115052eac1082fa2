"""Documents that the tests write themselves."""

from __future__ import annotations

import io
from typing import Any

from docx import Document as WordDocument
from pypdf import PdfReader, PdfWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


def pdf(*pages: list[str], title: str = "", password: str = "") -> bytes:
    """A PDF with one line of text for each entry of each page."""
    file = io.BytesIO()
    canvas = Canvas(file)
    if title:
        canvas.setTitle(title)
    for lines in pages:
        canvas.setFont("STSong-Light", 12)
        for at, line in enumerate(lines):
            canvas.drawString(50, 780 - 20 * at, line)
        if not lines:
            canvas.rect(50, 50, 100, 100, fill=1)
        canvas.showPage()
    canvas.save()
    if not password:
        return file.getvalue()
    writer = PdfWriter(PdfReader(file))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    sealed = io.BytesIO()
    writer.write(sealed)
    return sealed.getvalue()


def word() -> Any:
    """An empty Word document, to be filled by a test."""
    return WordDocument()


def packed(document: Any) -> bytes:
    """The bytes of a Word document."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
