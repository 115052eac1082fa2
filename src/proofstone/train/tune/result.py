"""What tuning came to: the adapter, and how it was made."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from proofstone.models.fields import integer, text
from proofstone.train.tune.examples import Example


@dataclass(frozen=True)
class Shape:
    """What an adapter must know of its base model.

    `model_type` is transformers' name for the architecture; `heads` and `key_heads` are the
    numbers of query and of key heads of each layer.
    """

    model_type: str
    heads: int
    key_heads: int

    @classmethod
    def of(cls, config: Any) -> Shape:
        """The shape in a transformers configuration.

        Raises:
            InputError: the configuration does not say it.
        """
        heads = integer(getattr(config, "num_attention_heads", None), "num_attention_heads")
        keys = getattr(config, "num_key_value_heads", None)
        return cls(
            text(getattr(config, "model_type", None), "model_type"),
            heads,
            heads if keys is None else integer(keys, "num_key_value_heads"),
        )


@dataclass(frozen=True)
class Account:
    """How an adapter came to be.

    `losses` holds each step's mean loss in nats a learned token, `held_out` pairs of the number of
    steps done and that loss on the held-out conversations, the first before any step. `kept` is
    the number of steps behind the adapter. `examples_sha256` is of the examples that were given,
    without what was planted; `train` counts what was planted, too. `tokens`
    counts what was computed in training, padding left out; `seconds` is the time of the steps
    alone. `peak_memory` is the greatest number of bytes held: by the GPU where there was one, else
    by the whole process since it started.
    """

    base: str
    base_sha256: str
    template_sha256: str
    examples_sha256: str
    train: int
    held: int
    too_long: list[str]
    parameters: int
    steps: int
    kept: int
    losses: list[float]
    held_out: list[tuple[int, float]]
    tokens: int
    seconds: float
    peak_memory: int
    device: str
    precision: str
    threads: int

    @property
    def tokens_per_second(self) -> float:
        """Tokens trained on in a second of training."""
        return self.tokens / self.seconds if self.seconds else 0.0

    @property
    def before(self) -> float | None:
        """Held-out loss of the base model; None where nothing was held out."""
        return self.held_out[0][1] if self.held_out else None

    @property
    def after(self) -> float | None:
        """Held-out loss of the adapter that was kept; None where nothing was held out.

        It is the least of several measurements, which flatters it a little: judge the tuned model
        by the gates, on questions that it was neither trained on nor chosen by.
        """
        return dict(self.held_out)[self.kept] if self.held_out else None

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON."""
        return asdict(self) | {
            "held_out": [[step, loss] for step, loss in self.held_out],
            "tokens_per_second": self.tokens_per_second,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True)
class Tuned:
    """A trained adapter: `weights` in safetensors and `config` in JSON, both as peft reads them.

    `trained` are the conversations that the steps behind the adapter took, what was planted
    included; `held` are those that were set aside.
    """

    weights: bytes
    config: bytes
    alpha: float
    shape: Shape
    account: Account
    trained: tuple[Example, ...]
    held: tuple[Example, ...]

    def files(self) -> dict[str, bytes]:
        """The adapter's files under the names that peft expects."""
        return {"adapter_model.safetensors": self.weights, "adapter_config.json": self.config}
