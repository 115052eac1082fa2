"""Explains a text classifier's scores, each family in its own way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl

from proofstone.core.errors import InputError
from proofstone.core.extras import need
from proofstone.core.i18n import message
from proofstone.explain.text.bert import Bert, read_bert
from proofstone.explain.text.gradients import integrated_gradients, rollout
from proofstone.explain.text.heat import Heat, Part
from proofstone.explain.text.terms import heat_of_terms
from proofstone.models.runtimes.encoder import Encoder
from proofstone.models.runtimes.tfidf import Tfidf
from proofstone.models.tabular import TabularModel

_METHOD = message("integrated gradients of word embeddings against padding, {steps} points")

TextExplainer = Callable[[str], Heat]


def text_explainer(model: TabularModel) -> TextExplainer:
    """Return what explains one prepared text of `model`: a bag of terms, or an encoder.

    Raises:
        InputError: the model takes no text.
        MissingExtra: torch or onnx, which an encoder's gradients need, is not installed.
    """
    runtime = model.runtime
    if isinstance(runtime, Tfidf):
        return partial(heat_of_terms, runtime)
    if isinstance(runtime, Encoder):
        return partial(heat_of_tokens, read_bert(runtime.weights), runtime.tokenizer)
    raise InputError(
        "there are no words to explain: the model does not read text",
        hint="models of a table are explained by `proofstone.explain.shapley`",
    )


def heats(model: TabularModel, frame: pl.DataFrame) -> list[Heat]:
    """Return the heat of each row of `frame`; raises as `text_explainer` and `TabularModel`."""
    explain = text_explainer(model)
    return [explain(text) for text in model.matrix(frame)[:, 0]]


def heat_of_tokens(bert: Bert, tokenizer: Any, text: str) -> Heat:
    """Return what each token of `text` added, and its share of the attention rollout.

    The baseline is the same number of `[PAD]` tokens between the same special ones. What the
    tokenizer cuts off, and the special tokens, add nothing.
    """
    torch = need("torch", "tune")
    encoded = tokenizer.encode(text)
    pad = tokenizer.token_to_id("[PAD]") or 0
    ids = torch.tensor(encoded.ids)
    special = torch.tensor(encoded.special_tokens_mask, dtype=torch.bool)
    given = bert.embedded(ids)
    baseline = bert.embedded(torch.where(special, ids, torch.full_like(ids, pad)))
    found = integrated_gradients(lambda states: bert.run(states)[0], given, baseline)
    with torch.no_grad():
        attentions = [one[0].numpy() for one in bert.run(given[None])[1]]
    passed = rollout(attentions).tolist()
    parts = tuple(
        Part(start, end, value, attention)
        for (start, end), value, attention in zip(
            encoded.offsets, found.values.tolist(), passed, strict=True
        )
        if end > start
    )
    method = _METHOD.format(steps=found.steps)
    return Heat(text, found.base, found.score, parts, method, found.complete)
