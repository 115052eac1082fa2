from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofstone.core.errors import DataError
from proofstone.data.sources import delimited
from proofstone.data.sources.delimited import DELIMITERS, parse_delimited


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, end: str) -> None:
    text = end.join(delimiter.join(row) for row in (["a", "b"], ["1,5" * (delimiter == ";"), "x"]))
    found = parse_delimited(text, "t.csv")
    assert found.delimiter == delimiter
    assert found.frame.columns == ["a", "b"]
    assert found.frame.height == 1


def test_quoted_fields_keep_delimiters_quotes_and_line_ends() -> None:
    frame = parse_delimited('a,b\n"x, ""y""\nz",5" pipe\n', "t.csv").frame
    assert frame.rows() == [('x, "y"\nz', '5" pipe')]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("a,b\n", "header of 2 columns but no rows"),
        ("a,b,a\n1,2,3\n", 'line 1: columns 1 and 3 are both called "a"'),
        ("a,b,c\n1,2,3\n4,5\n", 'line 3: 2 fields where the header has 3; .* column "c"'),
        ("a,b\n1,2\n\n3,4,5\n", 'line 4: 3 fields where the header has 2; .* "5"'),
        ('a,b\n"x\ny",2\n3\n', "line 4: 1 fields"),
        ('a,b\n1,2\n3,"4\n', "line 3: unexpected end of data"),
        ('a,b\n1,2\n3,"4"x\n', "line 3: "),
    ],
)
def test_faults_name_the_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        parse_delimited(text, "t.csv")
    assert str(caught.value).startswith("t.csv")
    assert caught.value.hint


def test_columns_without_a_name_are_numbered() -> None:
    frame = parse_delimited(",a,\n0,1,\n1,2,\n", "t.csv").frame
    assert frame.columns == ["column_1", "a", "column_3"]


def test_one_column_keeps_its_blank_lines_as_missing() -> None:
    assert parse_delimited("a\n1\n\n2\n\n\n", "t.csv").frame["a"].to_list() == ["1", "", "2"]


def test_rows_keep_their_order_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_CHUNK", 7)
    text = "a,b\n" + "".join(f'"{row}",x\n' for row in range(50))
    frame = parse_delimited(text, "t.csv").frame
    assert frame["a"].to_list() == [str(row) for row in range(50)]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@settings(max_examples=60)
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=12))
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerows([("one", "two", "three"), *rows])
    assert parse_delimited(file.getvalue(), "t.csv").frame.rows() == rows


plain_text = st.text(st.sampled_from("ab1,;\n\r\t é是"), max_size=40)


@given(plain_text.map(lambda text: "x,y\n" + text), st.sampled_from(["", "\n", "\r\n"]))
def test_the_fast_way_and_the_slow_way_agree(text: str, end: str) -> None:
    def outcome(fast: bool) -> object:
        with pytest.MonkeyPatch.context() as patch:
            if not fast:
                patch.setattr(delimited, "_plain", lambda *_: None)
            try:
                found = parse_delimited(text + end, "t.csv")
            except DataError as error:
                return str(error)
            return found.frame.to_dict(as_series=False), found.delimiter

    assert outcome(True) == outcome(False)
