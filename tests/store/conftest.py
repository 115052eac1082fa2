"""Ledgers on every backend that is supported: the same tests run on each."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from proofstone.store.ledger import Ledger

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
ROOT = os.geteuid() == 0


def as_server(command: list[str | Path]) -> None:
    """Run a server program; the server refuses to run as root, so root lends it another user."""
    lent = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if ROOT else []
    subprocess.run([*lent, *command], check=True, capture_output=True, cwd="/")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, on a socket in a fresh folder."""
    if not PROGRAMS:
        pytest.fail("PostgreSQL's server programs are absent: apt-get install postgresql")
    base = Path(tempfile.mkdtemp(prefix="proofstone-pg-"))
    data = base / "data"
    if ROOT:
        os.chown(base, pwd.getpwnam("nobody").pw_uid, -1)
    bin_ = PROGRAMS[-1]
    options = f"-k {base} -c listen_addresses='' -c fsync=off"
    try:
        as_server([bin_ / "initdb", "-D", data, "-U", "proofstone", "-A", "trust", "-E", "UTF8"])
        as_server([bin_ / "pg_ctl", "-D", data, "-o", options, "-l", base / "log", "-w", "start"])
        try:
            yield f"postgresql+psycopg://proofstone@/postgres?host={base}"
        finally:
            as_server([bin_ / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(base)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty ledger on each backend."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite'}"
        return
    server: str = request.getfixturevalue("postgres")
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    admin.dispose()
    yield server


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    """An empty ledger on each backend."""
    ledger = Ledger(address)
    yield ledger
    ledger.close()
