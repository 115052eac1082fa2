"""How a chat model is tuned: the section `tune` of an assistant's candidate."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from proofstone.core.project.schema import Section

Target = Literal[
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"
]  # fmt: skip


class Lora(Section):
    """Low-rank adapters (Hu et al. 2021): each target W becomes W + alpha / rank · B A."""

    rank: int = Field(8, ge=1, le=512, description="Rank of A and B")
    alpha: float = Field(16.0, gt=0, description="Scale of the adapter, divided by its rank")
    dropout: float = Field(0.0, ge=0, lt=1, description="Share of A's inputs set to 0 in training")
    targets: list[Target] = Field(
        ["q_proj", "k_proj", "v_proj", "o_proj"],
        min_length=1,
        description="Weights of each layer that get an adapter",
    )


class EarlyStopping(Section):
    """When the loss on held-out examples has stopped falling."""

    share: float = Field(0.1, gt=0, le=0.5, description="Share of the examples that is held out")
    every: int = Field(50, ge=1, description="Steps between two measurements")
    patience: int = Field(3, ge=1, description="Measurements without gain before it stops")


class Tune(Section):
    """Supervised fine-tuning of a chat model. Opt-in: on a CPU it takes long."""

    examples: str | None = Field(
        None,
        description="Conversations to learn from (JSONL or YAML); absent: the questions for "
        "calibration, each with its passages and its right answer",
    )
    lora: Lora = Field(Lora(), description="The adapters that are trained")
    epochs: float | None = Field(None, gt=0, le=1000, description="Passes over the examples")
    steps: int | None = Field(None, ge=1, description="Steps of the optimiser, instead of epochs")
    batch_size: int = Field(4, ge=1, description="Conversations that are computed at once")
    accumulation: int = Field(1, ge=1, description="Batches whose gradients make one step")
    learning_rate: float = Field(2e-4, gt=0, lt=1, description="Greatest step size of AdamW")
    weight_decay: float = Field(0.0, ge=0, lt=1, description="Weight decay of AdamW")
    warm_up: float = Field(0.05, ge=0, lt=1, description="Share of steps until it is reached")
    schedule: Literal["constant", "linear", "cosine"] = Field(
        "cosine", description="How it falls after the warm-up"
    )
    clip: float = Field(1.0, gt=0, description="Greatest norm of a step's gradient")
    max_length: int = Field(1024, ge=8, description="Tokens; a longer conversation is left out")
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="Precision of activations; auto: bfloat16 on a GPU, else float32"
    )
    gradient_checkpointing: bool = Field(
        False, description="Whether activations are computed twice, to hold fewer"
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="Where it is computed")
    early_stopping: EarlyStopping | None = Field(
        EarlyStopping(), description="What is held out and when to stop; null: neither"
    )
    checkpoint_every: int = Field(50, ge=1, description="Steps between two checkpoints")
    canaries: int = Field(
        4,
        ge=0,
        le=1000,
        description="Random secrets that are planted among the examples, to measure what the "
        "model keeps of single ones; 0: none",
    )
    canary_repeats: int = Field(1, ge=1, le=1000, description="How often each of them is planted")

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if self.epochs is not None and self.steps is not None:
            raise ValueError("give epochs or steps, not both")
        return self

    def total_steps(self, examples: int) -> int:
        """Steps of the optimiser for so many training examples: one epoch where none is said.

        >>> Tune(batch_size=4, epochs=2).total_steps(10)
        5
        """
        if self.steps is not None:
            return self.steps
        per_step = self.batch_size * self.accumulation
        return max(1, round((self.epochs or 1.0) * examples / per_step))
