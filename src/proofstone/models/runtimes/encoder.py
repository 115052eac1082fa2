"""A text encoder with a head, in ONNX; its tokenizer travels in the same file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from proofstone.core.extras import need
from proofstone.models import fields
from proofstone.models.runtimes.runtime import unreadable

FILE = "weights.onnx"
MOST_TOKENS = 8192


@dataclass(frozen=True, eq=False)
class Encoder:
    """Runs texts one at a time, without padding: a score depends on its own text alone.

    With padded batches it would not: sums would be rounded in another order and, where numbers
    have 8 bits, all rows of a batch would share one scale. `about` says how it was fitted;
    `weights` is the ONNX file, from which gradients are taken elsewhere.
    """

    session: Any
    tokenizer: Any
    about: Mapping[str, Any]
    weights: bytes = field(repr=False)

    width = 1

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log-odds of the positive class, shape (n,), for texts of shape (n, 1)."""
        return np.array([self._score(text) for text in matrix[:, 0]], dtype=np.float64)

    def _score(self, text: str) -> float:
        ids = np.array([self.tokenizer.encode(text).ids], dtype=np.int64)
        (margin,) = self.session.run(["margin"], {"ids": ids})
        return float(margin[0])


def load(weights: bytes) -> Encoder:
    """Return the model in `weights`, which runs on one thread.

    Raises:
        InputError: the weights do not hold together.
        MissingExtra: tokenizers is not installed.
    """
    import onnxruntime as runtime

    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.use_deterministic_compute = True
    try:
        session = runtime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions have no common class of their own
        raise unreadable(f"{FILE}: {str(error)[:200]}") from error
    if [(one.name, one.type) for one in session.get_inputs()] != [("ids", "tensor(int64)")]:
        raise unreadable(f"{FILE}: it does not take `ids`, whole numbers")
    if [(one.name, one.type) for one in session.get_outputs()] != [("margin", "tensor(float)")]:
        raise unreadable(f"{FILE}: it does not give a `margin`")
    known = session.get_modelmeta().custom_metadata_map
    about = fields.read_object(fields.field(known, "about", FILE).encode(), f"{FILE}, about")
    longest = fields.integer(fields.field(about, "max_length", FILE), f"{FILE}, max_length")
    if not 3 <= longest <= MOST_TOKENS:
        raise unreadable(f"{FILE}: texts of {longest} tokens")
    tokenizer = read_tokenizer(fields.field(known, "tokenizer", FILE), longest)
    return Encoder(session, tokenizer, about, weights)


def read_tokenizer(content: str, longest: int) -> Any:
    """Return the tokenizer that `content`, a tokenizer.json, describes; it cuts at `longest`.

    Raises:
        InputError: it describes none.
        MissingExtra: tokenizers is not installed.
    """
    tokenizers = need("tokenizers", "text")
    try:
        tokenizer = tokenizers.Tokenizer.from_str(content)
    except Exception as error:  # tokenizers raises Exception itself
        raise unreadable(f"the tokenizer: {str(error)[:200]}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return tokenizer


def metadata(tokenizer: str, about: Mapping[str, Any]) -> dict[str, str]:
    """Return what `load` wants to find in the model's metadata."""
    return {"tokenizer": tokenizer, "about": json.dumps(about, sort_keys=True)}
