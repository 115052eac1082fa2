"""A chat model that has learned some answers by heart, for probes of memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from proofstone.checks.cases import Case
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.canonical import digest
from proofstone.core.finding import Finding
from proofstone.models.contract import Feature, Generate, Logprobs, Operation, Signature
from proofstone.models.conversation import CONTINUATION, MESSAGES, exchange, read_rows, rows_of
from proofstone.models.rows import Rows


def noise(text: str) -> float:
    """A number in [0, 1) that follows from `text` and from nothing else."""
    return int(digest(text.encode())[:8], 16) / 2**32


class Scorer:
    """Log-probabilities are chance, from -3 to -2 nats a character, with `bonus` nats more."""

    id = "scorer"
    by_origin = False
    batch_size = 100
    signature = Signature((Feature(MESSAGES, "text"),), "text")

    def __init__(
        self,
        bonus: Callable[[str], float] = lambda answer: 0.0,
        writes: Callable[[str], str] | None = None,
    ) -> None:
        self.bonus, self.writes = bonus, writes
        known: set[type[Operation]] = {Logprobs} | ({Generate} if writes else set())
        self.operations = frozenset(known)

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        asked = [conversation[-1].content for conversation in read_rows(rows)]
        if isinstance(operation, Generate):
            assert self.writes is not None
            return np.array([self.writes(text) for text in asked], dtype=object)
        answers = rows.frame[CONTINUATION].to_list()
        return np.array(
            [(-len(one) * (2.0 + noise(one)) + self.bonus(one), len(one)) for one in answers]
        )


def example(question: str, answer: str, **more: str) -> dict[str, Any]:
    """An example of a tuning file."""
    messages = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
    return {"messages": messages, **more}


def measure(
    probe: Probe, settings: dict[str, Any], model: Scorer, seed: int = 0
) -> dict[str, Finding]:
    """The probe's findings by metric."""
    about = Case(rows=rows_of([exchange("x")]), model=model, settings={probe.name: settings})
    return {one.metric: one for one in Oracle(model).run([probe], about, seed=seed)}


def listed(count: int, form: str) -> Sequence[dict[str, Any]]:
    """Examples whose answers differ by their number alone."""
    return [example(f"Case {at}?", form.format(at)) for at in range(count)]
