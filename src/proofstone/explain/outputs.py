"""Which of a model's answers is explained, and on what scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofstone.models.contract import Signature

_CLIP = 1e-12


@dataclass(frozen=True)
class Output:
    """One column of the answers: a probability in `log_odds`, or what is answered as it is."""

    column: int
    log_odds: bool = False

    def of(self, answers: np.ndarray) -> np.ndarray:
        """What is explained, float64 (n,), of answers of shape (n, width).

        >>> Output(1, log_odds=True).of(np.array([[0.5, 0.5]])).tolist()
        [0.0]
        """
        values = np.asarray(answers[:, self.column], dtype=np.float64)
        if not self.log_odds:
            return values
        share = np.clip(values, _CLIP, 1 - _CLIP)
        return np.asarray(np.log(share / (1 - share)))


def positive(signature: Signature) -> Output:
    """What a decision between two classes is explained by: the log-odds of the positive one."""
    return Output(signature.classes.index(str(signature.positive)), log_odds=True)
