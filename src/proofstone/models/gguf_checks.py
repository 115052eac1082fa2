"""What language model a GGUF header describes, and whether llama.cpp survives loading it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from proofstone.core.errors import DataError
from proofstone.models.gguf_header import GgufHeader, Scalar

_TOKENS = "tokenizer.ggml.tokens"
_KINDS = "tokenizer.ggml.token_type"
_SCORES = "tokenizer.ggml.scores"
_EMBEDDING = "token_embd.weight"
_CONTROL = 3
_POOLED = (1, 2, 3)
_INTEGERS = range(24, 29)


@dataclass(frozen=True)
class LanguageModel:
    """What a header says of its model.

    `words` is the size of the vocabulary, `dimensions` the length of its vectors, `pooling` the
    number of llama.cpp's way to make one vector of a text (0: none, it generates),
    `control_texts` the names of the tokens that steer it, such as the end of a turn.
    """

    template: str
    words: int
    dimensions: int
    pooling: int
    control_texts: tuple[str, ...]


def language_model(header: GgufHeader, name: str) -> LanguageModel:
    """Return what the header describes, or raise where llama.cpp would end this process.

    Raises:
        DataError: the tokenizer is absent, names a token twice or does not fit the weights, or a
            size is impossible; the message names the file and the entry.

    Not covered: whether the weights are good; contradictions that llama.cpp itself refuses.
    """
    _refuse(next(_problems(header), None), name)
    tokens = header.arrays[_TOKENS]
    pooling = _entry(header, "pooling_type")
    named = zip(tokens, header.arrays.get(_KINDS, ()), strict=False)
    return LanguageModel(
        template=str(header.values.get("tokenizer.chat_template", "")),
        words=len(tokens),
        dimensions=header.tensors[_EMBEDDING].shape[0],
        pooling=int(pooling) if pooling in _POOLED else 0,
        control_texts=tuple(
            str(text) for text, kind in named if kind == _CONTROL and len(str(text)) > 1
        ),
    )


def check_adapter(header: GgufHeader, name: str) -> None:
    """Raise unless the header is that of an adapter that llama.cpp survives loading.

    Raises:
        DataError: it is no adapter, or holds tensors that are no weights.

    Not covered: whether it fits the model; llama.cpp refuses one that does not.
    """
    kind = header.values.get("general.type")
    if kind != "adapter":
        hint = "name a LoRA adapter that was exported to GGUF"
        raise DataError(f"{name}: is no adapter (general.type: {kind})", hint=hint)
    _refuse(next(_of_weights(header), None), name)


def _refuse(problem: str | None, name: str) -> None:
    if problem is not None:
        hint = "the file is damaged or put together of two models: fetch or convert it again"
        raise DataError(f"{name}: {problem}", hint=hint)


def _problems(header: GgufHeader) -> Iterator[str]:
    yield from _of_tokens(header)
    for name, least, most in (("block_count", 1, 512), ("context_length", 1, 1 << 30)):
        found = _entry(header, name)
        if not isinstance(found, int) or not least <= found <= most:
            yield f"{name}: {found} is no number from {least} to {most}"
    for name, value in header.values.items():
        if name.endswith("_epsilon") and not (isinstance(value, float) and 0 <= value < 1):
            yield f"{name}: {value} is no number from 0 to 1"
    yield from _of_weights(header)


def _of_weights(header: GgufHeader) -> Iterator[str]:
    for name, tensor in header.tensors.items():
        if tensor.kind in _INTEGERS:
            yield f"{name}: the type {tensor.kind} is not one of weights"


def _of_tokens(header: GgufHeader) -> Iterator[str]:
    tokens = header.arrays.get(_TOKENS, ())
    shape = header.tensors[_EMBEDDING].shape if _EMBEDDING in header.tensors else ()
    if not tokens or not all(isinstance(one, str) for one in tokens):
        yield f"there is no tokenizer in it ({_TOKENS})"
        return
    ends = [str(one).partition("\0")[0] for one in tokens]
    if len(set(ends) - {""}) + ends.count("") < len(tokens):
        yield f"{_TOKENS}: names a token twice"
    if len(shape) != 2 or shape[1] != len(tokens):
        yield f"{_EMBEDDING}: has the shape {shape}, but there are {len(tokens)} tokens"
    for beside in (_KINDS, _SCORES):
        found = header.arrays.get(beside)
        if found is not None and len(found) != len(tokens):
            yield f"{beside}: has {len(found)} entries for {len(tokens)} tokens"


def _entry(header: GgufHeader, name: str) -> Scalar | None:
    """One entry of the model's architecture."""
    return header.values.get(f"{header.values.get('general.architecture')}.{name}")
