from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.registry.releases import record_of, release_files

from proofstone.access.audit import check_trail, checkpoint
from proofstone.core.artifact import Draft
from proofstone.core.errors import InputError, StoreError, VerificationError
from proofstone.registry.decisions import Decisions
from proofstone.registry.register import register, sign_release
from proofstone.store.releases import ReleaseRow
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey

MODEL = {"model.json": b"{}", "weights.json": b"[1.5]"}


def test_a_release_is_entered_with_who_and_why(
    store: Store, enter: Callable[..., ReleaseRow], key: SigningKey
) -> None:
    row = enter()
    assert (row.name, row.verdict, row.who) == ("loans", "pass", "ada")
    assert row.created == "2025-01-01T00:00:00+00:00"
    assert store.releases.get(row.id) == row
    [decision] = Decisions(store.audit).all()
    assert (decision.action, decision.release, decision.who, decision.why) == (
        "register", row.id, "ada", "the best of its kind",
    )  # fmt: skip
    trail = Decisions(store.audit).trail()
    assert check_trail(trail, checkpoint(trail, key), key.public) == 1


def test_the_first_entry_stands(store: Store, enter: Callable[..., ReleaseRow]) -> None:
    assert enter() == enter()
    assert len(store.releases.all()) == 1
    assert len(Decisions(store.audit).all()) == 1


def test_a_shut_release_is_kept_as_evidence(enter: Callable[..., ReleaseRow]) -> None:
    assert enter(gap=0.5).verdict == "fail"


def test_a_killed_entry_is_completed_by_the_next(
    store: Store,
    enter: Callable[..., ReleaseRow],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Decisions, "enter_once", killed)
        with pytest.raises(KeyboardInterrupt):
            enter()
    assert Decisions(store.audit).all() == []
    enter()
    assert [one.action for one in Decisions(store.audit).all()] == ["register"]


def test_nothing_is_entered_when_it_cannot_be_stored(
    store: Store, enter: Callable[..., ReleaseRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(draft: Draft) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(store, "put", full)
    with pytest.raises(StoreError):
        enter()
    assert store.releases.all() == []
    assert Decisions(store.audit).all() == []


@pytest.mark.parametrize("field", ["release", "verdict"])
def test_a_record_that_contradicts_the_files(key: SigningKey, field: str) -> None:
    files = release_files(MODEL)
    record = record_of(files) | {field: "fail"}
    with pytest.raises(VerificationError, match=f"says {field} 'fail'"):
        sign_release(files, record, b"", key)


def test_a_wanting_model(store: Store, key: SigningKey) -> None:
    files = release_files(MODEL)
    record = record_of(files)
    del files["model/model.json"]
    with pytest.raises(InputError, match=r"model/model\.json"):
        register(store, files, record, b"", key)
