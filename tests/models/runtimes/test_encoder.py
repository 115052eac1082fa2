from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from proofstone.core.errors import InputError
from proofstone.models.open import load_runtime
from proofstone.models.runtimes.encoder import Encoder, load, metadata, read_tokenizer

WORDS = {"?": 0, "good": 1, "bad": 2, "tea": 3}
VALUES = np.array([0.0, 2.0, -3.0, 0.5], dtype=np.float32)


def tokenizer() -> str:
    made = Tokenizer(WordLevel(WORDS, unk_token="?"))
    made.pre_tokenizer = Whitespace()
    made.enable_padding(length=50)
    return str(made.to_str())


def model(about: object = None, given: str = "ids", returned: str = "margin") -> bytes:
    """The sum of a number for each token."""
    nodes = [
        helper.make_node("Gather", ["values", given], ["each"]),
        helper.make_node("ReduceSum", ["each", "axes"], [returned], keepdims=0),
    ]
    made = helper.make_model(
        helper.make_graph(
            nodes,
            "sum",
            [helper.make_tensor_value_info(given, TensorProto.INT64, ["rows", "length"])],
            [helper.make_tensor_value_info(returned, TensorProto.FLOAT, ["rows"])],
            [numpy_helper.from_array(VALUES, "values"),
             numpy_helper.from_array(np.array([1]), "axes")],
        ),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
    )  # fmt: skip
    helper.set_model_props(made, metadata(tokenizer(), about or {"max_length": 5}))  # type: ignore[arg-type]
    return bytes(made.SerializeToString())


def matrix(*texts: str) -> np.ndarray:
    return np.array([[one] for one in texts], dtype=object)


def test_scores_each_text_without_padding_and_cuts_long_ones() -> None:
    found = load_runtime("encoder", model())
    assert isinstance(found, Encoder)
    said = matrix("good tea", "bad", "unheard", "bad " * 9, "tea " * 10_000)
    assert found.margin(said).tolist() == [2.5, -3.0, 0.0, -15.0, 2.5]
    assert found.margin(said[:0]).tolist() == []
    assert found.about == {"max_length": 5}


@pytest.mark.parametrize(
    ("weights", "said"),
    [(b"", "weights"), (b"not ONNX", "weights"), (model()[:-40], "weights"),
     (model(given="tokens"), "does not take `ids`"), (model(returned="score"), "`margin`"),
     (model({"longest": 5}), "max_length"), (model({"max_length": 0}), "texts of 0 tokens"),
     (model({"max_length": "5"}), "max_length")],
)  # fmt: skip
def test_damaged_weights_are_refused(weights: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load(weights)


@pytest.mark.parametrize("lost", ["tokenizer", "about"])
def test_a_model_without_its_tokenizer_is_refused(lost: str) -> None:
    made = onnx.load_from_string(model())
    kept = {one.key: one.value for one in made.metadata_props if one.key != lost}
    helper.set_model_props(made, kept)
    with pytest.raises(InputError, match=f"there is no {lost}"):
        load(made.SerializeToString())


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"model": {"type": "Magic"}})])
def test_what_is_no_tokenizer_is_refused(content: str) -> None:
    with pytest.raises(InputError, match="the tokenizer"):
        read_tokenizer(content, 10)
