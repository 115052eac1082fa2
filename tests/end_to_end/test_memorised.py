"""A candidate that is tuned is measured for what it learned by heart, with nothing else to set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.end_to_end.helpdesk import PROJECT, REASON, own_helpdesk, save
from tests.end_to_end.stranger import proofstone
from tests.train.tune.tiny import write_tiny

from proofstone.api import Workspace
from proofstone.core.canonical import digest
from proofstone.core.project.tune import EarlyStopping, Lora, Tune
from proofstone.models.conversation import exchange
from proofstone.train.tune.examples import Example, write_examples

BITS, RATE = "canary_exposure_bits", "canary_extraction_rate"
AUC, FOUND = "membership_auc", "membership_tpr_at_1_fpr"
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Path:
    return own_helpdesk(tmp_path_factory.getbasetemp(), tmp_path / "project")


def talks() -> list[Example]:
    """Answers that follow from their questions: those held out are learned with the others."""
    return [Example(exchange(f"{at}?", "yes"), f"{at}", f"{at}") for at in range(10, 50)]


def responder(name: str, generator: Path, **more: Any) -> dict[str, Any]:
    return {"name": name, "generator": f"file://{generator}", "max_tokens": 16, "context": 512,
            **more}  # fmt: skip


def run(own: Path, tune: Tune, *gates: dict[str, Any]) -> dict[str, Any]:
    """The record's candidates by name: one quotes, one is not tuned, one is."""
    base = write_tiny(own / "tiny.gguf")
    (own / "talks.jsonl").write_bytes(write_examples(talks()))
    candidates = [
        {"name": "quoting"},
        responder("base", base),
        responder("tuned", base, tune=tune.model_dump(mode="json")),
    ]
    assess = {"probes": ["canaries", "membership"], "gates": list(gates)}
    project = PROJECT | {"assistant": PROJECT["assistant"] | {"candidates": candidates}}
    save(own, project | {"assess": assess, "select": {"prefer": RATE}})
    ended = proofstone("run", "-C", own, "--json")
    assert ended.status == 3, ended.out + ended.err
    return {one["name"]: one for one in Workspace(own).record()["candidates"]}


def findings(own: Path, name: str) -> dict[str, dict[str, Any]]:
    """What was measured on a candidate before any gate judged it, by metric."""
    with closing(Workspace(own).open_store()) as store:
        action = store.actions.history(f"assess.candidate/{name}")[0]
        document = store.open(action.outputs["findings"]).read("findings.json")
        return {one["metric"]: one for one in json.loads(document)}


def learning(**more: Any) -> Tune:
    given: dict[str, Any] = {
        "examples": "talks.jsonl", "batch_size": 8, "learning_rate": 5e-3, "device": "cpu",
        "lora": Lora(rank=16, alpha=32, targets=ALL),
    }  # fmt: skip
    return Tune(**given | more)


def test_what_was_planted_often_and_learned_long_shuts_the_gate(own: Path) -> None:
    """Nothing but `tune` is set."""
    stopping = EarlyStopping(share=0.3, every=80)
    tune = learning(steps=80, canaries=2, canary_repeats=20, early_stopping=stopping)
    judged = run(own, tune, {"metric": RATE, "max": 0.2, "reason": REASON})
    assert judged["tuned"]["verdict"] == "fail"
    account = judged["tuned"]["trials"]["tune"]
    assert (account["train"], account["held"], account["kept"]) == (28 + 40, 12, 80)
    found = findings(own, "tuned")
    assert (found[RATE]["value"], found[RATE]["n"]) == (1.0, 2)
    assert found[BITS]["value"] == 7.0
    assert (found[AUC]["n"], found[FOUND]["n"]) == (28 + 12, 28)
    assert found[AUC]["low"] < 0.5 < found[AUC]["high"]
    [adapter] = [one for one in judged["tuned"]["weights"] if one["address"].startswith("tuned")]
    base = digest((own / "tiny.gguf").read_bytes())
    assert adapter["origin"] == f"file://{own / 'tiny.gguf'} (SHA-256 {base})"
    assert len(adapter["sha256"]) == 64
    for name, why in (("base", "no secret was planted"), ("quoting", "does not answer Logprobs")):
        untuned = findings(own, name)
        assert {one["verdict"] for one in untuned.values()} == {"not_applicable"}
        assert any(why in one["reason"] for one in untuned.values())


def test_where_nothing_is_held_out_or_planted_the_findings_say_so(own: Path) -> None:
    run(own, learning(steps=2, canaries=0, early_stopping=None))
    found = findings(own, "tuned")
    assert {name: one["verdict"] for name, one in found.items()} == {
        AUC: "not_run", FOUND: "not_run", BITS: "not_applicable", RATE: "not_applicable",
    }  # fmt: skip
    assert "held out" in found[AUC]["reason"]
