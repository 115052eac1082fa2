"""Models from elsewhere: what is known, what is here, and what is recorded of each."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from proofstone.core.errors import InputError
from proofstone.core.project.nearest import nearest
from proofstone.models.sources.card import card
from proofstone.models.sources.fetch import fetch, find, place_of
from proofstone.models.sources.known import KNOWN, by_address, by_name
from proofstone.models.sources.shelf import Fetched, Shelf
from proofstone.pipeline.engine import Tell, silent

_NODE = "models.pull"


def list_models(folder: Path) -> dict[str, Any]:
    """The known models, then others that are kept in `folder`.

    Of each: name, use (empty where not known), address, sha256, size in bytes, licence, origin,
    whether the digest was `pinned` beforehand, and the path where it lies, or null.
    """
    models = []
    for known in KNOWN:
        path = place_of(known.address, folder=folder)
        models.append(
            {
                "name": known.name, "use": known.use, "address": known.address,
                "sha256": known.sha256, "size": known.size, "licence": known.licence,
                "origin": known.origin, "pinned": True, "path": str(path) if path else None,
            }
        )  # fmt: skip
    others = (kept for kept in Shelf(folder).list() if by_address(kept.address) is None)
    models.extend({"name": _short(kept), "use": ""} | kept.to_json() for kept in others)
    return {"folder": str(folder), "models": models}


def pull_model(
    model: str, folder: Path, *, sha256: str | None = None, tell: Tell = silent
) -> dict[str, Any]:
    """Fetch a model by address or known name; return its card with path and `pinned`.

    Raises:
        ProofstoneError: as for `models.sources.fetch.fetch`.
    """
    started = time.monotonic()
    tell(_NODE, "start", None)
    fetched = fetch(
        _address(model),
        sha256=sha256,
        folder=folder,
        tell=lambda sentence: tell(_NODE, sentence, None),
    )
    tell(_NODE, "ran", time.monotonic() - started)
    return _document(fetched)


def show_model(model: str, folder: Path) -> dict[str, Any]:
    """The card of a model that is on this machine, with path and `pinned`; nothing is fetched.

    Raises:
        InputError: it is not here.
        ProofstoneError: as for `models.sources.fetch.find`.
    """
    address = _address(model)
    if "/" not in address and not Path(address).exists():
        names = [known.name for known in KNOWN]
        raise InputError(f"{model}: no model of that name is known", hint=nearest(model, names))
    found = find(address, folder=folder)
    if found is None:
        raise InputError(
            f"{address}: is not on this machine", hint=f"proofstone models pull {address}"
        )
    return _document(found)


def _address(model: str) -> str:
    known = by_name(model)
    return known.address if known else model


def _document(fetched: Fetched) -> dict[str, Any]:
    return card(fetched).to_json() | {"path": str(fetched.path), "pinned": fetched.pinned}


def _short(kept: Fetched) -> str:
    return kept.address.rstrip("/").rpartition("/")[2]
