from __future__ import annotations

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.models.contract import Feature, Signature
from proofstone.serve.errors import FieldError, RequestError
from proofstone.serve.protocol import (
    OUTPUTS,
    InferRequest,
    columns_of,
    metadata,
    parse_request,
    respond,
)
from proofstone.serve.server import Predictions

SIGNATURE = Signature(
    (Feature("age", "number"), Feature("job", "category"), Feature("owner", "boolean")),
    "probabilities",
    ("no", "yes"),
    "yes",
)


def tensor(name: str, datatype: str, data: list[Any], **changes: Any) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": [len(data)], "data": data} | changes


AGE = tensor("age", "FP64", [30, None])
JOB = tensor("job", "BYTES", ["cook", "smith"])
OWNER = tensor("owner", "BOOL", [True, False])
REQUEST = {"inputs": [AGE, JOB, OWNER]}


def test_a_request_becomes_columns() -> None:
    request = parse_request(REQUEST | {"id": "7", "parameters": {"a": 1}})
    assert (request.id, request.outputs) == ("7", ("label", "score", "decision"))
    assert columns_of(request, SIGNATURE) == {
        "age": [30.0, None],
        "job": ["cook", "smith"],
        "owner": [True, False],
    }


def test_flat_and_nested_data_of_a_column_mean_the_same() -> None:
    flat = tensor("age", "INT32", [30, None], shape=[2, 1])
    nested = flat | {"data": [[30], [None]]}
    for age in (flat, nested):
        request = parse_request({"inputs": [age, JOB, OWNER]})
        assert columns_of(request, SIGNATURE)["age"] == [30.0, None]


@pytest.mark.parametrize(
    ("changes", "field", "match"),
    [
        ({"inputs": None}, "inputs", "must be a list"),
        ({"inputs": []}, "inputs", "must be a list"),
        ({"inputs": [3]}, "inputs[0]", "must be a JSON object"),
        ({"inputs": [AGE | {"more": 1}]}, "inputs[0]", "unknown field 'more'"),
        ({"inputs": [AGE | {"name": 3}]}, "inputs[0]", "name must be text"),
        ({"inputs": [AGE | {"datatype": "FP80"}]}, "age", "no such datatype"),
        ({"inputs": [AGE | {"datatype": ["FP64"]}]}, "age", "no such datatype"),
        ({"inputs": [AGE | {"shape": [2, 2]}]}, "age", "shape"),
        ({"inputs": [AGE | {"shape": [2.0]}]}, "age", "shape"),
        ({"inputs": [AGE | {"shape": [True]}]}, "age", "shape"),
        ({"inputs": [AGE | {"shape": [0], "data": []}]}, "age", "shape"),
        ({"inputs": [AGE | {"shape": [-1]}]}, "age", "shape"),
        ({"inputs": [AGE | {"shape": [3]}]}, "age", "has 2 values where its shape says 3"),
        ({"inputs": [AGE | {"data": 3}]}, "age", "data must be a list"),
        ({"inputs": [AGE | {"shape": [2, 1], "data": [[1, 2], [3]]}]}, "age", "not of shape"),
        ({"inputs": [AGE | {"parameters": {"a": {}}}]}, "parameters", "parameters must be"),
        ({"id": 3}, "id", "must be text"),
        ({"id": None}, "id", "must be text"),
        ({"parameters": None}, "parameters", "parameters must be"),
        ({"outputs": None}, "outputs", "must be a list"),
        ({"outputs": [{"name": "logit"}]}, "outputs[0]", "no such output"),
        ({"outputs": [{"name": ["label"]}]}, "outputs[0]", "no such output"),
        ({"outputs": [{"name": "label"}, {"name": "label"}]}, "outputs[1]", "no such output"),
        ({"more": 1}, "the request", "unknown field"),
    ],
)
def test_what_the_protocol_does_not_allow(changes: Any, field: str, match: str) -> None:
    with pytest.raises(RequestError, match=match) as raised:
        parse_request(REQUEST | changes)
    assert raised.value.field == field
    assert raised.value.to_json()["field"] == field


@pytest.mark.parametrize(
    ("inputs", "match"),
    [
        ([AGE, AGE, JOB, OWNER], "age: is given twice"),
        ([AGE, tensor("job", "BYTES", ["a"]), OWNER], "job: has 1 rows where age has 2"),
        ([AGE | {"datatype": "BYTES"}, JOB, OWNER], "BYTES where a number is expected"),
        ([AGE, JOB | {"datatype": "INT64"}, OWNER], "INT64 where a category is expected"),
        ([AGE | {"datatype": "INT8", "data": [1, 128]}, JOB, OWNER], "row 1, field age"),
        ([AGE | {"datatype": "UINT8", "data": [-1, 1]}, JOB, OWNER], "row 0, field age"),
        ([AGE | {"datatype": "INT64", "data": [1, 1.5]}, JOB, OWNER], "not an INT64"),
        ([AGE | {"datatype": "INT64", "data": [1, True]}, JOB, OWNER], "not an INT64"),
    ],
)
def test_tensors_that_do_not_fit_the_signature(inputs: list[Any], match: str) -> None:
    with pytest.raises(RequestError, match=match):
        columns_of(parse_request({"inputs": inputs}), SIGNATURE)


def test_wanting_and_unknown_tensors() -> None:
    with pytest.raises(FieldError, match="field owner: is wanting"):
        columns_of(parse_request({"inputs": [AGE, JOB]}), SIGNATURE)
    with pytest.raises(FieldError, match="field pay: the model has no such input"):
        columns_of(parse_request({"inputs": [AGE, JOB, OWNER, AGE | {"name": "pay"}]}), SIGNATURE)


def test_the_answer_has_the_tensors_asked_for() -> None:
    answers = Predictions(np.array([0.25, 0.5]), np.array([False, True]), ("no", "yes"))
    request = parse_request(REQUEST | {"id": "7", "outputs": [{"name": "score"}]})
    document = respond(request, answers, model="m", version="v").to_json()
    assert document == {
        "model_name": "m",
        "model_version": "v",
        "id": "7",
        "outputs": [{"name": "score", "datatype": "FP64", "shape": [2], "data": [0.25, 0.5]}],
    }
    document = respond(parse_request(REQUEST), answers, model="m", version="v").to_json()
    assert "id" not in document
    assert {one["name"]: one["datatype"] for one in document["outputs"]} == OUTPUTS
    json.dumps(document)


def test_metadata_names_the_first_datatype_of_each_kind() -> None:
    document = metadata("m", "v", SIGNATURE)
    assert document["inputs"] == [
        {"name": "age", "datatype": "FP64", "shape": [-1, 1]},
        {"name": "job", "datatype": "BYTES", "shape": [-1, 1]},
        {"name": "owner", "datatype": "BOOL", "shape": [-1, 1]},
    ]
    assert [one["name"] for one in document["outputs"]] == ["label", "score", "decision"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "inputs", "outputs", "name", "datatype", "shape", "data", "x"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_document_is_read_or_refused_by_name(document: object) -> None:
    with contextlib.suppress(RequestError):
        assert isinstance(parse_request(document), InferRequest)
