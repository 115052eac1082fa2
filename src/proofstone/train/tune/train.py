"""Supervised fine-tuning of low-rank adapters, in a run that can be killed and resumed.

Whatever is random in step k follows from the seed and k alone: which conversations it takes and
what dropout leaves out. So a run that is resumed does what one that was never stopped would do;
on a CPU, with the same number of threads, it ends with the same bytes.
"""

from __future__ import annotations

import resource
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from proofstone.core.canonical import canonical_json, digest_json
from proofstone.core.errors import InputError
from proofstone.core.extras import need
from proofstone.core.project.tune import Tune
from proofstone.train.tune.checkpoint import Progress
from proofstone.train.tune.encode import Encoding, encode
from proofstone.train.tune.examples import Example, examples_digest, split
from proofstone.train.tune.load import Base
from proofstone.train.tune.result import Account, Shape, Tuned
from proofstone.train.tune.run import Run

_APART = {
    "examples", "checkpoint_every", "device", "precision", "canaries", "canary_repeats",
}  # fmt: skip


def tune(
    base: Base,
    settings: Tune,
    examples: Sequence[Example],
    *,
    seed: int,
    planted: Sequence[Example] = (),
    checkpoint: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Tuned:
    """Train an adapter for `base` on the conversations; the base model is left as it was.

    `planted` conversations are trained on, too, and never held out. With `checkpoint`, a file,
    progress is saved there every `checkpoint_every` steps and at the end, and a run that finds its
    own checkpoint goes on from it. `tell` hears of every step.

    Raises:
        DataError: conversations do not fit the model or are too few, the loss is not finite, or
            the checkpoint is another run's.
        InputError: the device is not there, or the model has none of the targets.
        MissingExtra: torch or peft is not installed.
        StoreError: the checkpoint cannot be written.
    """
    train, held = _encoded(base, settings, examples, planted, seed)
    device, precision = _place(settings)
    depends = _depends(base, settings, examples, planted) | {
        "seed": seed,
        "place": [device, precision],
    }
    long = train.too_long + held.too_long
    model = _adapted(base, settings, seed, device)
    try:
        run = Run(
            settings=settings,
            model=model,
            train=train.fitting,
            held=held.fitting,
            filler=base.tokenizer.pad_token_id or 0,
            precision=precision,
            seed=seed,
            key=digest_json(depends),
        )
        progress = run.go(checkpoint, tell)
        return Tuned(
            weights=_weights(model),
            config=_config(model, base),
            alpha=settings.lora.alpha,
            shape=Shape.of(base.model.config),
            account=_account(base, run, progress, device, depends["examples"], long),
            trained=tuple(train.examples[at] for at in run.seen(progress.best)),
            held=tuple(held.examples),
        )
    finally:
        model.unload()
        base.model.activation_checkpointing_disable()
        base.model.to("cpu")


def _depends(
    base: Base, settings: Tune, examples: Sequence[Example], planted: Sequence[Example]
) -> dict[str, Any]:
    """What the run was given: another makes another run."""
    return {
        "settings": settings.model_dump(exclude=_APART),
        "base": base.sha256,
        "template": base.template.sha256,
        "examples": examples_digest(examples),
        "planted": examples_digest(planted),
    }


def _encoded(
    base: Base, settings: Tune, examples: Sequence[Example], planted: Sequence[Example], seed: int
) -> tuple[Encoding, Encoding]:
    """What is trained on, and what is held out."""
    stopping = settings.early_stopping
    kept, apart = split(examples, stopping.share, seed) if stopping else (list(examples), [])
    train = encode([*kept, *planted], base.template, base.tokenizer, settings.max_length)
    return train, encode(apart, base.template, base.tokenizer, settings.max_length)


def _account(
    base: Base, run: Run, progress: Progress, device: str, examples: str, too_long: list[str]
) -> Account:
    return Account(
        base=base.address,
        base_sha256=base.sha256,
        template_sha256=base.template.sha256,
        examples_sha256=examples,
        train=len(run.train),
        held=len(run.held),
        too_long=too_long,
        parameters=sum(one.numel() for one in run.weights.values()),
        steps=progress.step,
        kept=progress.best,
        losses=progress.losses,
        held_out=progress.held_out,
        tokens=progress.tokens,
        seconds=progress.seconds,
        peak_memory=_peak_memory(device),
        device=device,
        precision=run.precision,
        threads=need("torch", "tune").get_num_threads(),
    )


def _place(settings: Tune) -> tuple[str, str]:
    """Device and precision to compute with."""
    there = need("torch", "tune").cuda.is_available()
    if settings.device == "cuda" and not there:
        raise InputError("device: cuda is not there", hint="set device to auto or cpu")
    device = "cuda" if there and settings.device != "cpu" else "cpu"
    if settings.precision != "auto":
        return device, settings.precision
    return device, "bfloat16" if device == "cuda" else "float32"


def _adapted(base: Base, settings: Tune, seed: int, device: str) -> Any:
    """The model with fresh adapters: A random, B zero, so that it still answers as before."""
    peft = need("peft", "tune")
    need("torch", "tune").manual_seed(seed)
    config = peft.LoraConfig(
        r=settings.lora.rank,
        lora_alpha=settings.lora.alpha,
        lora_dropout=settings.lora.dropout,
        target_modules=list(settings.lora.targets),
        task_type="CAUSAL_LM",
    )
    base.model.to(device)
    if settings.gradient_checkpointing:
        base.model.activation_checkpointing_enable({"use_reentrant": False})
    try:
        with warnings.catch_warnings():  # peft 0.21 asks transformers by a name of old
            warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
            return peft.get_peft_model(base.model, config)
    except ValueError as error:
        raise InputError(
            f"lora.targets: this model has none of {', '.join(settings.lora.targets)}",
            hint="its weights have other names: tuning knows decoders with Llama's names",
        ) from error


def _weights(model: Any) -> bytes:
    state = need("peft", "tune").get_peft_model_state_dict(model, save_embedding_layers=False)
    plain = {name: one.detach().cpu().contiguous() for name, one in state.items()}
    weights: bytes = need("safetensors.torch", "tune").save(plain)
    return weights


def _config(model: Any, base: Base) -> bytes:
    """The adapter's configuration as peft reads it, in one order."""
    document = model.peft_config["default"].to_dict() | {
        "base_model_name_or_path": base.address,
        "inference_mode": True,
    }
    plain = {name: sorted(one) if isinstance(one, set) else one for name, one in document.items()}
    return canonical_json(plain)


def _peak_memory(device: str) -> int:
    if device == "cuda":
        return int(need("torch", "tune").cuda.max_memory_allocated())
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
