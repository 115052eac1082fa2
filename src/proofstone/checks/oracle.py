"""The oracle: runs the probes of an assessment side by side over one model.

A turn is a batching window. What all probes ask in it is merged by operation and draw, repeats
are dropped, what is known already is not asked again, the rest is sorted into an order that does
not depend on who asked first, answered by the model in fixed-size batches, and handed back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from proofstone.checks.aside import Aside
from proofstone.checks.cases import Case
from proofstone.checks.memory import ROOM, Memory, never
from proofstone.checks.probe import Ask, Probe, Probing
from proofstone.core.canonical import digest
from proofstone.core.errors import Cancelled, ProofstoneError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.core.step import Recall
from proofstone.models.contract import Model, Operation, Predict
from proofstone.models.errors import NotRecorded
from proofstone.models.refusals import why_not
from proofstone.models.tabular import TabularModel


@dataclass
class Tally:
    """What an assessment cost: rows that probes asked for, rows that the model answered, calls.

    By the operation's name, `answered_of` counts rows answered, `seconds_of` how long that took.
    """

    asked: int = 0
    answered: int = 0
    calls: int = 0
    answered_of: dict[str, int] = field(default_factory=dict)
    seconds_of: dict[str, float] = field(default_factory=dict)

    def ask(self, asks: Sequence[Ask]) -> None:
        """Count what was asked."""
        self.asked += sum(len(ask.rows) for ask in asks)

    def answer(self, operation: Operation, rows: int, seconds: float) -> None:
        """Count a call that was answered."""
        name = type(operation).__name__
        self.seconds_of[name] = self.seconds_of.get(name, 0.0) + seconds
        self.calls, self.answered = self.calls + 1, self.answered + rows
        self.answered_of[name] = self.answered_of.get(name, 0) + rows


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
            self._end(refused(self.probe, raised))
        else:
            self.single = isinstance(question, Ask)
            self.asks = (question,) if isinstance(question, Ask) else question
            if not isinstance(self.asks, tuple) or not all(isinstance(a, Ask) for a in self.asks):
                self.generator.close()
                wrong = TypeError(f"it yielded {type(question).__name__}, neither Ask nor Asks")
                self._end(refused(self.probe, wrong))

    def stop(self, error: Exception) -> None:
        """End without an answer: the finding says why."""
        self.generator.close()
        self._end(refused(self.probe, error))

    def _end(self, findings: list[Finding]) -> None:
        standards = self.probe.standards
        self.asks, self.alive = (), False
        self.findings = [one.judged(standards=standards) if standards else one for one in findings]


def refused(probe: Probe, error: Exception) -> list[Finding]:
    """The findings of a probe that could not measure: why, and whether it could ever have."""
    verdict = Verdict.NOT_APPLICABLE if isinstance(error, NotRecorded) else Verdict.NOT_RUN
    named = "" if isinstance(error, ProofstoneError) else f"{type(error).__name__}: "
    reason = message("cancelled") if isinstance(error, Cancelled) else f"{named}{error}"
    return unmeasured(probe, reason, verdict)


def unmeasured(
    probe: Probe, reason: str, verdict: Verdict = Verdict.NOT_APPLICABLE
) -> list[Finding]:
    """One finding for each metric of a probe, which says why there is no number."""
    return [
        Finding(probe=probe.name, metric=metric, verdict=verdict, reason=reason)
        for metric in probe.metrics
    ]


class Oracle:
    """Answers the questions of probes about one model; repeats cost nothing.

    `recall`, where given, keeps answers that cost more than keeping them (generation), so that a
    stopped assessment resumes by replay. `cancelled` is asked between batches: where it says so,
    probes that are not done end as `not_run`, and what the others found is returned. `room` is
    the number of bytes of rows that are handled at once. `tally` counts, where one is given.

    A case's own model that is none of ours is asked out of the same memory, aside of the turns:
    what explanations ask of it is counted, paid and cancelled as what probes ask.
    """

    def __init__(
        self,
        model: Model,
        recall: Recall | None = None,
        *,
        cancelled: Callable[[], bool] = never,
        room: int = ROOM,
        tally: Tally | None = None,
    ) -> None:
        self.model = model
        self.tally = tally or Tally()
        self._cancelled = cancelled
        self._recall, self._room = recall, room
        self._memory = self._remembering(model)

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
        case = self._aside(case)
        running = [self._start(probe, case, seed) for probe in probes]
        turn = 0
        while alive := [one for one in running if one.alive]:
            turn += 1
            names = ", ".join(one.probe.name for one in alive)
            progress(message("questions of turn {turn}: {names}").format(turn=turn, names=names))
            self._turn(alive)
        return [finding for one in running for finding in one.findings]

    def _remembering(self, model: Model) -> Memory:
        return Memory(model, self.tally, self._recall, room=self._room, cancelled=self._cancelled)

    def _aside(self, case: Case) -> Case:
        """The case with its model asked out of a memory; ours stays, as it is explained exactly."""
        model = case.model
        if model is None or isinstance(model, TabularModel) or Predict not in model.operations:
            return case
        memory = self._memory if model is self.model else self._remembering(model)
        return replace(case, model=Aside(model, memory))

    def _start(self, probe: Probe, case: Case, seed: int) -> _Running:
        if not isinstance(case, probe.about):
            reason = message("it is about another kind of task")
            return _Running(probe, iter_nothing(), alive=False, findings=unmeasured(probe, reason))
        if probe.needs not in self.model.operations:
            findings = unmeasured(probe, why_not(self.model, probe.needs))
            return _Running(probe, iter_nothing(), alive=False, findings=findings)
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
