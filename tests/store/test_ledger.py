from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from proofstone.core.errors import Busy, InputError, MissingExtra, StoreError
from proofstone.store.answers import Answers
from proofstone.store.ledger import Ledger
from proofstone.store.tables import HEAD, metadata


def test_migrations_lead_to_the_tables(ledger: Ledger) -> None:
    with ledger.begin() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []


def test_opening_again_changes_nothing(address: str) -> None:
    for _ in range(2):
        ledger = Ledger(address)
        with ledger.begin() as connection:
            connection.execute(sa.text("INSERT INTO answers VALUES ('k' || random(), 'a')"))
        ledger.close()
    ledger = Ledger(address)
    with ledger.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM answers")) == 2
    ledger.close()


def test_a_ledger_from_a_newer_version_is_refused_and_left_alone(address: str) -> None:
    ledger = Ledger(address)
    with ledger.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    ledger.close()
    with pytest.raises(StoreError, match="has form 9999") as caught:
        Ledger(address)
    assert "upgrade Proofstone" in caught.value.hint
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        version = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    assert version == "9999"


def test_a_failed_transaction_leaves_nothing(ledger: Ledger) -> None:
    def half() -> None:
        with ledger.begin() as connection:
            connection.execute(sa.text("INSERT INTO answers VALUES ('k', 'a')"))
            raise KeyError("halfway")

    with pytest.raises(KeyError):
        half()
    with ledger.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM answers")) == 0


def test_rubbish_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"rubbish" * 1000)
    with pytest.raises(StoreError, match="not a database"):
        Ledger(f"sqlite:///{path}")


def test_another_writer_is_waited_for_then_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(f"sqlite:///{path}?timeout=0.1")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="another process"), ledger.begin():
        pass
    other.close()
    ledger.close()


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError) as caught:
        Ledger("postgresql+psycopg://me:s3cret@127.0.0.1:1/none?connect_timeout=1")
    assert "s3cret" not in f"{caught.value}{caught.value.hint}{caught.value!r}"


def test_without_the_driver_the_install_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(MissingExtra) as caught:
        Ledger("postgresql+psycopg://me@127.0.0.1/none")
    assert "proofstone[cluster]" in caught.value.hint


def test_a_read_only_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(f"sqlite:///{path}").close()
    ledger = Ledger(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="cannot be written"):
        Answers(ledger).put({"a": "b"})
    ledger.close()


def test_a_ledger_belongs_to_one_project(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.claim("credit")
    with pytest.raises(InputError, match="is the ledger of project credit, not of cells"):
        ledger.claim("cells")


def test_an_address_that_is_none_is_refused_without_repeating_its_secret() -> None:
    with pytest.raises(InputError, match="is not an address") as caught:
        Ledger("postgresql+psycopg://me:s3cret@host:port/x")
    assert "s3cret" not in f"{caught.value!r}{caught.value.hint}"
    assert caught.value.__cause__ is None


def test_a_password_in_the_query_is_never_shown() -> None:
    with pytest.raises(StoreError) as caught:
        Ledger("postgresql+psycopg://me@127.0.0.1:1/none?password=s3cret&connect_timeout=1")
    assert "s3cret" not in f"{caught.value}{caught.value.hint}{caught.value!r}"
