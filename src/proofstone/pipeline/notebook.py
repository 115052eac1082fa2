"""What a notebook calls: an object of any kind, its rows and their labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from proofstone.assess.foreign.kind import Task
from proofstone.assess.foreign.meaning import Said
from proofstone.checks.memory import never
from proofstone.models.foreign.objects import is_estimator
from proofstone.models.foreign.reading import label_text
from proofstone.pipeline import assessment
from proofstone.pipeline.asked import assess_object
from proofstone.pipeline.assessment import Assessment


def assess(
    model: Any,
    X: Any,  # noqa: N803  the field's name for the inputs
    y: Any,
    *,
    protected: Sequence[str] | Mapping[str, Any] = (),
    positive: Any = None,
    threshold: float | None = None,
    task: Task = "auto",
    query: Any = None,
    classes: Sequence[object] = (),
    logits: bool = False,
    gates: Sequence[Mapping[str, Any]] = (),
    level: float = 0.95,
    name: str = "assessment",
    cancelled: Callable[[], bool] = never,
) -> Assessment:
    """Assess a model on rows that it has not seen.

    `model` is a fitted estimator with `predict_proba` or `predict`; a raw booster of LightGBM or
    XGBoost; a text-classification pipeline of transformers, with a list of texts for `X`; a torch
    module on a matrix; or any function of rows that returns a number, a row of probabilities or a
    label for each. `X` is a pandas or polars frame or an array, shape (n, d), as the model takes
    it; `y` the labels, shape (n,), or (n, labels) where a row may have several; `protected` names
    columns of `X`, or maps names to arrays, shape (n,); `query`, shape (n,), says which rows are
    ranked together. `task` is found unless given: decision (two classes), classes, labels, number,
    ranking. `threshold` is of decisions and labels, 0.5 unless given. `gates` are mappings with
    metric, subject, min or max, and reason.

    For what is no estimator, `classes` names the classes in the order of its answers, and `logits`
    says that it answers in logits; of two classes, a single number is about the positive one.

    `cancelled`, which is asked between batches, stops what is under way: probes that are not done
    end as `not_run`, and what the others found is returned.

    Raises:
        DataError: the labels have one class, lengths differ, a column is wanting.
        InputError: a gate would not stand in a project file; the message names it. Or the model
            does not answer what the task needs.
    """
    if is_estimator(model) and not (classes or logits):
        return assessment.assess(
            model, X, y, protected=protected, positive=positive, threshold=threshold, task=task,
            query=query, gates=gates, level=level, name=name, cancelled=cancelled,
        )  # fmt: skip
    chosen = None if positive is None else label_text(positive)
    said = Said(task, tuple(label_text(one) for one in classes), chosen, logits)
    return assess_object(
        model, X, y, protected=protected, query=query, said=said, threshold=threshold,
        gates=gates, level=level, name=name, cancelled=cancelled,
    )  # fmt: skip
