from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import peft
import pytest
import safetensors.torch
import torch
from tests.train.tune.tiny import sums
from transformers import GPT2Config, GPT2LMHeadModel

from proofstone.core.canonical import canonical_json
from proofstone.core.errors import DataError, InputError
from proofstone.core.project.tune import EarlyStopping, Lora, Tune
from proofstone.train.tune.batches import pad, step_rows
from proofstone.train.tune.encode import encode
from proofstone.train.tune.examples import examples_digest, split
from proofstone.train.tune.load import Base
from proofstone.train.tune.result import Tuned
from proofstone.train.tune.train import tune

# peft 0.21 asks transformers by a name of old.
OLD_NAME = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")
IDS = torch.tensor([[1, 70, 80, 90, 2, 201, 1]])


def settings(**more: Any) -> Tune:
    given: dict[str, Any] = {
        "steps": 12,
        "batch_size": 3,
        "learning_rate": 5e-3,
        "lora": Lora(rank=4, dropout=0.1),
        "early_stopping": EarlyStopping(share=0.25, every=4, patience=9),
        "checkpoint_every": 5,
    }
    return Tune(**given | more)


def run(base: Base, seed: int = 3, more: dict[str, Any] | None = None, **how: Any) -> Tuned:
    return tune(base, settings(**more or {}), sums(), seed=seed, **how)


@pytest.fixture(scope="module")
def plain(tiny: Base) -> Tuned:
    """An adapter from a run that was never stopped."""
    return run(tiny)


def weights(tuned: Tuned) -> dict[str, torch.Tensor]:
    return safetensors.torch.load(tuned.weights)


def scores(model: Any) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model.eval()(IDS).logits
    return found


def test_the_loss_falls_and_the_account_says_how(plain: Tuned, tiny: Base) -> None:
    account = plain.account
    assert account.before is not None
    assert account.after is not None
    assert account.after < account.before - 1
    assert np.mean(account.losses[-3:]) < np.mean(account.losses[:3])
    assert [step for step, _ in account.held_out] == [0, 4, 8, 12]
    assert account.after == min(loss for _, loss in account.held_out)
    assert (account.train, account.held, account.too_long) == (18, 6, [])
    assert (account.device, account.precision, account.threads) == ("cpu", "float32", 1)
    assert account.base_sha256 == tiny.sha256
    assert account.template_sha256 == tiny.template.sha256
    assert account.parameters == sum(one.numel() for one in weights(plain).values())
    assert account.peak_memory > 50e6
    assert account.tokens_per_second == account.tokens / account.seconds > 0
    assert canonical_json(account.to_json())


def test_the_tokens_counted_are_those_of_the_conversations(tiny: Base) -> None:
    whole = run(tiny, more={"steps": 2, "batch_size": 12, "early_stopping": None}).account
    rows = encode(sums(), tiny.template, tiny.tokenizer, 1024).fitting
    assert whole.tokens == sum(len(one.ids) for one in rows)
    assert (whole.held, whole.before, whole.after, whole.kept) == (0, None, None, 2)


def test_the_base_model_is_left_as_it_was(tiny: Base, plain: Tuned) -> None:
    before = scores(tiny.model)
    again = run(tiny, more={"gradient_checkpointing": True})
    assert torch.equal(scores(tiny.model), before)
    assert not any("lora" in name for name, _ in tiny.model.named_modules())
    assert again.account.losses == pytest.approx(plain.account.losses, rel=1e-4)


@OLD_NAME
def test_the_adapter_is_one_that_peft_reads(tiny: Base, plain: Tuned, tmp_path: Path) -> None:
    for name, data in plain.files().items():
        (tmp_path / name).write_bytes(data)
    before = scores(tiny.model)
    model = peft.PeftModel.from_pretrained(tiny.model, str(tmp_path))
    try:
        assert (scores(model) - before).abs().max() > 0.1
        held = split(sums(), 0.25, 3)[1]
        rows = encode(held, tiny.template, tiny.tokenizer, 1024).fitting
        total = targets = 0.0
        for one in rows:
            labels = torch.from_numpy(np.where(one.learned, one.ids, -100))[None]
            with torch.no_grad():
                mean = model(input_ids=torch.from_numpy(one.ids)[None], labels=labels).loss
            total += float(mean) * int(one.learned.sum())
            targets += int(one.learned.sum())
        assert total / targets == pytest.approx(plain.account.after, rel=1e-5)
    finally:
        model.unload()


@OLD_NAME
def test_it_trains_as_a_plain_loop_does(tiny: Base) -> None:
    """Transformers' loss, torch's AdamW and schedule: no dropout, one batch a step."""
    chosen = {"lora": Lora(rank=4), "early_stopping": None, "schedule": "linear", "warm_up": 0.0}
    ours = weights(run(tiny, more={**chosen, "batch_size": 4, "weight_decay": 0.1}))
    rows = encode(sums(), tiny.template, tiny.tokenizer, 1024).fitting
    torch.manual_seed(3)
    config = peft.LoraConfig(
        r=4, lora_alpha=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"]
    )
    model = peft.get_peft_model(tiny.model, config)
    parameters = [one for one in model.parameters() if one.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=5e-3, weight_decay=0.1)
    falling = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / 12)
    for step in range(12):
        batch = pad([rows[at] for at in step_rows(step, 4, len(rows), 3)], 2)
        labels = torch.from_numpy(np.where(batch.learned, batch.ids, -100))
        ids, present = torch.from_numpy(batch.ids), torch.from_numpy(batch.present)
        model(input_ids=ids, attention_mask=present, labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        falling.step()
        optimiser.zero_grad()
    theirs = peft.get_peft_model_state_dict(model, save_embedding_layers=False)
    model.unload()
    assert ours.keys() == theirs.keys()
    for name, one in ours.items():
        torch.testing.assert_close(one, theirs[name], rtol=1e-3, atol=1e-5)


def test_accumulated_batches_make_the_step_of_one_large_batch(tiny: Base) -> None:
    chosen: dict[str, Any] = {"lora": Lora(rank=4), "early_stopping": None}
    large = run(tiny, more={**chosen, "batch_size": 6})
    small = run(tiny, more={**chosen, "batch_size": 2, "accumulation": 3})
    assert small.account.losses == pytest.approx(large.account.losses, rel=1e-4)
    for name, one in weights(large).items():
        torch.testing.assert_close(weights(small)[name], one, rtol=1e-2, atol=1e-4)


def test_seed_and_bytes(tiny: Base, plain: Tuned) -> None:
    torch.manual_seed(99)
    again = run(tiny)
    assert again.files() == plain.files()
    assert again.account.losses == plain.account.losses
    assert run(tiny, seed=4).weights != plain.weights


def test_what_is_random_in_a_step_follows_from_seed_and_step(tiny: Base) -> None:
    def seeds(seed: int) -> list[int]:
        found: list[int] = []
        run(tiny, seed=seed, tell=lambda _: found.append(torch.initial_seed()))
        return found

    assert seeds(3) == seeds(3)
    assert len({*seeds(3), *seeds(4)}) == 24


class _Stopped(Exception):
    pass


def stop_at(step: int) -> Callable[[str], None]:
    def tell(note: str) -> None:
        if note.startswith(f"step {step} of"):
            raise _Stopped

    return tell


def test_a_run_stopped_anywhere_ends_with_the_same_bytes(
    tiny: Base, plain: Tuned, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    for step in (3, 6, 11):
        with pytest.raises(_Stopped):
            run(tiny, checkpoint=path, tell=stop_at(step))
    notes: list[str] = []
    resumed = run(tiny, checkpoint=path, tell=notes.append)
    assert notes[0].startswith("step 11 of 12")
    assert resumed.files() == plain.files()
    assert resumed.account.losses == plain.account.losses
    assert resumed.account.held_out == plain.account.held_out
    assert resumed.account.tokens == plain.account.tokens


def test_a_finished_run_is_not_done_again(tiny: Base, plain: Tuned, tmp_path: Path) -> None:
    run(tiny, checkpoint=tmp_path / "run")
    notes: list[str] = []
    again = run(tiny, checkpoint=tmp_path / "run", tell=notes.append)
    assert notes == []
    assert again.files() == plain.files()


KILLED = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.train.tune.test_train import settings
from tests.train.tune.tiny import sums
from proofstone.train.tune.load import load_base
from proofstone.train.tune.train import tune

def tell(note):
    if note.startswith("step 7 of"):
        os.kill(os.getpid(), signal.SIGKILL)

base, path = map(Path, sys.argv[1:])
tune(load_base(base), settings(), sums(), seed=3, checkpoint=path, tell=tell)
"""


def test_a_run_killed_by_the_system_ends_with_the_same_bytes(
    tiny: Base, tiny_path: Path, plain: Tuned, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tiny_path), str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    notes: list[str] = []
    resumed = run(tiny, checkpoint=path, tell=notes.append)
    assert notes[0].startswith("step 6 of 12")
    assert resumed.files() == plain.files()


@pytest.mark.parametrize(
    "more", [{"learning_rate": 1e-3}, {"steps": 13}, {"lora": Lora(rank=4, alpha=8)}]
)
def test_another_runs_checkpoint_is_refused(
    tiny: Base, tmp_path: Path, more: dict[str, Any]
) -> None:
    path = tmp_path / "run"
    with pytest.raises(_Stopped):
        run(tiny, checkpoint=path, tell=stop_at(5))
    with pytest.raises(DataError, match="another run"):
        run(tiny, checkpoint=path, more=more)
    with pytest.raises(DataError, match="another run"):
        run(tiny, checkpoint=path, seed=4)
    with pytest.raises(DataError, match="another run"):
        run(replace(tiny, sha256="0" * 64), checkpoint=path)


def test_what_is_planted_is_told_from_the_examples(tiny: Base, tmp_path: Path) -> None:
    path, planted = tmp_path / "run", sums()[:2]
    with pytest.raises(_Stopped):
        run(tiny, checkpoint=path, planted=planted, tell=stop_at(5))
    for other in ((), planted[:1]):
        with pytest.raises(DataError, match="another run"):
            run(tiny, checkpoint=path, planted=other)
    account = run(tiny, checkpoint=path, planted=planted).account
    assert account.examples_sha256 == examples_digest(sums())
    assert account.train == 18 + 2


def test_it_stops_early_and_keeps_the_best(tiny: Base) -> None:
    wild = {"learning_rate": 0.9, "steps": 40, "schedule": "constant", "warm_up": 0.0}
    stopping = EarlyStopping(share=0.25, every=2, patience=2)
    found = run(tiny, more={**wild, "early_stopping": stopping, "clip": 100.0})
    account = found.account
    assert account.steps == account.kept + 4 < 40
    assert account.after == min(loss for _, loss in account.held_out)


def test_where_nothing_helps_the_adapter_changes_nothing(tiny: Base) -> None:
    stopping = EarlyStopping(share=0.25, every=1, patience=1)
    trained = run(tiny, more={"steps": 1, "learning_rate": 1e-30, "early_stopping": stopping})
    assert trained.account.kept == 0
    changes = [one for name, one in weights(trained).items() if ".lora_B." in name]
    assert changes
    assert not any(one.any() for one in changes)


def test_in_bfloat16_it_learns_too(tiny: Base) -> None:
    account = run(tiny, more={"precision": "bfloat16"}).account
    assert account.precision == "bfloat16"
    assert account.before is not None
    assert account.after is not None
    assert account.after < account.before - 1


@pytest.mark.parametrize(
    ("stopping", "said"),
    [
        (None, "step 1: loss or gradient is not finite"),
        (EarlyStopping(share=0.25), "the loss on held-out examples is not finite"),
    ],
)
def test_numbers_that_are_none_stop_it(
    tiny: Base, stopping: EarlyStopping | None, said: str
) -> None:
    norm = tiny.model.model.norm.weight
    before = norm.detach().clone()
    try:
        norm.data[0] = math.inf
        with pytest.raises(DataError, match=said) as caught:
            run(tiny, more={"early_stopping": stopping})
    finally:
        norm.data.copy_(before)
    assert "learning_rate" in caught.value.hint


def test_what_is_too_long_is_in_the_account(tiny: Base) -> None:
    examples = [*sums(), replace(sums()[0], turns=(*sums()[0].turns,) * 9, place="long:1")]
    chosen = settings(max_length=100, early_stopping=None)
    account = tune(tiny, chosen, examples, seed=0).account
    assert (account.train, account.too_long) == (24, ["long:1"])


def test_a_device_that_is_not_there_is_named(tiny: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="device: cuda is not there"):
        run(tiny, more={"device": "cuda"})


def test_a_model_with_other_names_is_refused(tiny: Base) -> None:
    small = GPT2Config(n_embd=8, n_layer=1, n_head=1, vocab_size=300, n_positions=64)
    other = replace(tiny, model=GPT2LMHeadModel(small))
    with pytest.raises(InputError, match="this model has none of q_proj"):
        run(other)
