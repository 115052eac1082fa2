"""The step that measures one candidate of an assistant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from proofstone.assess.memorised.learned import with_learned
from proofstone.checks.cases import ConversationCase, Question
from proofstone.checks.levels import corrected_levels
from proofstone.checks.oracle import Oracle, Tally
from proofstone.checks.probe import Probe
from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import Cancelled
from proofstone.core.project.schema import Assess
from proofstone.core.step import Context, step
from proofstone.guards.guarded import open_guarded
from proofstone.models.contract import Model, Reply
from proofstone.models.conversation import exchange, rows_of
from proofstone.models.retrieval.passage import read_passages


@step("assess.candidate", outputs=("findings", "pace"))
def assess_candidate(context: Context) -> Mapping[str, Draft]:
    """Run the planned probes on one candidate, behind its guards, and return their findings.

    Only questions that nothing was fitted on are asked. What a tuned candidate may have learned by
    heart is known from its tuning; where the project file names examples, those count instead.
    """
    model, probes, case = candidate_case(context)
    oracle = Oracle(model, recall=context.recall, cancelled=context.cancelled)
    findings = oracle.run(probes, case, seed=context.seed, progress=context.progress)
    if context.cancelled():
        raise Cancelled
    document = canonical_json([finding.to_json() for finding in findings])
    return {"findings": Draft("findings", {"findings.json": document}), "pace": _pace(oracle.tally)}


def _pace(tally: Tally) -> Draft:
    """How many replies there were and how long they took, apart from findings: time varies.

    Not covered: replies whose text was kept from a run that was stopped take no time.
    """
    name = Reply.__name__
    seconds = round(tally.seconds_of.get(name, 0.0), 3)
    return Draft("pace", {}, {"replies": tally.answered_of.get(name, 0), "seconds": seconds})


def candidate_case(context: Context) -> tuple[Model, list[Probe], ConversationCase]:
    """Return the model that probes ask, the probes, and the case of one candidate."""
    stored = context.inputs["model"]
    files = {name: stored.read(name) for name in stored.artifact.files}
    model = open_guarded(files, recall=context.recall)
    questions = json.loads(context.inputs["questions"].read("questions.json"))
    judged = [one for one in questions if one["use"] == "judge"]
    probes = [context.plugins[name] for name in sorted(context.plugins)]
    return model, probes, _case(context, probes, model, judged)


def _case(
    context: Context, probes: Sequence[Probe], model: Model, judged: Sequence[Mapping[str, Any]]
) -> ConversationCase:
    assess = Assess.model_validate(context.settings["assess"])
    learned = context.inputs.get("memorised")
    known = {} if learned is None else json.loads(learned.read("memorised.json"))
    passages = read_passages(context.inputs["table"].read("passages.json"), "passages.json")
    return ConversationCase(
        rows=rows_of([exchange(*one["turns"]) for one in judged]),
        questions=tuple(question_of(one) for one in judged),
        passages={passage.id: passage for passage in passages},
        model=model,
        level=assess.level,
        levels=corrected_levels(
            assess.gates, probes, level=assess.level, candidates=context.settings["candidates"]
        ),
        settings=with_learned(assess.settings, known),
    )


def question_of(entry: Mapping[str, Any]) -> Question:
    """Return the question that an entry of `questions.json` describes."""
    return Question(
        topic=entry["topic"],
        language=entry["language"],
        kind=entry["kind"],
        expect=entry["expect"],
        accept=tuple(tuple(alternatives) for alternatives in entry["accept"]),
        must_not=tuple(entry["must_not"]),
        sources=tuple(entry["sources"]),
        reference=entry["reference"],
    )
