from __future__ import annotations

import pytest

from proofstone.core.errors import DataError
from proofstone.data.documents.pdf import read_pdf

from .files import pdf

WRAPPED = [
    "发布版本必须经过验证才能进入生产环境，否则服务器将",
    "拒绝加载它。每个发布版本都带有签名。",
    "Refunds take three days.",
]


def test_pages_become_sections_that_a_link_reaches() -> None:
    document = read_pdf(pdf(WRAPPED, [], ["Second page"], title="Handbook"), "h.pdf")
    assert [(one.anchor, one.headings) for one in document.sections] == [
        ("page=1", ("第 1 页",)),
        ("page=3", ("第 3 页",)),
    ]
    assert document.sections[0].text == (
        "发布版本必须经过验证才能进入生产环境，否则服务器将拒绝加载它。每个发布版本都带有签名。\n"
        "Refunds take three days."
    )
    assert (document.title, document.format, document.language) == ("Handbook", "pdf", "zh")


def test_titles_that_a_program_made_up_are_not_taken() -> None:
    for title in ("", "untitled", "Microsoft Word - draft.docx", "scan0001.pdf"):
        document = read_pdf(pdf(["English text"], title=title), "docs/manual.pdf")
        assert document.title == "manual"
        assert document.sections[0].headings == ("page 1",)


def test_a_pdf_without_text_seems_scanned() -> None:
    with pytest.raises(DataError, match=r"s\.pdf: a PDF without text: it seems scanned") as caught:
        read_pdf(pdf([], []), "s.pdf")
    assert "text recognition" in caught.value.hint


def test_a_password_is_asked_for_only_where_one_is_needed() -> None:
    with pytest.raises(DataError, match="protected by a password"):
        read_pdf(pdf(["secret"], password="opens"), "p.pdf")


@pytest.mark.parametrize("keep", [0.02, 0.3, 0.7])
def test_a_damaged_file_is_an_error_or_is_mended(keep: float) -> None:
    whole = pdf(["Text of the page"])
    with pytest.raises(DataError, match=r"d\.pdf: "):
        read_pdf(whole[: int(keep * len(whole))], "d.pdf")


def test_nesting_without_end_is_an_error() -> None:
    deep = b"%PDF-1.4\n1 0 obj\n" + b"[" * 100_000 + b"\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF"
    with pytest.raises(DataError, match="not a whole PDF"):
        read_pdf(deep, "n.pdf")


def test_an_endless_document_is_refused() -> None:
    line = "endless " * 50
    with pytest.raises(DataError, match="endless document"):
        read_pdf(_reused(line * 50, 110), "e.pdf")


def _reused(text: str, pages: int) -> bytes:
    """A small PDF of many pages that all show the same content."""
    content = f"BT /F1 1 Tf 1 1 Td ({text}) Tj ET".encode()
    kids = " ".join(f"{at} 0 R" for at in range(5, 5 + pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode(),
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *[
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 3 0 R"
            b"/Resources<</Font<</F1 4 0 R>>>>>>"
        ]
        * pages,
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    out += b"trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)
