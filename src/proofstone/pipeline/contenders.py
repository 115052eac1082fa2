"""Who stands against whom: releases, candidates and models, asked about rows that they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.asked import Table
from proofstone.assess.challenge.case import Answers, Challenge, Duel, answered_duel
from proofstone.assess.challenge.equal_rows import fingerprints
from proofstone.assess.challenge.unseen import Past, unseen_answers
from proofstone.assess.foreign.meaning import Said, meant
from proofstone.assess.foreign.recorded import people
from proofstone.assess.labels import Labels, column, read_labels
from proofstone.assess.predictions import cut_off
from proofstone.core.errors import InputError
from proofstone.data.sources.opening import read_file
from proofstone.models.contract import Model
from proofstone.models.foreign.onnx_file import OnnxFile
from proofstone.models.rows import Rows
from proofstone.pipeline.contender import Contender, contender_of, release_of
from proofstone.store.store import Store


@dataclass(frozen=True, eq=False)
class Contest:
    """A duel, and what is known of both sides.

    Of a side: `kind` (release, candidate, model or column), `name`, and its `release` where there
    is one. `seen` counts, by side, the rows that a model may have been trained on; a side that is
    absent there saw none of them, or it is not known.
    """

    duel: Duel
    champion: Mapping[str, Any]
    challenger: Mapping[str, Any]
    label: str
    seen: Mapping[str, int] = field(default_factory=dict)


def contest(
    store: Store,
    challenger: str | Path | Model,
    *,
    champion: str,
    data: Path | None = None,
    threshold: float | None = None,
) -> Contest:
    """Return the contest of `challenger` against the release `champion`; see `challenge`."""
    first = release_of(store, champion)
    second = _named(store, challenger) if isinstance(challenger, str) else challenger
    task = first.task
    if isinstance(second, Contender):
        _same_task(first, second)
    if threshold is not None and isinstance(second, Contender):
        raise InputError(
            f"threshold is given, but {second.name} decides by its own",
            hint="leave threshold out; it is for a model that brings none",
        )
    if data is not None:
        return _meet(_Field(read_file(data), task), first, second, cut_off(threshold))
    if isinstance(second, Contender):
        met = _unseen(first, second, task)
        if met is not None:
            return met
    source = second if isinstance(second, Contender) else first
    answers, table = source.answers(), source.table()
    if answers is None or table is None:
        raise InputError(
            f"the rows that {source.name} was judged on are no longer kept",
            hint="name a file with rows and labels: --data FILE",
        )
    judged = table[answers["row"].to_numpy()]
    return _meet(_Field(judged, task, source, answers), first, second, cut_off(threshold))


def _same_task(first: Contender, second: Contender) -> None:
    told = [(str(one.task["label"]), str(one.task["positive"])) for one in (first, second)]
    if told[0] != told[1]:
        decides = [f"{label} = {positive}" for label, positive in told]
        raise InputError(
            f"{second.name} decides about {decides[1]}, the champion about {decides[0]}",
            hint="name two models of one label and one positive class",
        )


def _named(store: Store, name: str) -> Contender | Path:
    """What a name says: a file that ends in .onnx, a release, or a candidate of the last run."""
    return Path(name) if name.lower().endswith(".onnx") else contender_of(store, name)


@dataclass(frozen=True, eq=False)
class _Field:
    """Rows with labels; `answers` are those that `source` gave to them when it was judged."""

    frame: pl.DataFrame
    task: Mapping[str, Any]
    source: Contender | None = None
    answers: pl.DataFrame | None = None

    @property
    def labels(self) -> Labels:
        """The labels of the rows."""
        label = column(self.frame, str(self.task["label"]))
        return read_labels(label, str(self.task["positive"]))

    @property
    def groups(self) -> dict[str, np.ndarray]:
        """The group of each row in each protected column that the rows have."""
        named = (name for name in self.task["protected"] if name in self.frame.columns)
        return people(self.frame, named)

    def ask(self, side: Contender) -> tuple[Answers, int]:
        """A side's answers, and how many of these rows stand in the table that it came from."""
        if side is self.source and self.answers is not None:
            return _answers(self.answers), 0
        model = side.model()
        answers = Answers(model.scores(self.frame), model.thresholds(self.frame))
        names = [*(one.name for one in model.signature.inputs), str(self.task["label"])]
        return answers, _overlap(self.frame, side.table(), names)


def _meet(
    held: _Field, first: Contender, second: Contender | Path | Model, threshold: float
) -> Contest:
    """Both asked about the same rows; who has recorded answers to these very rows gives those."""
    labels = held.labels
    champion, seen = held.ask(first)
    counts = {"champion": seen}
    other: Mapping[str, Any]
    if isinstance(second, Contender):
        challenger, counts["challenger"] = held.ask(second)
        names = (labels.negative, labels.positive)
        duel = answered_duel(labels.target, names, champion, challenger, held.groups)
        other = second.to_json()
    else:
        model = _opened(second, held, first) if isinstance(second, Path) else second
        duel = _against(held, labels, champion, model, threshold)
        name = second.name if isinstance(second, Path) else model.id[:12]
        other = {"kind": "model", "name": name, "release": None}
    known = {side: count for side, count in counts.items() if count}
    return Contest(duel, first.to_json(), other, str(held.task["label"]), known)


def _opened(path: Path, held: _Field, champion: Contender) -> Model:
    """The model in an ONNX file; its inputs are the champion's, in their order."""
    label, positive = str(held.task["label"]), str(held.task["positive"])
    protected = tuple(held.groups)
    source = OnnxFile(
        path,
        held.frame,
        columns=[one.name for one in champion.model().signature.inputs],
        spare=protected,
    )
    table = Table.of(held.frame, label, protected=protected)
    return meant(source, table, Said(task="decision", positive=positive))


def _against(
    held: _Field, labels: Labels, champion: Answers, model: Model, threshold: float
) -> Duel:
    """The duel with a model that is asked about the rows as probes ask."""
    classes = model.signature.classes
    if len(classes) != 2:
        raise InputError(
            f"the challenger knows {len(classes)} classes, and two are decided between",
            hint="give a model that answers the probability of both classes",
        )
    if labels.positive not in classes:
        raise InputError(
            f"the challenger's classes are {', '.join(classes)}, and {labels.positive!r} is "
            "none of them",
            hint="give a model whose classes are called as the labels are",
        )
    inputs = [column(held.frame, one.name) for one in model.signature.inputs]
    case = Challenge(
        rows=Rows.of(pl.DataFrame(inputs)),
        target=labels.target,
        threshold=np.full(held.frame.height, threshold),
        protected=held.groups,
        positive=classes.index(labels.positive),
        champion=champion,
    )
    return Duel(case, model, labels.positive)


def _unseen(first: Contender, second: Contender, task: Mapping[str, Any]) -> Contest | None:
    """Both sides' answers to rows that neither has seen; None where they do not meet there.

    Rows are those that the challenger was judged on, with its answers of that time.
    """
    own, table = second.answers(), second.table()
    answers, past = first.answers(), first.table()
    if own is None or table is None or answers is None or past is None:
        return None
    side = Past(first.model(), past, answers)
    if not set(side.columns) <= set(table.columns) & set(past.columns):
        return None
    same = first.provenance["data"] == second.provenance["data"]
    rows = own["row"].to_numpy()
    found = unseen_answers(side, table, rows, same=same)
    both = own.join(found.answers, on="row", suffix="_first").sort("row")
    if not both.height:
        return None
    duel = answered_duel(
        both["label"].to_numpy().astype(np.int64),
        (f"not {task['positive']}", str(task["positive"])),
        _answers(both, "_first"),
        _answers(both),
        people(table[both["row"].to_numpy()], task["protected"]),
        evidence=second.evidence,
    )
    return Contest(duel, first.to_json(), second.to_json(), str(task["label"]))


def _answers(frame: pl.DataFrame, suffix: str = "") -> Answers:
    score, threshold = (
        frame[f"{name}{suffix}"].to_numpy().astype(np.float64) for name in ("score", "threshold")
    )
    return Answers(score, threshold)


def _overlap(frame: pl.DataFrame, table: pl.DataFrame | None, names: list[str]) -> int:
    """How many rows of `frame` stand in `table` too, equal in the columns `names`."""
    if table is None or not set(names) <= set(frame.columns) & set(table.columns):
        return 0
    one, other = fingerprints(frame, table, names)
    return int(one.is_in(other.implode()).sum())
