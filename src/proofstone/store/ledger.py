"""The ledger: one database of what ran, what came of it, and who decided what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError

from proofstone.core.durable import border
from proofstone.core.errors import Busy, InputError, StoreError
from proofstone.core.extras import need
from proofstone.core.settings import Address
from proofstone.store.tables import HEAD, owner

_MIGRATIONS = Path(__file__).parent / "migrations"


class Ledger:
    """A database at an SQLAlchemy address, brought to the newest form when opened.

    Raises:
        StoreError: it is newer than this code, damaged, or cannot be written.
    """

    def __init__(self, address: str) -> None:
        self._shown = str(Address(address))
        url = _parsed(address, self._shown)
        if url.get_backend_name() == "postgresql":
            need("psycopg", "cluster")
        elif url.database and not url.database.startswith("file:"):
            folder = Path(url.database).parent
            with border(folder):
                folder.mkdir(parents=True, exist_ok=True)
        self.engine = sa.create_engine(url)
        if self.dialect == "sqlite":
            _own_transactions(self.engine)
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"Ledger({self._shown!r})"

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction: all of it is kept, or none."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except (OperationalError, DatabaseError) as error:
            raise self._refused(error) from error

    def claim(self, project: str) -> None:
        """Enter whose ledger this is, or check that it is the ledger of `project`.

        Raises:
            InputError: it belongs to another project: stages and releases would mix.
        """
        with self.begin() as connection:
            known = connection.scalar(sa.select(owner.c.project))
            if known is None:
                connection.execute(owner.insert().values(project=project))
        if known not in (None, project):
            raise InputError(
                f"{self._shown}: is the ledger of project {known}, not of {project}",
                hint="give each project a database of its own",
            )

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _migrate(self) -> None:
        with self.begin() as connection:
            revision = self._revision(connection)
            if revision == HEAD:
                return
            self._upgrade(connection, revision)

    def _upgrade(self, connection: sa.Connection, revision: str | None) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if revision is not None and revision not in known:
            raise StoreError(
                f"{self._shown}: the ledger has form {revision}, this Proofstone knows {HEAD}",
                hint="it was written by a newer version: upgrade Proofstone, or name another store",
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    def _revision(self, connection: sa.Connection) -> str | None:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return revision

    def _refused(self, error: DatabaseError) -> InputError:
        text = str(error.orig)
        if "locked" in text:
            return Busy(f"{self._shown}: held by another process", hint="try again in a moment")
        if "readonly" in text or "unable to open" in text:
            hint = "give your user write access, or set PROOFSTONE_LEDGER to another address"
            return StoreError(f"{self._shown}: the ledger cannot be written", hint=hint)
        if "full" in text or "disk I/O" in text:
            hint = "free some room, then run again: nothing was lost"
            return StoreError(f"{self._shown}: the disk is full", hint=hint)
        hint = "restore it from a backup, or move it away and run again: steps are then redone"
        return StoreError(f"{self._shown}: {text}", hint=hint)


def _parsed(address: str, shown: str) -> sa.URL:
    try:
        return sa.make_url(address)
    except (ValueError, sa.exc.ArgumentError):
        raise InputError(
            f"{shown}: is not an address of a ledger",
            hint="postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE; write @ as %40",
        ) from None


def _own_transactions(engine: sa.Engine) -> None:
    """Let transactions hold table changes too: the driver's own handling commits before them."""

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
