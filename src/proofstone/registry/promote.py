"""Promotion and roll-back: a stage changes only through a full verification."""

from __future__ import annotations

import json

from proofstone.core.errors import InputError
from proofstone.registry.bundle import PROJECT, PROVENANCE
from proofstone.registry.champion import refuse_another
from proofstone.registry.decisions import Decision, Decisions, known_stage, named
from proofstone.registry.shelf import find, open_release
from proofstone.store.store import Store
from proofstone.vault.keys import PublicKey


def promote(
    store: Store, release: str, stage: str, public: PublicKey, *, who: str, why: str
) -> Decision:
    """Put a release into a stage, and return the decision as entered.

    Every stage asks for the same: the stored release is intact, signed under `public`, and each
    of its gates is open, judged anew. Gates on changes must have been judged against the release
    that stands in the stage now.

    Raises:
        InputError: no such release or stage; it stands there already; who or why is empty.
        VerificationError, GateShut: it may not be promoted; the stage stays as it was.
    """
    known_stage(stage)
    who, why = named(who, "who"), named(why, "why")
    row = find(store, release)
    decisions = Decisions(store.audit)
    before = decisions.current(stage)
    if before == row.id:
        raise InputError(f"release {row.id[:12]} stands in {stage} already")
    open_release(store, row.id, public)
    files = store.open(row.artifact)
    project, provenance = (json.loads(files.read(name)) for name in (PROJECT, PROVENANCE))
    refuse_another(project, provenance, stage, before)
    return decisions.enter("promote", row.id, stage=stage, before=before, who=who, why=why)


def rollback(store: Store, stage: str, public: PublicKey, *, who: str, why: str) -> Decision:
    """Return a stage to the release that stood there before, and return the decision.

    That release is verified anew, its gates too.

    Raises:
        InputError: nothing stood there before; no such stage; who or why is empty.
        VerificationError, GateShut: the release before may not stand there; the stage stays.
    """
    who, why = named(who, "who"), named(why, "why")
    decisions = Decisions(store.audit)
    history = decisions.history(stage)
    if len(history) < 2:
        raise InputError(
            f"{stage}: no release stood there before",
            hint="promote another release instead",
        )
    before, previous = history[-1], history[-2]
    open_release(store, previous, public)
    return decisions.enter("rollback", previous, stage=stage, before=before, who=who, why=why)
