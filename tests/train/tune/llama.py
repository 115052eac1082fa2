"""What llama.cpp says comes next, to compare with transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import xllamacpp


def served(path: Path, adapter: Path | None = None, *, exact: bool = False) -> Any:
    """The model in llama.cpp; `exact` keeps its attention in float32."""
    settings = xllamacpp.CommonParams()
    settings.model.path = str(path)
    settings.n_ctx = 512
    settings.n_parallel = 1
    settings.cpuparams.n_threads = 1
    settings.warmup = False
    settings.verbosity = 0
    if exact:
        settings.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
        settings.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
        kinds = xllamacpp.llama_flash_attn_type
        settings.flash_attn_type = kinds.LLAMA_FLASH_ATTN_TYPE_DISABLED
    if adapter is not None:
        settings.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter), 1.0)]
    return xllamacpp.Server(settings)


def likely(server: Any, ids: Sequence[int], whole: int, most: int = 50) -> dict[int, float]:
    """Log-probabilities of the likeliest tokens after `ids`, by token.

    llama.cpp tells them only with a token that makes a whole character, so it is made to say
    `whole`; the probabilities are those before that.
    """
    body = {
        "prompt": list(ids),
        "n_predict": 1,
        "temperature": 0,
        "n_probs": most,
        "post_sampling_probs": False,
        "cache_prompt": False,
        "logit_bias": [[whole, 1000.0]],
    }
    reply = server.handle_completions(body)
    found = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
    return {one["id"]: one["logprob"] for one in found}


def expected(model: Any, ids: Sequence[int]) -> torch.Tensor:
    """Log-probabilities of every token after `ids`, by transformers: float64 (tokens,)."""
    with torch.no_grad():
        logits = model.eval()(torch.tensor([list(ids)])).logits[0, -1]
    return torch.log_softmax(logits.double(), -1)


def distance(ours: dict[int, float], theirs: torch.Tensor) -> float:
    """The largest difference of log-probabilities."""
    return max(abs(value - float(theirs[token])) for token, value in ours.items())
