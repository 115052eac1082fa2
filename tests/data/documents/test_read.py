from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from proofstone.core.errors import DataError
from proofstone.data.documents import bounds
from proofstone.data.documents.document import Document
from proofstone.data.documents.read import read_document, read_documents

from .files import packed, pdf, word


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    document = word()
    document.add_paragraph("Word 文档")
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.md").write_text("# 标题\n\n正文。", "utf-8")
    (tmp_path / "b.html").write_text("<h1>Title</h1><p>text", "utf-8")
    (tmp_path / "sub" / "c.pdf").write_bytes(pdf(["PDF 文档"]))
    (tmp_path / "sub" / "d.docx").write_bytes(packed(document))
    (tmp_path / "e.txt").write_bytes("退款需要三个工作日。\n请先验证签名。".encode("gbk"))
    return tmp_path


def listed(folder: Path) -> dict[str, Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in files}


def test_every_format_is_read_in_the_order_given(folder: Path) -> None:
    documents, problems = read_documents(listed(folder))
    assert problems == []
    assert [(one.name, one.format) for one in documents] == [
        ("a.md", "markdown"),
        ("b.html", "html"),
        ("e.txt", "plain"),
        ("sub/c.pdf", "pdf"),
        ("sub/d.docx", "docx"),
    ]
    assert documents[2].sections[0].text == "退款需要三个工作日。\n请先验证签名。"
    again = [json.loads(json.dumps(one.to_json())) for one in documents]
    assert [Document.from_json(one) for one in again] == documents


def test_a_document_at_fault_is_a_problem_and_the_rest_goes_on(folder: Path) -> None:
    (folder / "sub" / "scan.pdf").write_bytes(pdf([]))
    (folder / "old.txt").write_bytes(b"\xd0\xcf\x11\xe0rest")
    documents, problems = read_documents(listed(folder))
    assert len(documents) == 5
    assert [one["column"] for one in problems] == ["old.txt", "sub/scan.pdf"]
    assert "it seems scanned" in problems[1]["message"]
    assert problems[1] | {"message": ""} == {
        "rule": "document",
        "column": "sub/scan.pdf",
        "message": "",
        "count": 1,
        "rows": [],
        "severity": "error",
    }


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.md", b"", "the file is empty"),
        ("x.png", b"\x89PNG", "no kind of document"),
        ("x.pdf", b"plain text", "no PDF"),
        ("x.docx", b"plain text", "no DOCX"),
        ("x.docx", b"\xd0\xcf\x11\xe0", "old Word document, or one with a password"),
        ("x.txt", b"PK\x03\x04", "an archive"),
        ("x.md", b"{\\rtf1 x}", "rich-text"),
        ("x.txt", b"a\x00b", "NUL"),
        (
            "x.txt",
            b"caf\xe9 \xc4\xe3\xba\xc3 caf\xe9s \xe9\xe9\xe9 caf\xe9 \xe9a \xe9b",
            "possible",
        ),
        ("x.txt", b"quote \x81 end \x8d", "neither UTF-8 nor windows-1252"),
        ("x\u200b.md", b"text", "cannot be seen"),
    ],
)
def test_bad_files_say_what_is_wrong_and_what_to_do(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        read_document(tmp_path / name, name)
    assert caught.value.hint


def test_content_goes_before_the_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(pdf(["text"]))
    (tmp_path / "b.md").write_text("\ufeff <!DOCTYPE HTML><p>x", "utf-8")
    (tmp_path / "c.txt").write_bytes(b"smart \x93quotes\x94 caf\xe9")
    assert read_document(tmp_path / "a.txt", "a.txt").format == "pdf"
    assert read_document(tmp_path / "b.md", "b.md").format == "html"
    plain = read_document(tmp_path / "c.txt", "c.txt")
    assert (plain.format, plain.sections[0].text) == ("plain", "smart “quotes” café")


def test_a_title_in_plain_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Refunds\r\n\r\nThree days.", "utf-8")
    (tmp_path / "b.txt").write_text("Three days.\nNo more.", "utf-8")
    assert read_document(tmp_path / "a.txt", "a.txt").title == "Refunds"
    assert read_document(tmp_path / "b.txt", "b.txt").title == "b"


def test_files_without_end_are_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_BYTES", 1_000_000)
    (tmp_path / "a.md").write_bytes(b"word " * 200_001)
    with pytest.raises(DataError, match=r"a\.md: larger than 1 MB"):
        read_document(tmp_path / "a.md", "a.md")
    os.mkfifo(tmp_path / "b.md")
    with pytest.raises(DataError, match=r"b\.md: no regular file"):
        read_document(tmp_path / "b.md", "b.md")
    with pytest.raises(DataError, match="cannot be read"):
        read_document(tmp_path / "none.md", "none.md")
