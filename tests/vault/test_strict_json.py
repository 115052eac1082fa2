from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.core.errors import VerificationError
from proofstone.vault.strict_json import parse_object

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=4,
)


@given(st.dictionaries(st.text(), values))
def test_reads_what_json_writes(document: dict[str, object]) -> None:
    assert parse_object(json.dumps(document).encode()) == document


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a":1,"a":1}', "'a' is given twice"),
        (b'{"b":[{"a":1,"\\u0061":2}]}', "'a' is given twice"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "-Infinity"),
        (b"[]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"", "not a JSON document"),
        (b'{"a":1}{}', "not a JSON document"),
        (b"\xef\xbb\xbf{}", "not a JSON document"),
        ('{"a":1}'.encode("utf-16"), "not a JSON document"),
        (b'{"a":"\xff"}', "not a JSON document"),
        (b'{"a":' + b"[" * 100_000, "not a JSON document"),
        (b'{"a":' + b"9" * 10_000 + b"}", "not a JSON document"),
    ],
)
def test_refuses_what_can_be_read_two_ways(data: bytes, why: str) -> None:
    with pytest.raises(VerificationError, match=why):
        parse_object(data)
