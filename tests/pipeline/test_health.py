from __future__ import annotations

import shutil
import sqlite3
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from tests.pipeline.toy import nodes, run

from proofstone.core.settings import settings
from proofstone.pipeline.health import examine
from proofstone.pipeline.node import Port
from proofstone.registry.decisions import Decisions
from proofstone.store.store import Store
from proofstone.vault.keys import SigningKey


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "store")
    yield made
    made.close()


def examined(store: Store | None, key: Path, **variables: str) -> dict[str, dict[str, Any]]:
    with mock.patch.dict("os.environ", {"PROOFSTONE_LANGUAGE": "en", **variables}):
        return {one["what"]: one for one in examine(store, key, settings())}


def wrong(found: dict[str, dict[str, Any]]) -> list[str]:
    return [name for name, one in found.items() if not one["ok"]]


def test_a_healthy_project_has_nothing_wrong(store: Store, tmp_path: Path) -> None:
    run(store.root, nodes(4))
    Decisions(store.audit).enter_once("register", "r1", who="me", why="all passed")
    key = tmp_path / "signer.pem"
    SigningKey.generate().save(key)
    found = examined(store, key)
    assert wrong(found) == []
    assert found["extra tabular"]["found"] == "there"
    assert found["signing key"]["found"] == "mode 600"
    assert found["stored objects"]["found"] == "3 artifacts, 4 objects, every digest holds"
    assert found["audit trail"]["found"] == "1 entries, every leaf holds"


def test_without_a_project_the_machine_alone_is_looked_at(tmp_path: Path) -> None:
    found = examined(None, tmp_path / "none.pem")
    assert wrong(found) == []
    assert "none yet" in found["signing key"]["found"]
    assert not {"stored objects", "audit trail", "room on the disk"} & found.keys()


def test_an_absent_extra_is_no_fault_but_its_install_line_is_shown(tmp_path: Path) -> None:
    with mock.patch("importlib.util.find_spec", return_value=None):
        found = examined(None, tmp_path / "none.pem")
    assert wrong(found) == []
    assert "pip install 'proofstone[text]'" in found["extra text"]["found"]
    assert "xllamacpp" in found["extra text"]["found"]


def test_a_key_that_others_can_read_is_a_fault(tmp_path: Path) -> None:
    key = tmp_path / "signer.pem"
    SigningKey.generate().save(key)
    key.chmod(0o644)
    found = examined(None, key)
    assert wrong(found) == ["signing key"]
    assert f"chmod 600 {key}" in found["signing key"]["found"]


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    found = examined(None, tmp_path / "none.pem", PROOFSTONE_WORKER="3")
    assert wrong(found) == ["settings"]
    assert "PROOFSTONE_WORKER" in found["settings"]["found"]


def test_a_damaged_object_is_named_with_its_remedy(store: Store, tmp_path: Path) -> None:
    done = run(store.root, nodes(4))
    blob = done.outputs[Port("shout", "shout")].files["shout.txt"]
    path = store.root / "objects" / blob.sha256[:2] / blob.sha256[2:]
    path.write_bytes(b"LOUD")
    found = examined(store, tmp_path / "none.pem")
    assert wrong(found) == ["stored objects"]
    assert "was altered" in found["stored objects"]["found"]
    assert "doctor --repair" in found["stored objects"]["found"]


@pytest.mark.parametrize("statement", [
    "DELETE FROM audit WHERE seq = 1",
    "UPDATE audit SET who = 'her' WHERE seq = 1",
    "UPDATE audit SET details = replace(details, 'all passed', 'all is well') WHERE seq = 2",
])  # fmt: skip
def test_an_altered_audit_trail_is_noticed(statement: str, store: Store, tmp_path: Path) -> None:
    for place in range(3):
        Decisions(store.audit).enter_once("register", f"r{place}", who="me", why="all passed")
    with sqlite3.connect(store.root / "ledger.sqlite") as ledger:
        assert ledger.execute(statement).rowcount == 1
    found = examined(store, tmp_path / "none.pem")
    assert wrong(found) == ["audit trail"]
    assert "altered" in found["audit trail"]["found"]


def test_a_full_disk_is_a_fault(store: Store, tmp_path: Path) -> None:
    usage = namedtuple("usage", "total used free")(10**12, 10**12, 10**6)
    with mock.patch.object(shutil, "disk_usage", return_value=usage):
        found = examined(store, tmp_path / "none.pem")
    assert wrong(found) == ["room on the disk"]
    assert found["room on the disk"]["found"] == "0.0 GB free"
