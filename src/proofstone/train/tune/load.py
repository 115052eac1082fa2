"""Base models for tuning: GGUF files, dequantised, or folders of safetensors."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofstone.core.canonical import digest_json
from proofstone.core.errors import DataError
from proofstone.core.extras import need
from proofstone.models.fields import read_object
from proofstone.models.gguf_header import check_gguf
from proofstone.models.sources.safetensors_header import check_safetensors
from proofstone.train.tune.template import ChatTemplate, check_template_text, template_of_gguf

_TOKENS = ("bos_token", "eos_token", "unk_token", "pad_token")
_KEPT = (".safetensors", ".json", ".jinja", ".model", ".txt")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Base:
    """A loaded base model.

    `address` is where it came from. `model` is a causal language model of transformers in float32;
    `sha256` that of the file it was read from, or of the list of a folder's files.
    """

    path: Path
    address: str
    model: Any
    tokenizer: Any
    template: ChatTemplate
    sha256: str


def load_base(path: Path, address: str | None = None) -> Base:
    """Load the model in `path`: a GGUF file, whose weights are dequantised, or a folder.

    `address` is where it came from, if that is not `path`.

    Nothing is fetched, no code of the model is run, nothing is unpickled.

    Raises:
        DataError: it is neither, is damaged, of an architecture that transformers does not know,
            wants to run code of its own, or has no chat template or token that ends a turn.
        MissingExtra: torch or transformers is not installed.
    """
    need("torch", "tune")
    if path.is_dir():
        _check_folder(path)
        source: dict[str, Any] = {"pretrained_model_name_or_path": str(path)}
    else:
        check_gguf(path)
        source = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    model, tokenizer = _load(path, source)
    text = _template_text(path, tokenizer)
    if not tokenizer.eos_token:
        raise DataError(f"{path}: no token ends a turn", hint="set eos_token in its tokenizer")
    tokens = {name: getattr(tokenizer, name) for name in _TOKENS if getattr(tokenizer, name)}
    template = ChatTemplate(text, tokens, tokenizer.eos_token)
    return Base(path, address or str(path), model, tokenizer, template, base_digest(path))


def base_digest(path: Path) -> str:
    """SHA-256 of a GGUF file, or of the JSON that lists a folder's files with theirs."""
    if not path.is_dir():
        return _file_digest(path)
    names = sorted(one.name for one in path.iterdir() if one.suffix in _KEPT and one.is_file())
    return digest_json({name: _file_digest(path / name) for name in names})


def _load(path: Path, source: dict[str, Any]) -> tuple[Any, Any]:
    torch, transformers = need("torch", "tune"), need("transformers", "tune")
    safe = {"local_files_only": True, "trust_remote_code": False}
    folder = {} if "gguf_file" in source else {"use_safetensors": True}
    try:
        with _quiet():
            tokenizer = transformers.AutoTokenizer.from_pretrained(**source, **safe)
            model, report = transformers.AutoModelForCausalLM.from_pretrained(
                **source, **safe, **folder, dtype=torch.float32, output_loading_info=True
            )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
        raise DataError(
            f"{path}: transformers cannot load this model: {error}",
            hint="it must be a decoder of a known architecture, with its tokenizer",
        ) from error
    # What a file lacks, transformers fills with random numbers.
    if lacking := sorted(report["missing_keys"]):
        raise DataError(
            f"{path}: lacks {lacking[0]} and {len(lacking) - 1} other weights",
            hint="the file is damaged or of another model: fetch or convert it again",
        )
    return model, tokenizer


def _check_folder(path: Path) -> None:
    config = path / "config.json"
    if not config.is_file():
        raise DataError(f"{path}: has no config.json", hint="name the folder of a whole model")
    if "auto_map" in read_object(config.read_bytes(), str(config)):
        raise DataError(
            f"{config}: the model wants to run code of its own (auto_map)",
            hint="use a model of an architecture that transformers knows",
        )
    if (path / "adapter_config.json").exists():
        raise DataError(
            f"{path}: holds an adapter, not a whole model", hint="name the base model's folder"
        )
    weights = sorted(path.glob("*.safetensors"))
    if not weights:
        raise DataError(
            f"{path}: has no safetensors file",
            hint="other weight files are pickles, and reading one runs code: convert it elsewhere",
        )
    for file in weights:
        check_safetensors(file)


def _template_text(path: Path, tokenizer: Any) -> str:
    if not path.is_dir():
        return template_of_gguf(path)
    text = tokenizer.chat_template
    if not isinstance(text, str) or not text.strip():
        raise DataError(f"{path}: has no chat template", hint="use an instruction-tuned model")
    return check_template_text(text, str(path))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the progress bars that transformers draws by itself off the standard error."""
    with contextlib.redirect_stderr(io.StringIO()):
        yield


def _file_digest(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            state.update(chunk)
    return state.hexdigest()
