"""A rehearsal: what a probe asks, found with stand-ins for the model, which is asked nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from proofstone.checks.cases import Case
from proofstone.checks.oracle import Oracle, Tally, stream
from proofstone.checks.probe import Ask, Probe
from proofstone.checks.shelf import distinct
from proofstone.models.contract import Model, Operation, Predict, Signature
from proofstone.models.rows import Rows
from proofstone.models.tabular import TabularModel

Keys = dict[tuple[str, int], np.ndarray]
"""By operation and draw: the keys of rows, uint64 (n, 2), each once and in order."""


@dataclass(frozen=True)
class Planned:
    """What one probe asks: `rows` exactly where `exact`, else at most.

    `fits` is false where the probe does not apply to the case or the model; it then asks nothing.
    """

    probe: str
    operation: str
    rows: int
    exact: bool
    fits: bool = True

    def to_json(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        return {
            "probe": self.probe,
            "operation": self.operation,
            "rows": self.rows,
            "exact": self.exact,
            "fits": self.fits,
        }


@dataclass
class Rehearsed:
    """What a rehearsal showed: `keys` of rows, the first `asks`, and in how many calls."""

    planned: Planned
    keys: Keys = field(default_factory=dict)
    asks: tuple[Ask, ...] = ()
    turns: int = 0
    again: int = 0
    """Rows that are asked for once more, as their answers were not to be kept."""


def rehearse(model: Model, probe: Probe, case: Case, seed: int) -> Rehearsed:
    """Find out what `probe` asks; see `plan.plan_assessment`."""
    operation = probe.needs.__name__
    if not isinstance(case, probe.about) or probe.needs not in model.operations:
        return Rehearsed(Planned(probe.name, operation, 0, exact=True, fits=False))
    most = int(probe.rows(case))
    silent = Silent(case.model)
    first = _first(probe, _standing(case, silent), seed)
    asked = sum(len(ask.rows) for ask in first)
    if asked >= most and not silent.asked:
        keys = _keys(first, by_origin=model.by_origin)
        return Rehearsed(Planned(probe.name, operation, asked, exact=True), keys, first, 0)
    turns = 1
    if probe.needs is Predict:
        one, other = (_Rehearsal(model, case, number) for number in (1, 2))
        for rehearsal in (one, other):
            rehearsal.run(probe, seed)
        if one.noted.asks == other.noted.asks and not (one.refused or other.refused):
            planned = Planned(probe.name, operation, one.noted.asked, exact=True)
            again = one.answered - sum(len(keys) for keys in one.keys.values())
            return Rehearsed(planned, one.keys, first, one.calls, again)
        turns = max(one.calls, other.calls)
    return Rehearsed(Planned(probe.name, operation, most, exact=False), {}, first, turns)


def _standing(case: Case, stand_in: Any) -> Case:
    """The case with `stand_in` for its model; ours stays, and one that no rehearsal asks."""
    model = case.model
    if model is None or isinstance(model, TabularModel) or Predict not in model.operations:
        return case
    return replace(case, model=stand_in)


class _Rehearsal:
    """A probe run with a stand-in for the model, and one for the case's where it is another."""

    def __init__(self, model: Model, case: Case, number: int) -> None:
        self._asked = StandIn(model, number)
        own = self._asked if case.model is None or case.model is model else None
        self._own = own or StandIn(case.model or model, number)
        self._case = _standing(case, self._own)
        self._all = [self._asked] if own else [self._asked, self._own]
        self.noted = _Noted()

    def run(self, probe: Probe, seed: int) -> None:
        """Run it, and count."""
        Oracle(self._asked, tally=self.noted).run([probe], self._case, seed=seed)

    @property
    def keys(self) -> Keys:
        """The rows that the stand-ins were asked for, each apart."""
        found = dict(self._asked.keys)
        if self._own is not self._asked:
            found |= {(f"aside {name}", draw): k for (name, draw), k in self._own.keys.items()}
        return found

    @property
    def calls(self) -> int:
        """How often they were asked."""
        return sum(one.calls for one in self._all)

    @property
    def answered(self) -> int:
        """How many rows they answered."""
        return sum(one.answered for one in self._all)

    @property
    def refused(self) -> bool:
        """Whether one was asked what it cannot answer."""
        return any(one.refused for one in self._all)


class Silent:
    """Says of `model` what it is, and answers nothing; `asked` says whether somebody asked."""

    def __init__(self, model: Model | None) -> None:
        self.asked = False
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Raise: an answer would be the model's own.

        Raises:
            RuntimeError: always.
        """
        self.asked = True
        raise RuntimeError("a rehearsal does not ask the model")


def _first(probe: Probe, case: Case, seed: int) -> tuple[Ask, ...]:
    """What the probe asks before it knows any answer; nothing where it fails."""
    generator = probe.function(case, stream(probe, seed))
    try:
        question = next(generator)
    except Exception:
        return ()
    finally:
        generator.close()
    return (question,) if isinstance(question, Ask) else tuple(question)


def _keys(asks: Iterable[Ask], *, by_origin: bool) -> Keys:
    return united(
        {(repr(ask.operation), ask.draw): ask.rows.keys(by_origin=by_origin)} for ask in asks
    )


def united(parts: Iterable[Keys]) -> Keys:
    """The keys of all parts, each once and in order."""
    found: dict[tuple[str, int], list[np.ndarray]] = {}
    for part in parts:
        for asked, keys in part.items():
            found.setdefault(asked, []).append(keys)
    whole = {asked: np.concatenate(several) for asked, several in found.items()}
    return {
        asked: distinct(keys)[0].select("a", "b").to_numpy()
        for asked, keys in whole.items()
        if len(keys)
    }


@dataclass
class _Noted(Tally):
    """Notes what was asked, ask by ask, whatever is known already: rows as a multiset."""

    asks: list[tuple[str, int, int, int, int]] = field(default_factory=list)

    def ask(self, asks: Sequence[Ask]) -> None:
        """Count and note."""
        super().ask(asks)
        for one in asks:
            first, second = one.rows.keys(by_origin=True).sum(axis=0).tolist()
            self.asks.append((repr(one.operation), one.draw, len(one.rows), first, second))


class StandIn:
    """Answers `Predict` in place of `model`: by lot, equal rows alike, of the right shape."""

    operations: frozenset[type[Operation]] = frozenset({Predict})

    def __init__(self, model: Model, number: int) -> None:
        self.id = f"stand-in-{number}"
        self.signature: Signature = model.signature
        self.costly = bool(getattr(model, "costly", False))
        self.by_origin = model.by_origin
        self.batch_size = max(1, model.batch_size)
        self._asked: list[Keys] = []
        self.calls = self.answered = 0
        self.refused = False
        self._number = number

    @property
    def keys(self) -> Keys:
        """The rows that it was asked for."""
        return united(self._asked)

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return answers by lot, of the shape that the signature says."""
        self.calls, self.answered = self.calls + 1, self.answered + len(rows)
        self._asked.append(_keys([Ask(rows, operation, draw)], by_origin=self.by_origin))
        if not isinstance(operation, Predict) or self.signature.output == "text":
            self.refused = True
            raise ValueError("a stand-in answers predictions alone")
        width = 1 if self.signature.output == "number" else len(self.signature.classes)
        drawn = [
            rows.frame.hash_rows(self._number * 1000 + at).to_numpy() / 2.0**64
            for at in range(width)
        ]
        values = np.clip(np.stack(drawn, axis=1), 1e-3, 1.0 - 1e-3)
        if self.signature.output == "probabilities":
            values = values / values.sum(axis=1, keepdims=True)
        return np.asarray(values)
