"""The Model contract: one small interface for tables, classifiers and chat models alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args, runtime_checkable

import numpy as np

from proofstone.models import fields
from proofstone.models.rows import Rows

FeatureKind = Literal["number", "category", "boolean", "text"]
Output = Literal["probabilities", "labels", "number", "text"]


@dataclass(frozen=True)
class Feature:
    """One typed input column. `categories` lists the known values of a category."""

    name: str
    kind: FeatureKind
    categories: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The feature as a JSON object."""
        return {"name": self.name, "kind": self.kind, "categories": list(self.categories)}

    @classmethod
    def from_json(cls, document: object, place: str) -> Feature:
        """Read back what `to_json` wrote; `place` is file and field. `categories` may be absent.

        Raises:
            InputError: it is no feature; names the place.
        """
        state = fields.mapping(document, place)
        name = fields.text(fields.field(state, "name", place), f"{place}.name")
        kind = fields.field(state, "kind", place)
        if kind not in get_args(FeatureKind):
            raise fields.misfit(f"{place}.kind", f"{str(kind)[:40]!r} is no kind of feature")
        return cls(name, kind, fields.texts(state.get("categories", []), f"{place}.categories"))


@dataclass(frozen=True)
class Signature:
    """What goes in and what comes out.

    `output` is `probabilities` (`classes` names the columns; `positive` is the class that a
    binary decision is about), `labels` (`classes` names labels that each have a probability of
    their own), `number` (an estimate or a ranking score) or `text`.
    """

    inputs: tuple[Feature, ...]
    output: Output
    classes: tuple[str, ...] = ()
    positive: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The signature as a JSON object."""
        return {
            "inputs": [feature.to_json() for feature in self.inputs],
            "output": self.output,
            "classes": list(self.classes),
            "positive": self.positive,
        }

    @classmethod
    def from_json(cls, document: object, place: str = "signature") -> Signature:
        """Read back what `to_json` wrote; `place` is file and field.

        Raises:
            InputError: a field is absent or of another kind, two inputs have one name, or
                `positive` is not among the classes; names the place.
        """
        state = fields.mapping(document, place)
        found = fields.items(fields.field(state, "inputs", place), f"{place}.inputs")
        inputs = tuple(
            Feature.from_json(one, f"{place}.inputs[{at}]") for at, one in enumerate(found)
        )
        fields.texts([one.name for one in inputs], f"{place}.inputs")
        output = fields.field(state, "output", place)
        if output not in get_args(Output):
            raise fields.misfit(f"{place}.output", f"{str(output)[:40]!r} is no kind of output")
        classes = fields.texts(fields.field(state, "classes", place), f"{place}.classes")
        positive = fields.field(state, "positive", place)
        if positive is not None and positive not in classes:
            raise fields.misfit(f"{place}.positive", f"{str(positive)[:40]!r} is not a class")
        return cls(inputs, output, classes, positive)


class Operation:
    """Something that a model can be asked, for a batch of rows at a time."""

    costly = False
    """Whether an answer costs more than keeping it (about 50 µs a row), so that it is persisted."""


@dataclass(frozen=True)
class Predict(Operation):
    """What the signature says of its output: answers are float64, shape (rows, classes or 1)."""


@dataclass(frozen=True)
class Generate(Operation):
    """What a chat model says next: answers are an object array of str, shape (rows,).

    The column `messages` holds each conversation as `models.conversation` writes it. Generation
    ends before the first of the texts in `stop`, or after `max_tokens`.
    """

    max_tokens: int = 64
    temperature: float = 0.0
    stop: tuple[str, ...] = ()

    costly = True


@dataclass(frozen=True)
class Logprobs(Operation):
    """How likely the column `continuation` is after the conversation in `messages`.

    Answers are float64, shape (rows, 2): the log-probability in nats, and of how many tokens.
    """

    costly = True


@dataclass(frozen=True)
class Embed(Operation):
    """Unit vectors of the column `text`: answers are float32, shape (rows, dimensions)."""

    kind: Literal["query", "passage"] = "passage"


@dataclass(frozen=True)
class Reply(Operation):
    """An assistant's turn after `messages`: answers are an object array of dict, shape (rows,).

    The column `planted` holds passages that are put before what retrieval finds, as a JSON list,
    or null. Each answer is what `models.assistant.reply.Reply.to_json` returns.
    """


@dataclass(frozen=True)
class Gradient(Operation):
    """How a loss changes with a row's numbers: float64, shape (rows, numeric inputs).

    The columns are the signature's inputs of kind `number`, in order. `RIGHT` and `OTHER` are two
    more columns of the rows: the place of the right class, and of the class that the row is pushed
    to, -1 for the likeliest other one. With logits z, y the right class and t the other: `margin`
    is z_t - z_y; `cross_entropy` is -log p_y; `ratio` is the margin over the difference of the
    largest logit and the third (with a class given: the mean of third and fourth), as Croce and
    Hein (2020) have it.
    """

    loss: Literal["margin", "cross_entropy", "ratio"] = "cross_entropy"


RIGHT, OTHER = "@right", "@other"
"""The columns that tell a `Gradient` of which loss it is."""


@runtime_checkable
class Model(Protocol):
    """A model of any kind. Answers depend on the row alone, never on its neighbours in a batch."""

    @property
    def id(self) -> str:
        """Digest of everything that its answers depend on."""

    @property
    def signature(self) -> Signature:
        """Typed inputs and output."""

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """The operations that it answers."""

    @property
    def by_origin(self) -> bool:
        """Whether an answer depends on the row's origin too, as with cross-fitted models."""

    @property
    def batch_size(self) -> int:
        """The number of rows at which a call is fastest."""

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Answer a batch; `draw > 0` asks for a fresh sample of the same rows.

        Raises:
            NotRecorded: the model only replays recorded answers and these rows are not among them.
        """
