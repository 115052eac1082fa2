from __future__ import annotations

import io
import zipfile

import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from proofstone.core.errors import DataError
from proofstone.data.documents.docx import read_docx

from .files import packed, word


def texts(document: object) -> list[str]:
    return [one.text for one in read_docx(packed(document), "w.docx").sections]


def test_headings_paragraphs_lists_and_tables() -> None:
    document = word()
    document.add_heading("Handbook 手册", 0)
    document.add_paragraph("Lead.")
    document.add_heading("退款", 1)
    document.add_paragraph("三个工作日。\tTab")
    document.add_paragraph("one", style="List Bullet")
    document.add_paragraph("two", style="List Bullet")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table._cells, ["Plan", "Price", "Note", "基本", "5", ""], strict=True):
        cell.text = text
    document.add_heading("Deeper", 2)
    read = read_docx(packed(document), "docs/w.docx")
    assert (read.title, read.format) == ("Handbook 手册", "docx")
    assert [(one.anchor, one.headings, one.text) for one in read.sections] == [
        ("handbook-手册", ("Handbook 手册",), "Lead."),
        (
            "退款",
            ("Handbook 手册", "退款"),
            "三个工作日。 Tab\n\none\n\ntwo\n\nNote\nPlan: 基本; Price: 5",
        ),
        ("deeper", ("Handbook 手册", "退款", "Deeper"), "Deeper"),
    ]


def test_a_heading_is_told_by_its_outline_level_too() -> None:
    document = word()
    style = document.styles.add_style("小节", 1)
    style.element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="1"/>'))
    document.add_paragraph("第一节", style="小节")
    document.add_paragraph("正文。")
    (section,) = read_docx(packed(document), "w.docx").sections
    assert (section.headings, section.text) == (("第一节",), "正文。")


def test_styles_that_are_based_on_each_other_end() -> None:
    document = word()
    one, two = document.styles.add_style("one", 1), document.styles.add_style("two", 1)
    one.base_style, two.base_style = two, one
    document.add_paragraph("text", style="one")
    assert texts(document) == ["text"]


def test_hidden_and_deleted_text_is_left_out_and_inserted_text_kept() -> None:
    document = word()
    paragraph = document.add_paragraph("seen ")
    paragraph.add_run("hidden").font.hidden = True
    for xml in (
        "<w:ins {}><w:r><w:t>inserted </w:t></w:r></w:ins>",
        "<w:del {}><w:r><w:delText>deleted</w:delText></w:r></w:del>",
        "<w:sdt {}><w:sdtContent><w:r><w:t>controlled</w:t></w:r></w:sdtContent></w:sdt>",
    ):
        paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
    assert texts(document) == ["seen inserted controlled"]


def test_blocks_in_content_controls_are_read() -> None:
    document = word()
    xml = "<w:sdt {}><w:sdtContent><w:p><w:r><w:t>block</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    document.element.body.insert(0, parse_xml(xml.format(nsdecls("w"))))
    assert texts(document) == ["block"]


def test_merged_cells_keep_their_columns() -> None:
    document = word()
    table = document.add_table(rows=3, cols=3)
    for cell, text in zip(table._cells, ["A", "B", "C", "x", "1", "2", "", "3", "4"], strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    assert texts(document) == ["A: x; B: 1; C: 2\nA: x; B: 3; C: 4"]


def test_a_table_of_two_columns_has_a_header_only_where_it_says_so() -> None:
    document = word()
    for _ in range(2):
        table = document.add_table(rows=2, cols=2)
        for cell, text in zip(table._cells, ["Name", "Age", "Li", "5"], strict=True):
            cell.text = text
        document.add_paragraph("between")
    mark = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(mark)
    assert qn("w:tblHeader") == mark.tag
    assert texts(document) == ["Name: Age\nLi: 5\n\nbetween\n\nName: Li; Age: 5\n\nbetween"]


def test_deep_nesting_ends() -> None:
    document = word()
    document.add_paragraph("MARK")
    body = packed(document)
    deep = b"<w:sdt><w:sdtContent>" * 5_000 + b"</w:sdtContent></w:sdt>" * 5_000
    with pytest.raises(DataError, match="not a whole Word document"):
        read_docx(_replaced(body, b"<w:body>", b"<w:body>" + deep), "w.docx")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    document = word()
    document.add_paragraph("x")
    bomb = _replaced(packed(document), b"<w:body>", b"<w:body>" + b" " * 70_000_000)
    assert len(bomb) < 1_000_000
    with pytest.raises(DataError, match=r"b\.docx: unpacks to more than 64 MB") as caught:
        read_docx(bomb, "b.docx")
    assert caught.value.hint


def test_entities_are_not_expanded() -> None:
    document = word()
    document.add_paragraph("MARK")
    body = packed(document)
    declared = b'<!DOCTYPE x [<!ENTITY a "leak"><!ENTITY b "&a;&a;">]><w:document '
    source = _replaced(_replaced(body, b"<w:document ", declared), b"MARK", b"MARK&b;")
    assert [one.text for one in read_docx(source, "w.docx").sections] == ["MARK"]


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_a_damaged_file_is_an_error(keep: float) -> None:
    document = word()
    document.add_paragraph("text")
    whole = packed(document)
    with pytest.raises(DataError, match=r"d\.docx: not a whole Word document"):
        read_docx(whole[: int(keep * len(whole))], "d.docx")


def test_no_text_is_an_error() -> None:
    with pytest.raises(DataError, match="holds no text"):
        read_docx(packed(word()), "w.docx")


def _replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    """A Word document with `old` in its main part replaced."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for part in before.infolist():
            content = before.read(part)
            if part.filename == "word/document.xml":
                assert old in content
                content = content.replace(old, new)
            after.writestr(part.filename, content)
    return file.getvalue()
