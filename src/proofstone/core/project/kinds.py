"""The two kinds of project: one decides about the rows of a table, one answers from documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofstone.core.project.assistant import AssistantProject
from proofstone.core.project.schema import DecisionProject

Project = DecisionProject | AssistantProject

MARK = "assistant"
"""The key that only an assistant's project file has."""


def kind_of(document: object) -> type[Project]:
    """Return the kind of project that `document` is meant to describe."""
    return (
        AssistantProject if isinstance(document, Mapping) and MARK in document else DecisionProject
    )


def read_project(document: Mapping[str, Any]) -> Project:
    """Return the project that `document` describes.

    Raises:
        pydantic.ValidationError: it does not hold.
    """
    return kind_of(document).model_validate(document)
