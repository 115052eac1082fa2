from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from proofstone.core.artifact import Artifact
from proofstone.store.ledger import Ledger
from proofstone.store.outcomes import Count, Outcome, Outcomes
from proofstone.store.releases import ReleaseRow, Releases
from proofstone.store.tables import HEAD

NOTHING = {"satisfied": None, "resolved": None, "comment": None}


def outcome(name: str, **changes: str) -> Outcome:
    fields = {"release": "r", "at": "2025-01-01", "language": "en", "outcome": "answered"}
    return Outcome(name, **{**fields, **changes})


@pytest.fixture
def outcomes(ledger: Ledger) -> Outcomes:
    """A ledger that knows two releases."""
    for name in ("r", "s"):
        row = ReleaseRow(name, Artifact("release", {}, {}), "helpdesk", "pass", "2025", "ada")
        Releases(ledger).add(row)
    return Outcomes(ledger)


def test_turns_are_counted_by_how_they_ended(outcomes: Outcomes) -> None:
    for one in (outcome("a"), outcome("b"), outcome("c", language="zh", outcome="handed_over"),
                outcome("d", release="s")):  # fmt: skip
        outcomes.add(one)
    assert outcomes.rate("a", "r", satisfied=True, resolved=None, comment=None, rated="t")
    assert set(outcomes.counts("r")) == {
        Count("en", "answered", True, True, None, 1),
        Count("en", "answered", False, None, None, 1),
        Count("zh", "handed_over", False, None, None, 1),
    }
    assert outcomes.counts("other") == []


def test_the_last_rating_stands_and_only_of_the_own_release(outcomes: Outcomes) -> None:
    outcomes.add(outcome("a"))
    for satisfied, comment in ((True, "good"), (False, None)):
        said = {"satisfied": satisfied, "resolved": None, "comment": comment}
        assert outcomes.rate("a", "r", **said, rated="t")
    assert not outcomes.rate("a", "s", **NOTHING, rated="t")
    assert not outcomes.rate("b", "r", **NOTHING, rated="t")
    assert outcomes.counts("r") == [Count("en", "answered", True, False, None, 1)]
    assert outcomes.comments("r", 5) == []


def test_the_newest_comments_come_first(outcomes: Outcomes) -> None:
    for at, name in enumerate("abc"):
        outcomes.add(outcome(name))
        said = {"satisfied": None, "resolved": False, "comment": f"comment {name}"}
        outcomes.rate(name, "r", **said, rated=f"2025-01-0{at + 1}")
    found = outcomes.comments("r", 2)
    assert [one["comment"] for one in found] == ["comment c", "comment b"]
    assert found[0]["resolved"] is False


def test_a_ledger_of_the_first_form_gets_the_table_and_keeps_its_rows(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    ledger = Ledger(address)
    with ledger.begin() as connection:
        connection.execute(sa.text("DROP TABLE outcomes"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        connection.execute(sa.text("INSERT INTO answers VALUES ('k', 'a')"))
    ledger.close()
    again = Ledger(address)
    with again.begin() as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == HEAD
        assert connection.scalar(sa.text("SELECT count(*) FROM answers")) == 1
        assert connection.scalar(sa.text("SELECT count(*) FROM outcomes")) == 0
    again.close()
