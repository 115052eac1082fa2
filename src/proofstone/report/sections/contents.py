"""The order of the sections."""

from __future__ import annotations

from proofstone.core.i18n import message
from proofstone.report.sections import (
    answers,
    answers_why,
    attacks,
    candidates,
    cards,
    conduct,
    cost,
    data,
    decisions,
    explanations,
    gates,
    glossary,
    groups,
    guards,
    handover,
    knowledge,
    limits,
    memory,
    method,
    quality,
    responders,
    retrieval,
    slices,
    untested,
)
from proofstone.report.sections.section import Section

SECTIONS = (
    Section("gates", message("Scorecard of gates"), gates.view),
    Section("candidates", message("Candidates side by side"), candidates.view),
    Section("responders", message("Candidates side by side"), responders.view),
    Section("answers", message("What it answers"), answers.view),
    Section("handover", message("When a person is asked instead"), handover.view),
    Section("retrieval", message("Whether the answer is found"), retrieval.view),
    Section("attacks", message("Attacks"), attacks.view),
    Section("guards", message("Guards: false alarms and misses"), guards.view),
    Section("memory", message("What it remembers of its tuning"), memory.view),
    Section("conduct", message("Other wording, other persons, length"), conduct.view),
    Section("groups", message("How groups are treated"), groups.view),
    Section("quality", message("How good the model is"), quality.view),
    Section("explanations", message("What drives the score"), explanations.view),
    Section("answers_why", message("Why single answers were given"), answers_why.view),
    Section("slices", message("Where the model is weakest"), slices.view),
    Section("untested", message("What was not tested"), untested.view),
    Section("data", message("The data"), data.view),
    Section("knowledge", message("What it answers from"), knowledge.view),
    Section("method", message("How it was estimated"), method.view),
    Section("cost", message("Cost, time and environment"), cost.view),
    Section("decisions", message("Who decided"), decisions.view),
    Section("cards", message("Model card and data card"), cards.view),
    Section("glossary", message("The words of this page"), glossary.view),
    Section("limits", message("What this page does not say"), limits.view),
)
