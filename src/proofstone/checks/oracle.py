"""The oracle: runs the probes of an assessment side by side over one model.

A turn is a batching window. What all probes ask in it is merged by operation and draw, repeats
are dropped, what is known already is not asked again, the rest is sorted into an order that does
not depend on who asked first, answered by the model in fixed-size batches, and handed back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from proofstone.checks.memory import Memory
from proofstone.checks.probe import Ask, Case, Probe, Probing
from proofstone.core.canonical import digest
from proofstone.core.errors import ProofstoneError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.core.step import Recall
from proofstone.models.contract import Model
from proofstone.models.errors import NotRecorded


@dataclass
class Tally:
    """What an assessment cost: rows that probes asked for, rows that the model answered, calls."""

    asked: int = 0
    answered: int = 0
    calls: int = 0


@dataclass(eq=False)
class _Running:
    probe: Probe
    generator: Probing
    asks: tuple[Ask, ...] = ()
    single: bool = True
    alive: bool = True
    findings: list[Finding] = field(default_factory=list)

    def resume(self, answers: Sequence[np.ndarray] | None, error: Exception | None = None) -> None:
        """Send answers (or throw an error in); keep the next questions or the findings."""
        try:
            if error is not None:
                question = self.generator.throw(error)
            elif answers is None:
                question = next(self.generator)
            else:
                question = self.generator.send(answers[0] if self.single else tuple(answers))
        except StopIteration as stop:
            self._end(list(stop.value or []))
        except Exception as raised:
            self._end([refused(self.probe, raised)])
        else:
            self.single = isinstance(question, Ask)
            self.asks = (question,) if isinstance(question, Ask) else question
            if not isinstance(self.asks, tuple) or not all(isinstance(a, Ask) for a in self.asks):
                self.generator.close()
                wrong = TypeError(f"it yielded {type(question).__name__}, neither Ask nor Asks")
                self._end([refused(self.probe, wrong)])

    def _end(self, findings: list[Finding]) -> None:
        standards = self.probe.standards
        self.asks, self.alive = (), False
        self.findings = [one.judged(standards=standards) if standards else one for one in findings]


def refused(probe: Probe, error: Exception) -> Finding:
    """The finding of a probe that could not measure: why, and whether it could ever have."""
    verdict = Verdict.NOT_APPLICABLE if isinstance(error, NotRecorded) else Verdict.NOT_RUN
    named = "" if isinstance(error, ProofstoneError) else f"{type(error).__name__}: "
    reason = f"{named}{error}"
    return Finding(probe=probe.name, metric=probe.name, verdict=verdict, reason=reason)


class Oracle:
    """Answers the questions of probes about one model; repeats cost nothing.

    `recall`, where given, keeps answers that cost more than keeping them (generation), so that a
    stopped assessment resumes by replay.
    """

    def __init__(self, model: Model, recall: Recall | None = None) -> None:
        self.model = model
        self.tally = Tally()
        self._memory = Memory(model, self.tally, recall)

    def run(
        self,
        probes: Sequence[Probe],
        case: Case,
        *,
        seed: int = 0,
        progress: Callable[[str], None] = lambda note: None,
    ) -> list[Finding]:
        """Run `probes` side by side on `case` and return their findings in the order given.

        Each probe has its own random stream, which depends on `seed` and the probe's name alone:
        adding a probe changes no other's numbers. A probe that fails becomes a `not_run` finding.
        """
        running = [self._start(probe, case, seed) for probe in probes]
        turn = 0
        while alive := [one for one in running if one.alive]:
            turn += 1
            names = ", ".join(one.probe.name for one in alive)
            progress(message("questions of turn {turn}: {names}").format(turn=turn, names=names))
            self._turn(alive)
        return [finding for one in running for finding in one.findings]

    def _start(self, probe: Probe, case: Case, seed: int) -> _Running:
        if probe.needs not in self.model.operations:
            reason = message("the model does not answer {operation}").format(
                operation=probe.needs.__name__
            )
            finding = Finding(probe=probe.name, metric=probe.name, reason=reason)
            return _Running(probe, iter_nothing(), alive=False, findings=[finding])
        rng = np.random.default_rng([seed, int(digest(probe.name.encode())[:8], 16)])
        one = _Running(probe, probe.function(case, rng))
        one.resume(None)
        return one

    def _turn(self, alive: Sequence[_Running]) -> None:
        """Answer all questions of one window; where the merged call fails, each on its own."""
        asks = [ask for one in alive for ask in one.asks]
        try:
            answers = iter(self._memory.answer(asks))
        except Exception:
            for one in alive:
                self._alone(one)
            return
        for one in alive:
            one.resume([next(answers) for _ in one.asks])
        self._memory.forget()

    def _alone(self, one: _Running) -> None:
        try:
            answers = self._memory.answer(one.asks)
        except Exception as error:
            one.resume(None, error)
        else:
            one.resume(answers)
        self._memory.forget()


def iter_nothing() -> Probing:
    """A probing that asks nothing and finds nothing."""
    yield from ()
    return []
