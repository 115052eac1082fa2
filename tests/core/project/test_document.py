"""The YAML reader: lines, traps and refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.project.document import DEEPEST, LARGEST, dotted, read_document


def test_every_key_and_value_has_its_line() -> None:
    document = read_document(b"a: 1\nb:\n  - x\n  -\n    y\n", "f")
    assert document.value == {"a": 1, "b": ["x", "y"]}
    assert document.line(("b", 1)) == 5
    assert document.line(("b",), key=True) == 2
    assert document.line(("b", 7, "z")) == 2 + 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", False),
        ("On", True),
        ("'no'", "no"),
        ("1e-5", 1e-5),
        (".5", 0.5),
        ("5.", 5.0),
        ("010", "010"),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
        ("~", None),
        ("-3", -3),
        ("e", "e"),
        (".nan", ".nan"),
    ],
)
def test_scalars_mean_what_they_look_like(text: str, value: object) -> None:
    document = read_document(f"a: {text}\n".encode(), "f")
    assert document.problems == []
    assert document.value == {"a": value}
    assert type(document.value["a"]) is type(value)


@pytest.mark.parametrize(
    ("data", "line", "message", "hint"),
    [
        (b"", 1, "empty", "init"),
        (b"\n# only a comment\n", 1, "empty", "init"),
        (b"null\n", 1, "empty", "init"),
        (b"- a\n", 1, "mapping", "version"),
        (b"word\n", 1, "mapping", "version"),
        (b"a: 1\nb: 2\na: 3\n", 3, "line 1", "keep one"),
        (b"a:\n\tb: 1\n", 2, "tab", "spaces"),
        (b"a: &x [1]\nb: *x\n", 1, "anchors", "write the value out"),
        (b"a: [1, 2\nb: 3\n", 2, "not YAML", ""),
        (b"a: 1\nb: \xc3\x28\n", 2, "not UTF-8", "save it as UTF-8"),
        ("a: 1\n".encode("utf-16"), 1, "UTF-16", "save it as UTF-8"),
        ("a: 信\n".encode("gbk"), 1, "not UTF-8", "save it as UTF-8"),
        (b"a: 1\nb: \x00\n", 2, "0x0000", "delete"),
        (b"a: !!python/object:os.system x\n", 1, "tag", "plain value"),
        (b"a: !!float x\n", 1, "tag", "plain value"),
        (b"? [a]\n: 1\n", 1, "key must be", ""),
        (b"a: 1e999\n", 1, "too large", ""),
        (b"a: " + b"9" * 5000 + b"\n", 1, "too large", ""),
        (b"a: 1\n---\nb: 2\n", 2, "document", ""),
        (b"a: " + b"[" * 5000 + b"\n", 1, f"more than {DEEPEST}", ""),
        (b"#" * (LARGEST + 1), 1, "bytes", "really"),
    ],
)
def test_what_cannot_be_read_is_a_problem(data: bytes, line: int, message: str, hint: str) -> None:
    problems = read_document(data, "f").problems
    assert len(problems) == 1
    assert (problems[0].file, problems[0].line) == ("f", line)
    assert message in problems[0].message
    assert hint in problems[0].hint


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    document = read_document(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f")
    assert document.value == {"a": 1, "b": 2}
    assert document.line(("b",)) == 2


def test_paths_are_written_as_a_person_would() -> None:
    assert dotted(("data", "columns", "a.b", "type")) == 'data.columns["a.b"].type'
    assert dotted(()) == "(file)"


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_problem(data: bytes) -> None:
    document = read_document(data, "f")
    assert isinstance(document.value, dict) or document.problems
