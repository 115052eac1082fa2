"""The steps of a project whose assistant answers from documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import chain, count
from pathlib import Path

from proofstone.core.errors import InputError
from proofstone.core.i18n import texts_digest
from proofstone.core.project.assistant import AssistantProject, Responder
from proofstone.data.knowledge.sources import fingerprint
from proofstone.data.sources.files import files
from proofstone.data.weights import fingerprint as weights_fingerprint
from proofstone.guards.chain import Guards
from proofstone.guards.guard import GuardSettings
from proofstone.pipeline.known import chosen_probes
from proofstone.pipeline.node import Node, Port
from proofstone.pipeline.plugins import Plugin

_PASSAGES = Port("data.check", "table")
_QUESTIONS = Port("data.questions", "questions")
_ENCODER = "data.weights/encoder"


def assistant_nodes(project: AssistantProject, directory: Path) -> Iterator[Node]:
    """Yield the steps from documents to the findings of each candidate.

    Raises:
        InputError: a source, probe, guard or guard's setting is unknown; a document or the
            questions cannot be found.
    """
    check_guards(project)
    yield from _data_nodes(project, directory)
    yield from _weights_nodes(project, directory)
    yield _retrieval_node(project)
    probes = chosen_probes(project)
    for candidate in project.assistant.candidates:
        if candidate.tune is not None:
            yield _tune_node(project, candidate, directory)
        yield _train_node(project, candidate)
        yield _assess_node(project, candidate, probes)


def check_guards(project: AssistantProject) -> None:
    """Refuse guards, and settings of guards, that are not known.

    Raises:
        InputError: one is not known or out of range; names it.
    """
    try:
        Guards.of(GuardSettings.from_json(project.assistant.guards, "assistant.guards"))
    except InputError as error:
        known = ", ".join(field.name for field in fields(GuardSettings))
        text = str(error).removeprefix("guards.order")
        place = "" if text == str(error) else "assistant.guards.order"
        raise InputError(f"{place}{text}", hint=f"settings: {known}") from error


def _data_nodes(project: AssistantProject, directory: Path) -> Iterator[Node]:
    knowledge = project.knowledge.model_dump(mode="json")
    yield Node(
        "data.read",
        "proofstone.data.knowledge.read:read_knowledge",
        {"knowledge": knowledge, "fingerprint": fingerprint(project.knowledge.source, directory)},
    )
    yield Node(
        "data.check",
        "proofstone.data.knowledge.check:check_knowledge",
        {"knowledge": knowledge, "guards": project.assistant.guards},
        {"documents": Port("data.read", "documents")},
    )
    yield Node(
        "data.profile",
        "proofstone.data.knowledge.profile:profile_knowledge",
        {"knowledge": knowledge, "name": project.name, "description": project.description},
        {
            "documents": Port("data.read", "documents"),
            "table": _PASSAGES,
            "quarantine": Port("data.check", "quarantine"),
        },
    )
    questions = project.questions.model_dump(mode="json")
    print_of = files.fingerprint(project.questions.source, directory)
    yield Node(
        "data.questions",
        "proofstone.data.knowledge.questions:read_questions",
        {"questions": questions, "fingerprint": print_of},
    )


def _weights_nodes(project: AssistantProject, directory: Path) -> Iterator[Node]:
    """One step for each file or folder of weights, however many candidates use it."""
    retrieval = project.assistant.retrieval
    wanted = [(_ENCODER, retrieval.encoder, retrieval.sha256)]
    names = _weights(project)
    for address, name in names.items():
        users = (one for one in project.assistant.candidates if one.generator == address)
        pins = (one.sha256 for one in users if one.sha256 is not None)
        wanted.append((name, address, next(pins, None)))
    for name, address, sha256 in wanted:
        yield Node(
            name,
            "proofstone.data.weights:fetch_weights",
            {
                "address": address,
                "sha256": sha256,
                "fingerprint": weights_fingerprint(address, sha256, directory),
            },
        )


def _weights(project: AssistantProject) -> dict[str, str]:
    """The step of each address that candidates name: the last part of it, told apart by number."""
    names: dict[str, str] = {}
    for candidate in project.assistant.candidates:
        for address in (candidate.generator, candidate.adapter):
            if address is None or address in names:
                continue
            last = address.rstrip("/").rpartition("/")[2] or "weights"
            taken = {_ENCODER, *names.values()}
            tries = (
                f"data.weights/{last}{end}" for end in chain([""], (f"~{n}" for n in count(2)))
            )
            names[address] = next(name for name in tries if name not in taken)
    return names


def _retrieval_node(project: AssistantProject) -> Node:
    return Node(
        "train.retrieval",
        "proofstone.train.assistant.retrieval:fit_retrieval",
        {"assistant": _shared(project)},
        {"table": _PASSAGES, "questions": _QUESTIONS, "encoder": Port(_ENCODER, "weights")},
    )


def _tune_node(project: AssistantProject, candidate: Responder, directory: Path) -> Node:
    assert candidate.generator is not None
    assert candidate.tune is not None
    examples = candidate.tune.examples
    return Node(
        f"train.tune/{candidate.name}",
        "proofstone.train.tune.step:tune_generator",
        {
            "assistant": _shared(project),
            "candidate": candidate.model_dump(mode="json"),
            "fingerprint": None if examples is None else files.fingerprint(examples, directory),
        },
        {
            "retrieval": Port("train.retrieval", "retrieval"),
            "encoder": Port(_ENCODER, "weights"),
            "questions": _QUESTIONS,
            "generator": Port(_weights(project)[candidate.generator], "weights"),
        },
    )


def _train_node(project: AssistantProject, candidate: Responder) -> Node:
    inputs = {
        "retrieval": Port("train.retrieval", "retrieval"),
        "encoder": Port(_ENCODER, "weights"),
    }
    for role in ("generator", "adapter"):
        address = getattr(candidate, role)
        if address is not None:
            inputs[role] = Port(_weights(project)[address], "weights")
    if candidate.tune is not None:
        inputs["adapter"] = Port(f"train.tune/{candidate.name}", "adapter")
        inputs["account"] = Port(f"train.tune/{candidate.name}", "account")
    return Node(
        f"train.fit/{candidate.name}",
        "proofstone.train.assistant.fit:fit",
        {"assistant": _shared(project), "candidate": candidate.model_dump(mode="json")},
        inputs,
    )


def _assess_node(
    project: AssistantProject, candidate: Responder, probes: Mapping[str, Plugin]
) -> Node:
    inputs = {
        "table": _PASSAGES,
        "questions": _QUESTIONS,
        "model": Port(f"train.fit/{candidate.name}", "model"),
    }
    if candidate.tune is not None:
        inputs["memorised"] = Port(f"train.tune/{candidate.name}", "memorised")
    return Node(
        f"assess.candidate/{candidate.name}",
        "proofstone.assess.assistant:assess_candidate",
        {
            "assess": project.assess.model_dump(mode="json"),
            "candidates": len(project.assistant.candidates),
            "candidate": candidate.name,
            "texts": texts_digest(),  # guards refuse in the catalogue's words
        },
        inputs,
        probes,
    )


def _shared(project: AssistantProject) -> dict[str, object]:
    """The section `assistant` without what differs between candidates."""
    first = project.assistant.candidates[:1]
    shared = project.assistant.model_copy(update={"candidates": first})
    return shared.model_dump(mode="json", exclude={"candidates": {0: {"generator", "adapter"}}})
