"""The oracle: runs the probes of an assessment side by side over one model.

A turn is a batching window. What all probes ask in it is merged by operation and draw, repeats
are dropped, what is known already is not asked again, the rest is sorted into an order that does
not depend on who asked first, answered by the model in fixed-size batches, and handed back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from proofstone.checks.cases import Case
from proofstone.checks.memory import ROOM, Cancelled, Memory, never
from proofstone.checks.probe import Ask, Probe, Probing
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

    def stop(self, error: Exception) -> None:
        """End without an answer: the finding says why."""
        self.generator.close()
        self._end([refused(self.probe, error)])

    def _end(self, findings: list[Finding]) -> None:
        standards = self.probe.standards
        self.asks, self.alive = (), False
        self.findings = [one.judged(standards=standards) if standards else one for one in findings]


def refused(probe: Probe, error: Exception) -> Finding:
    """The finding of a probe that could not measure: why, and whether it could ever have."""
    verdict = Verdict.NOT_APPLICABLE if isinstance(error, NotRecorded) else Verdict.NOT_RUN
    named = "" if isinstance(error, ProofstoneError) else f"{type(error).__name__}: "
    reason = message("cancelled") if isinstance(error, Cancelled) else f"{named}{error}"
    return Finding(probe=probe.name, metric=probe.name, verdict=verdict, reason=reason)


class Oracle:
    """Answers the questions of probes about one model; repeats cost nothing.

    `recall`, where given, keeps answers that cost more than keeping them (generation), so that a
    stopped assessment resumes by replay. `cancelled` is asked between batches: where it says so,
    probes that are not done end as `not_run`, and what the others found is returned. `room` is
    the number of bytes of rows that are handled at once.
    """

    def __init__(
        self,
        model: Model,
        recall: Recall | None = None,
        *,
        cancelled: Callable[[], bool] = never,
        room: int = ROOM,
    ) -> None:
        self.model = model
        self.tally = Tally()
        self._cancelled = cancelled
        self._memory = Memory(model, self.tally, recall, room=room, cancelled=cancelled)

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
        if not isinstance(case, probe.about):
            reason = message("it is about another kind of task")
            finding = Finding(probe=probe.name, metric=probe.metrics[0], reason=reason)
            return _Running(probe, iter_nothing(), alive=False, findings=[finding])
        if probe.needs not in self.model.operations:
            reason = message("the model does not answer {operation}").format(
                operation=probe.needs.__name__
            )
            finding = Finding(probe=probe.name, metric=probe.name, reason=reason)
            return _Running(probe, iter_nothing(), alive=False, findings=[finding])
        one = _Running(probe, probe.function(case, stream(probe, seed)))
        one.resume(None)
        return one

    def _turn(self, alive: Sequence[_Running]) -> None:
        """Answer all questions of one window; where the merged call fails, each on its own."""
        try:
            if self._cancelled():
                raise Cancelled
            answers = iter(self._memory.answers([ask for one in alive for ask in one.asks]))
        except Cancelled as error:
            for one in alive:
                one.stop(error)
        except Exception:
            for one in alive:
                self._alone(one)
        else:
            for one in alive:
                _hand_back(one, [next(answers) for _ in one.asks])
        self._memory.forget()

    def _alone(self, one: _Running) -> None:
        try:
            answers = self._memory.answers(one.asks)
        except Cancelled as error:
            one.stop(error)
        except Exception as error:
            one.resume(None, error)
        else:
            _hand_back(one, answers)


def _hand_back(one: _Running, answers: Sequence[np.ndarray | Exception]) -> None:
    """Send the answers; throw what is wrong with the first that cannot be used."""
    wrong = next((answer for answer in answers if isinstance(answer, Exception)), None)
    if wrong is not None:
        one.resume(None, wrong)
    else:
        one.resume([answer for answer in answers if not isinstance(answer, Exception)])


def stream(probe: Probe, seed: int) -> np.random.Generator:
    """The random numbers of one probe: they depend on the seed and the probe's name alone."""
    return np.random.default_rng([seed, int(digest(probe.name.encode())[:8], 16)])


def iter_nothing() -> Probing:
    """A probing that asks nothing and finds nothing."""
    yield from ()
    return []
