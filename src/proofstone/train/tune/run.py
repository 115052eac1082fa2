"""The loop itself: steps of AdamW, measurements on what is held out, checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from proofstone.core.errors import DataError
from proofstone.core.extras import need
from proofstone.core.project.tune import Tune
from proofstone.train.tune.batches import micro_batches, rows_seen, step_rows
from proofstone.train.tune.checkpoint import Progress, load_checkpoint, save_checkpoint
from proofstone.train.tune.encode import Encoded
from proofstone.train.tune.loss import answer_loss, mean_loss
from proofstone.train.tune.schedule import learning_rate

_NEW, _BEST, _FIRST, _SECOND = "adapter/", "best/", "first/", "second/"
_HINT = "lower learning_rate, or look for odd examples"


@dataclass
class Run:
    """One run over fixed conversations. `model` is peft's; `filler` pads; `key` names the run."""

    settings: Tune
    model: Any
    train: Sequence[Encoded]
    held: Sequence[Encoded]
    filler: int
    precision: str
    seed: int
    key: str

    @cached_property
    def weights(self) -> dict[str, Any]:
        """The trained parameters by name."""
        return {name: one for name, one in self.model.named_parameters() if one.requires_grad}

    def go(self, checkpoint: Path | None, tell: Callable[[str], None]) -> Progress:
        """Train to the end, or until the held-out loss stops falling; leave the best weights.

        Raises:
            DataError: a loss or gradient is not finite, or the checkpoint is another run's.
            StoreError: the checkpoint cannot be written.
        """
        progress, best = self._begin(checkpoint)
        steps = self.settings.total_steps(len(self.train))
        while progress.step < steps and not self._stale(progress):
            self._step(progress, steps)
            done = progress.step == steps
            if self._due(progress.step, done):
                progress.held_out.append((progress.step, self._measure()))
                if progress.best == progress.step:
                    best = self._copy()
                done = done or self._stale(progress)
            if checkpoint and (done or progress.step % self.settings.checkpoint_every == 0):
                save_checkpoint(checkpoint, self.key, progress, self._tensors(best))
            tell(_told(progress, steps))
        if self.held:
            self._set(best)
        return progress

    def seen(self, steps: int) -> list[int]:
        """Which conversations of `train` any of the first `steps` steps took, in order."""
        count = self.settings.batch_size * self.settings.accumulation
        return rows_seen(steps, count, len(self.train), self.seed)

    def _begin(self, checkpoint: Path | None) -> tuple[Progress, dict[str, Any]]:
        """Progress so far and the best weights so far; the model and optimiser stand as then."""
        found = load_checkpoint(checkpoint, self.key) if checkpoint else None
        self.model.train()
        if found is None:
            progress = Progress()
            if self.held:
                progress.held_out.append((0, self._measure()))
            return progress, self._copy()
        progress, tensors = found
        torch = need("torch", "tune")
        self._set({name: tensors[_NEW + name] for name in self.weights})
        for name, one in self.weights.items():
            self._optimiser.state[one] = {
                "step": torch.tensor(float(progress.step)),
                "exp_avg": tensors[_FIRST + name].to(one.device),
                "exp_avg_sq": tensors[_SECOND + name].to(one.device),
            }
        return progress, {name: tensors[_BEST + name] for name in self.weights}

    def _step(self, progress: Progress, steps: int) -> None:
        torch = need("torch", "tune")
        started = time.perf_counter()
        step, size = progress.step, self.settings.batch_size
        torch.manual_seed(int(np.random.default_rng([self.seed, step]).integers(2**63)))
        chosen = step_rows(step, size * self.settings.accumulation, len(self.train), self.seed)
        batches = micro_batches([self.train[one] for one in chosen], size, self.filler)
        targets = sum(one.targets for one in batches)
        self._optimiser.zero_grad()
        total = 0.0
        for batch in batches:
            loss = answer_loss(self.model, batch, self.precision) / targets
            loss.backward()
            total += float(loss.detach())
        norm = torch.nn.utils.clip_grad_norm_(self.weights.values(), self.settings.clip)
        if not math.isfinite(total) or not math.isfinite(norm):
            raise DataError(f"step {step + 1}: loss or gradient is not finite", hint=_HINT)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(step, steps, self.settings)
        self._optimiser.step()
        progress.step += 1
        progress.losses.append(total)
        progress.tokens += sum(int(one.present.sum()) for one in batches)
        progress.seconds += time.perf_counter() - started

    @cached_property
    def _optimiser(self) -> Any:
        """AdamW (Loshchilov & Hutter 2019)."""
        return need("torch", "tune").optim.AdamW(
            self.weights.values(),
            lr=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay,
        )

    def _measure(self) -> float:
        size = self.settings.batch_size
        found = mean_loss(self.model, self.held, size, self.filler, self.precision)
        if not math.isfinite(found):
            raise DataError("the loss on held-out examples is not finite", hint=_HINT)
        return found

    def _due(self, step: int, done: bool) -> bool:
        stopping = self.settings.early_stopping
        return bool(self.held and stopping and (done or step % stopping.every == 0))

    def _stale(self, progress: Progress) -> bool:
        stopping = self.settings.early_stopping
        return stopping is not None and progress.stale(stopping.patience)

    def _copy(self) -> dict[str, Any]:
        return {name: one.detach().cpu().clone() for name, one in self.weights.items()}

    def _set(self, values: dict[str, Any]) -> None:
        with need("torch", "tune").no_grad():
            for name, one in self.weights.items():
                one.copy_(values[name])

    def _tensors(self, best: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, one in self.weights.items():
            state = self._optimiser.state[one]
            found |= {_NEW + name: one, _BEST + name: best[name]}
            found |= {_FIRST + name: state["exp_avg"], _SECOND + name: state["exp_avg_sq"]}
        return found


def _told(progress: Progress, steps: int) -> str:
    held = f", held-out loss {progress.held_out[-1][1]:.3f}" if progress.held_out else ""
    speed = progress.tokens / progress.seconds
    return (
        f"step {progress.step} of {steps}: loss {progress.losses[-1]:.3f}{held}, "
        f"{speed:.0f} tokens/s"
    )
