"""What is said to be learned was learned: canaries, members, and others that never were."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.train.tune.tiny import sums

from proofstone.assess.memorised.canary import read_canary
from proofstone.assess.memorised.examples import read_example
from proofstone.core.project.tune import EarlyStopping, Lora, Tune
from proofstone.models.canary import Canary, make_canaries
from proofstone.models.conversation import exchange
from proofstone.train.tune.batches import step_rows
from proofstone.train.tune.examples import Example, split
from proofstone.train.tune.load import Base
from proofstone.train.tune.memorised import examples_of, memorised
from proofstone.train.tune.result import Tuned
from proofstone.train.tune.train import tune

CANARIES = make_canaries(3, ["en", "zh"], seed=1)
STOPPING = EarlyStopping(share=0.25, every=1, patience=9)
SEED = 3


def run(base: Base, canaries: list[Canary], repeats: int = 1, **more: Any) -> Tuned:
    given: dict[str, Any] = {"steps": 2, "batch_size": 4, "early_stopping": STOPPING,
                             "lora": Lora(rank=2)} | more  # fmt: skip
    planted = examples_of(canaries, repeats)
    return tune(base, Tune(**given), sums(), seed=SEED, planted=planted)


def said(document: dict[str, Any]) -> str:
    return str(document["messages"][-1]["content"]) + str(document["messages"][0]["content"])


def test_only_what_the_steps_took_counts_as_trained_on(tiny: Base) -> None:
    tuned = run(tiny, CANARIES)
    train = [*split(sums(), 0.25, SEED)[0], *examples_of(CANARIES, 1)]
    taken = {row for step in range(tuned.account.kept) for row in step_rows(step, 4, 21, SEED)}
    assert tuned.account.kept == 2
    assert tuned.account.train == len(train) == 21
    assert len(taken) == 8
    assert [one.place for one in tuned.trained] == [train[at].place for at in sorted(taken)]
    assert [one.place for one in tuned.held] == [one.place for one in split(sums(), 0.25, SEED)[1]]


def test_steps_that_were_undone_taught_nothing(tiny: Base) -> None:
    """The weights that were kept are those of before any step."""
    wild: dict[str, Any] = {
        "learning_rate": 0.9,
        "schedule": "constant",
        "warm_up": 0.0,
        "clip": 100.0,
    }
    tuned = run(tiny, CANARIES, steps=1, **wild)
    assert (tuned.account.steps, tuned.account.kept, tuned.trained) == (1, 0, ())
    document = memorised(tuned, CANARIES, SEED)
    assert document["canaries"] == {"planted": [], "unseen": 3}
    assert document["membership"]["members"] == []


def test_canaries_are_learned_as_often_as_they_are_planted(tiny: Base) -> None:
    tuned = run(tiny, CANARIES, repeats=4, steps=8)
    assert tuned.account.train == 18 + 12
    assert sum(one.place.startswith("canary") for one in tuned.trained) == 12
    document = memorised(tuned, CANARIES, SEED)
    assert document["canaries"]["unseen"] == 0
    assert [one["secret"] for one in document["canaries"]["planted"]] == [
        one.secret for one in CANARIES
    ]
    for one in document["canaries"]["planted"]:
        assert read_canary(one, "here").space == one["space"]


def test_members_were_trained_on_and_the_others_never(tiny: Base) -> None:
    tuned = run(tiny, CANARIES, steps=9)
    found = memorised(tuned, CANARIES, SEED)["membership"]
    groups = split(sums(), 0.25, SEED)
    known = [{one.turns for one in side} for side in groups]
    for name, turns in zip(("members", "held_out"), known, strict=True):
        assert found[name]
        for document in found[name]:
            example = read_example(document, name)
            assert any(one[:-1] == example.asked for one in turns)
    assert "locker" not in str(found)
    seen = {one.turns for one in tuned.trained}
    assert len(found["held_out"]) == sum(one.turns not in seen for one in groups[1])


def test_where_nothing_is_held_out_there_is_nothing_to_tell_apart(tiny: Base) -> None:
    tuned = run(tiny, CANARIES, steps=6, early_stopping=None)
    assert tuned.held == ()
    assert memorised(tuned, CANARIES, SEED)["membership"] == {"members": [], "held_out": []}


def listed(name: str, count: int) -> tuple[Example, ...]:
    return tuple(Example(exchange(f"{name} {at}?", "Yes."), "", name) for at in range(count))


@pytest.mark.parametrize(
    ("trained", "held", "members", "others"),
    [(900, 800, 200, 200), (900, 12, 48, 12), (5, 12, 5, 12), (900, 0, 0, 0)],
)
def test_samples_are_small_and_follow_from_the_seed(
    tiny: Base, trained: int, held: int, members: int, others: int
) -> None:
    made = run(tiny, [])
    tuned = replace(made, trained=listed("seen", trained), held=listed("held", held))
    found = memorised(tuned, [], SEED)["membership"]
    assert (len(found["members"]), len(found["held_out"])) == (members, others)
    assert len({said(one) for one in found["members"]}) == members
    assert memorised(tuned, [], SEED)["membership"] == found
    assert members in (0, 5) or memorised(tuned, [], 4)["membership"] != found


def test_what_was_trained_on_in_other_words_of_the_file_is_not_held_out(tiny: Base) -> None:
    """The same turns under two groups: one was trained on, the other set aside."""
    made = run(tiny, [])
    twins = [replace(one, group="other", place="twin") for one in listed("seen", 2)]
    tuned = replace(made, trained=listed("seen", 9), held=(*twins, *listed("held", 3)))
    found = memorised(tuned, [], SEED)["membership"]
    assert [one["messages"][0]["content"] for one in found["held_out"]] == [
        "held 0?", "held 1?", "held 2?",
    ]  # fmt: skip
    tuned = replace(made, trained=listed("seen", 9), held=tuple(twins))
    assert memorised(tuned, [], SEED)["membership"] == {"members": [], "held_out": []}


def test_what_is_too_long_for_the_model_is_not_said_to_be_learned(tiny: Base) -> None:
    tuned = run(tiny, CANARIES, steps=8, max_length=60)
    assert set(tuned.account.too_long) == {"canary 1", "canary 2", "canary 3"}
    assert memorised(tuned, CANARIES, SEED)["canaries"] == {"planted": [], "unseen": 3}
