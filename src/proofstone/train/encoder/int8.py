"""Weights in 8 bits, kept only where they are measured to be faster and no worse."""

from __future__ import annotations

import logging
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from proofstone.measures.classification import roc_auc
from proofstone.models.runtimes.encoder import load

TOLERANCE = 0.005
"""How much of the area under the ROC curve may be lost."""

_ROUNDS = 5
_TIMED = 64


@dataclass(frozen=True)
class Comparison:
    """The area under the ROC curve before and after, on validation rows, and what was faster."""

    before: float
    after: float
    faster: bool

    @property
    def kept(self) -> bool:
        """Whether 8 bits are faster and lose no more than `TOLERANCE`."""
        return self.faster and self.after >= self.before - TOLERANCE

    def to_json(self) -> dict[str, Any]:
        """What was compared; seconds are left out, so that equal fits stay equal."""
        return {
            "roc_auc": self.before,
            "roc_auc_int8": self.after,
            "tolerance": TOLERANCE,
            "faster": self.faster,
            "kept": self.kept,
        }


def quantised(weights: bytes) -> bytes:
    """Return the model with products and embeddings in 8 bits, scaled at run time.

    Dynamic quantisation as in ONNX Runtime: weights once, with a scale a column, activations of
    each text anew.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "int8.onnx"
        level = logging.root.level
        logging.root.setLevel(logging.ERROR)  # it advises a step that dynamic scales do not need
        try:
            quantize_dynamic(
                onnx.load_from_string(weights), path, per_channel=True, weight_type=QuantType.QInt8
            )
        finally:
            logging.root.setLevel(level)
        return path.read_bytes()


def compare(weights: bytes, smaller: bytes, texts: np.ndarray, target: np.ndarray) -> Comparison:
    """Compare two models on validation texts, shape (n,), and labels, 0 or 1.

    Time is that of up to 64 texts one at a time, the least of five rounds in turn.
    """
    models = [load(weights), load(smaller)]
    matrix = texts[:, None]
    areas = [roc_auc(target, model.margin(matrix)) for model in models]
    timed = matrix[:_TIMED]
    seconds = np.array([[_seconds(model, timed) for model in models] for _ in range(_ROUNDS)])
    before, after = seconds.min(axis=0)
    return Comparison(float(areas[0]), float(areas[1]), bool(after < before))


def _seconds(model: Any, matrix: np.ndarray) -> float:
    start = time.perf_counter()
    model.margin(matrix)
    return time.perf_counter() - start
