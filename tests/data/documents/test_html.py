from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import DataError
from proofstone.data.documents.html import read_html

PAGE = """<!doctype html><html><head><title>Refunds - Shop</title><style>p {color: red}</style>
<script>var x = "<p>no</p>";</script></head><body>
<nav><a href="/">Home</a><nav>inner</nav> menu</nav>
<p>Lead &amp; intro.</p>
<h1 id="top-1">Refunds<a class="headerlink" href="#top-1">¶</a></h1>
<p>Three
days <b>at</b> most.<br>Then call.</p>
<section id="zh"><h2>退款 政策</h2><p>三个
工作日。</p></section>
<ul><li>one<li><p>two</p></li></ul>
<pre>  keep   this
  code</pre>
<table><tr><th>Plan<th>Price</tr><tr><td rowspan=2>Basic<td>5</tr><tr><td>6</table>
<p hidden>secret</p><div style="display: none">secret</div><img src=x alt="diagram">
</body></html>"""


def read(page: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(o.anchor, o.headings, o.text) for o in read_html(page.encode(), "p.html").sections]


def text(page: str) -> str:
    return "\n\n".join(one[2] for one in read(page))


def test_a_page_becomes_sections() -> None:
    assert read(PAGE) == [
        ("", (), "Lead & intro."),
        ("top-1", ("Refunds",), "Three days at most.\nThen call."),
        (
            "zh",
            ("Refunds", "退款 政策"),
            "三个工作日。\n\n- one\n- two\n\n  keep   this\n  code\n\n"
            "Plan: Basic; Price: 5\nPlan: Basic; Price: 6\n\ndiagram",
        ),
    ]
    document = read_html(PAGE.encode(), "p.html")
    assert (document.title, document.format) == ("Refunds", "html")
    assert read_html(b"<title>A &lt; B</title><p>x", "p.html").title == "A < B"


@pytest.mark.parametrize(
    ("page", "seen"),
    [
        ("<p>a < b and c > d", "a < b and c > d"),
        ("<nav>never closed <p>kept", "never closed\n\nkept"),
        ("<p hidden>unclosed<p>kept</p>", "unclosed\n\nkept"),
        ("x<!-- gone --><!doctype x>y<?php z ?>", "xy"),
        ("x <!-- never closed", "x <!-- never closed"),
        ('<p title="a>b">c</p>', "c"),
        ("<h2>Unclosed<p>text", "text"),
        ("<table><tr><td>名称<td>值<tr><td>a<td>b</table>", "名称: 值\na: b"),
        ("<table><tr><td>o<table><tr><td>i<td>j</table>p</table>", "o i: j p"),
        ("<table><tr><th colspan=2>A<th>B<tr><td>1<td>2<td>3</table>", "A: 1; 2; B: 3"),
        ("<table>loose<tr><td>x", "loose\n\nx"),
        ("&#xD800;&#0;a&#1114112;&nbsp;b", "\ufffd\ufffda\ufffd b"),
        ("<p>" + "&#1" + "0" * 5000 + ";x", "\ufffdx"),
        ("</p></td></table></h1></pre>x", "x"),
        ("<textarea><b>x</b></textarea>", "<b>x</b>"),
        ("<a href=>x</a><a =>y</a>", "xy"),
    ],
)
def test_what_a_reader_sees(page: str, seen: str) -> None:
    assert text(page) == seen


CHINESE = "<p>退款需要三个工作日。请先验证签名。</p>"


@pytest.mark.parametrize(
    "data",
    [
        CHINESE.encode(),
        CHINESE.encode("utf-8-sig"),
        CHINESE.encode("utf-16"),
        CHINESE.encode("gb18030"),
        b'<meta charset="gb2312">' + CHINESE.encode("gbk"),
        b'<meta http-equiv=x content="text/html; charset=big5">'
        + "<p>退款</p>".encode("big5").replace("退款".encode("big5"), "退款需要".encode("big5")),
        b'<meta charset="gbk">' + CHINESE.encode(),
    ],
)
def test_encodings(data: bytes) -> None:
    assert read_html(data, "p.html").sections[0].text.startswith("退款需要")


def test_an_encoding_that_is_declared_and_wrong_is_placed() -> None:
    with pytest.raises(DataError, match=r"p\.html, line 2, byte \d+: neither UTF-8 nor shift_jis"):
        read_html(b"<meta charset=shift_jis>\n<p>\xfc\xfd\xfe", "p.html")
    with pytest.raises(DataError, match="NUL"):
        read_html(b"<p>a\x00b\xff", "p.html")


@pytest.mark.parametrize(
    "unit",
    sorted(
        {"<a ", "<!--", "<a href='", "<", "</", "<![CDATA[", "<title>", "<nav>", "<table>", "<td>"}
        | {"&#", "<div>", "<a ='>", '<a b="', "<h1>", "<pre>", "<script>", "</scrip", "x<"}
        | {"<table><tr><td>"}
    ),
)
def test_hostile_pages_are_read_in_linear_time(unit: str) -> None:
    # The standard library's parser needs minutes for some of these.
    assert text("<p>shown</p>" + unit * 40_000).startswith("shown")


def test_tags_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proofstone.data.documents.html.MOST_TAGS", 1_000)
    with pytest.raises(DataError, match="endless document: more than 1,000 tags"):
        text("<b>" * 1_001 + "x")


WORD = st.from_regex(r"[a-z]{3,8}|[一-龥]{2,6}", fullmatch=True)
SHAPE = st.sampled_from(
    sorted(
        {"<p>{}</p>", "<h1>{}</h1>", "<h3>{}", "<li>{}", "<td>{}", "<table><tr><th>{}</table>"}
        | {"<pre>{}</pre>", "<div><b>{}</b></div>", "<br>{}", "<nav>{}", "</p>{}", "<caption>{}"}
    )
)


@given(st.lists(st.tuples(SHAPE, WORD), min_size=1, max_size=12))
def test_visible_words_are_never_lost(parts: list[tuple[str, str]]) -> None:
    page = " ".join(shape.format(word) for shape, word in parts)
    sections = read_html(page.encode(), "p").sections
    seen = " ".join(" ".join(one.headings) + " " + one.text for one in sections)
    assert [word for _, word in parts if word not in seen] == []


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_escaped_text_is_seen_as_it_is(shown: str) -> None:
    marked = f"begin {shown} end"
    found = text(f"<pre>{html.escape(marked)}</pre>")
    assert found.startswith("begin")
    assert found.endswith("end")


@given(st.text("<>/=\"'!-ab tdhrnv&#;1[]?\n", max_size=120))
def test_no_page_breaks_the_reader(page: str) -> None:
    try:
        found = read(page)
    except DataError:
        return
    assert all(one[2].strip() for one in found)
    assert len({one[0] for one in found}) == len(found)
