"""What `doctor` looks at: the machine, the settings, the keys and the store."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from proofstone.core.errors import ProofstoneError
from proofstone.core.i18n import _
from proofstone.core.settings import Settings, unknown_variables
from proofstone.registry.decisions import Decisions
from proofstone.store.store import Store

_EXTRAS = {"tabular": ("sklearn", "lightgbm", "interpret", "optuna", "fairlearn"),
           "text": ("xllamacpp",), "cluster": ("psycopg",)}  # fmt: skip
_ROOM = 1 << 30


def examine(store: Store | None, key: Path, settings: Settings) -> list[dict[str, Any]]:
    """Return each check as {"what", "ok", "found"}; an absent extra is no fault."""
    return list(_checks(store, key, settings))


def _checks(store: Store | None, key: Path, settings: Settings) -> Iterator[dict[str, Any]]:
    yield _entry(_("python"), True, platform.python_version())
    for extra, modules in _EXTRAS.items():
        absent = [name for name in modules if importlib.util.find_spec(name) is None]
        line = _("pip install 'proofstone[{extra}]' for {names}")
        found = line.format(extra=extra, names=", ".join(absent)) if absent else _("there")
        yield _entry(_("extra {name}").format(name=extra), True, found)
    strange = unknown_variables()
    yield _entry(_("settings"), not strange, "; ".join(strange) or _("known"))
    yield _entry(_("workers"), True, str(settings.workers))
    yield _key(key)
    if store is not None:
        free = shutil.disk_usage(store.root).free
        yield _entry(
            _("room on the disk"), free > _ROOM, _("{size:.1f} GB free").format(size=free / 1e9)
        )
        yield _attempt(_("stored objects"), lambda: _objects(store))
        yield _attempt(_("audit trail"), lambda: _trail(store))


def _key(path: Path) -> dict[str, Any]:
    if not path.exists():
        return _entry(_("signing key"), True, _("none yet; the first run makes one"))
    mode = stat.S_IMODE(path.stat().st_mode)
    safe = not mode & 0o077
    return _entry(
        _("signing key"),
        safe,
        _("mode {mode:o}").format(mode=mode) + ("" if safe else f": chmod 600 {path}"),
    )


def _objects(store: Store) -> str:
    artifacts = store.actions.artifacts()
    blobs = {blob.sha256: blob for artifact in artifacts for blob in artifact.files.values()}
    for blob in blobs.values():
        store.objects.read(blob)
    says = _("{n} artifacts, {blobs} objects, every digest holds")
    return says.format(n=len(artifacts), blobs=len(blobs))


def _trail(store: Store) -> str:
    rows, entries = store.audit.all(), Decisions(store.audit).trail()
    for place, (row, entry) in enumerate(zip(rows, entries, strict=True)):
        if row["seq"] != place or row["leaf"] != entry.leaf.hex():
            raise ProofstoneError(f"entry {place} was altered, or one before it is gone")
    return _("{n} entries, every leaf holds").format(n=len(rows))


def _attempt(what: str, look: Callable[[], str]) -> dict[str, Any]:
    try:
        return _entry(what, True, look())
    except ProofstoneError as error:
        return _entry(what, False, f"{error} ({error.hint})" if error.hint else str(error))


def _entry(what: str, ok: bool, found: str) -> dict[str, Any]:
    return {"what": what, "ok": ok, "found": found}
