from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from proofstone.core.errors import Busy, GateShut, InputError, StoreError, VerificationError
from proofstone.registry.decisions import STAGES, Decisions
from proofstone.registry.promote import promote, rollback
from proofstone.registry.shelf import find, open_release, releases
from proofstone.store.releases import ReleaseRow
from proofstone.store.store import Store
from proofstone.store.tables import releases as table
from proofstone.vault.keys import SigningKey

Enter = Callable[..., ReleaseRow]
ADA = {"who": "ada", "why": "the review agreed"}


@pytest.mark.parametrize("stage", STAGES)
def test_promotion_and_roll_back_are_decisions(
    store: Store, enter: Enter, key: SigningKey, stage: str
) -> None:
    first, second = enter(seed=1), enter(seed=2)
    assert Decisions(store.audit).current(stage) is None
    one = promote(store, first.id, stage, key.public, **ADA)
    assert (one.before, one.who, one.why) == (None, "ada", "the review agreed")
    two = promote(store, second.id[:8], stage, key.public, **ADA)
    assert two.before == first.id
    assert Decisions(store.audit).current(stage) == second.id
    back = rollback(store, stage, key.public, who="bob", why="complaints rose")
    assert (back.action, back.release, back.before) == ("rollback", first.id, second.id)
    assert Decisions(store.audit).current(stage) == first.id
    assert [one.action for one in Decisions(store.audit).all()] == [
        "register", "register", "promote", "promote", "rollback",
    ]  # fmt: skip
    assert back.to_json()["why"] == "complaints rose"
    with pytest.raises(InputError, match="no release stood there before"):
        rollback(store, stage, key.public, **ADA)


def test_stages_stand_apart(store: Store, enter: Enter, key: SigningKey) -> None:
    first, second = enter(seed=1), enter(seed=2)
    promote(store, first.id, "staging", key.public, **ADA)
    promote(store, first.id, "production", key.public, **ADA)
    promote(store, second.id, "staging", key.public, **ADA)
    stages = {one.row.id: one.stages for one in releases(store)}
    assert stages == {first.id: ("production",), second.id: ("staging",)}
    assert [one.to_json()["id"] for one in releases(store)] == [
        one.row.id for one in releases(store)
    ]


def test_no_path_reaches_a_stage_past_a_gate(store: Store, enter: Enter, key: SigningKey) -> None:
    good, bad = enter(), enter(gap=0.5)
    promote(store, good.id, "production", key.public, **ADA)
    before = Decisions(store.audit).all()
    for stage in STAGES:
        with pytest.raises(GateShut):
            promote(store, bad.id, stage, key.public, **ADA)
    with pytest.raises(GateShut):
        open_release(store, bad.id, key.public)
    assert Decisions(store.audit).all() == before
    assert Decisions(store.audit).current("production") == good.id


def test_a_forged_trail_serves_nothing(store: Store, enter: Enter, key: SigningKey) -> None:
    """Whoever writes to the ledger can move a stage's pointer, but not open a gate."""
    good, bad = enter(), enter(gap=0.5)
    decisions = Decisions(store.audit)
    decisions.enter("promote", bad.id, stage="production", before=None, who="eve", why="hush")
    with pytest.raises(GateShut):
        open_release(store, "production", key.public)
    decisions.enter("promote", good.id, stage="production", before=bad.id, who="ada", why="fix")
    with pytest.raises(GateShut):
        rollback(store, "production", key.public, **ADA)
    assert decisions.current("production") == good.id


def test_a_forged_row_is_caught(store: Store, enter: Enter, key: SigningKey) -> None:
    good, bad = enter(), enter(gap=0.5)
    with store.ledger.begin() as connection:
        change = table.update().where(table.c.id == bad.id)
        connection.execute(change.values(verdict="pass"))
    with pytest.raises(GateShut):
        promote(store, bad.id, "production", key.public, **ADA)
    with store.ledger.begin() as connection:
        change = table.update().where(table.c.id == bad.id)
        connection.execute(change.values(artifact=good.artifact.id))
    with pytest.raises(VerificationError, match="the ledger has"):
        promote(store, bad.id, "production", key.public, **ADA)


def test_a_damaged_or_foreign_release(
    store: Store, enter: Enter, key: SigningKey, tmp_path: Path
) -> None:
    row = enter()
    with pytest.raises(VerificationError, match="another key"):
        promote(store, row.id, "production", SigningKey.generate().public, **ADA)
    sha = row.artifact.files["model/weights.json"].sha256
    path = tmp_path / "store/objects" / sha[:2] / sha[2:]
    path.chmod(0o644)
    path.write_bytes(b"[6.6]")
    with pytest.raises(StoreError, match="was altered"):
        promote(store, row.id, "production", key.public, **ADA)
    assert Decisions(store.audit).current("production") is None


@pytest.mark.parametrize("words", [{"who": "", "why": "x"}, {"who": "ada", "why": " \n"}])
def test_who_and_why_are_required(
    store: Store, enter: Enter, key: SigningKey, words: dict[str, str]
) -> None:
    row = enter()
    empty = "who" if not words["who"] else "why"
    with pytest.raises(InputError, match=f"{empty}: a decision needs it"):
        promote(store, row.id, "staging", key.public, **words)
    with pytest.raises(InputError, match=f"{empty}: a decision needs it"):
        rollback(store, "staging", key.public, **words)


def test_unknown_stages_releases_and_repeats(store: Store, enter: Enter, key: SigningKey) -> None:
    row = enter()
    with pytest.raises(InputError, match="there is no stage 'prod'"):
        promote(store, row.id, "prod", key.public, **ADA)
    with pytest.raises(InputError, match="there is no stage 'prod'"):
        rollback(store, "prod", key.public, **ADA)
    with pytest.raises(InputError, match="there is no release 'ffff'"):
        promote(store, "ffff", "staging", key.public, **ADA)
    promote(store, row.id, "staging", key.public, **ADA)
    with pytest.raises(InputError, match="stands in staging already"):
        promote(store, row.id, "staging", key.public, **ADA)


def test_a_decision_taken_on_an_old_view_is_not_entered(
    store: Store, enter: Enter, key: SigningKey
) -> None:
    first, second = enter(seed=1), enter(seed=2)
    promote(store, first.id, "staging", key.public, **ADA)
    decisions = Decisions(store.audit)
    with pytest.raises(Busy, match="entered meanwhile"):
        decisions.enter("promote", second.id, stage="staging", before=None, **ADA)
    assert decisions.current("staging") == first.id


def test_a_decision_entered_between_reading_and_writing(
    store: Store, enter: Enter, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = enter(seed=1), enter(seed=2)
    rows = store.audit.all()
    promote(store, first.id, "staging", key.public, **ADA)
    monkeypatch.setattr(store.audit, "all", lambda: rows)
    with pytest.raises(Busy, match="entered meanwhile"):
        Decisions(store.audit).enter("promote", second.id, stage="staging", before=None, **ADA)
    monkeypatch.undo()
    assert Decisions(store.audit).current("staging") == first.id


def test_releases_are_found_by_prefix_stage_and_age(
    store: Store, enter: Enter, key: SigningKey
) -> None:
    with pytest.raises(InputError, match="there is no release 'latest'"):
        find(store, "latest")
    row = enter()
    assert find(store, "latest") == find(store, row.id) == find(store, row.id[:4]) == row
    with pytest.raises(InputError, match="no release"):
        find(store, row.id[:3])
    with pytest.raises(InputError, match="no release stands in production"):
        find(store, "production")
    promote(store, row.id, "production", key.public, **ADA)
    assert find(store, "production") == row
    assert open_release(store, "production", key.public).release == row.id


def test_an_ambiguous_prefix(store: Store, enter: Enter) -> None:
    row = enter()
    twin = row.id[:10] + "0" * 54
    with store.ledger.begin() as connection:
        values = vars(row) | {"id": twin, "artifact": row.artifact.id}
        connection.execute(sa.insert(table).values(values))
    with pytest.raises(InputError, match="may mean several"):
        find(store, row.id[:10])
    assert find(store, twin).id == twin
