"""What a folder of safetensors says of its chat model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proofstone.core.errors import DataError

_CONFIG, _TOKENIZER, _TEMPLATE = "config.json", "tokenizer.json", "chat_template.jinja"
_SETTINGS = "tokenizer_config.json"
_MORE = ("additional_special_tokens", "extra_special_tokens")
"""Lists of tokens, or tokens by their role."""
_WHOLE = "name the folder of a whole chat model: its configuration, tokenizer and safetensors"


@dataclass(frozen=True)
class ChatFolder:
    """Its chat template, and the names of the tokens that steer it, such as the end of a turn."""

    template: str
    control_texts: tuple[str, ...]

    @property
    def template_digest(self) -> str:
        """SHA-256 of the chat template."""
        return hashlib.sha256(self.template.encode()).hexdigest()


def chat_folder(files: Mapping[str, bytes], name: str) -> ChatFolder:
    """Return what the files (name -> bytes) of a folder say; weights are not looked into.

    Raises:
        DataError: a part is absent or cannot be read, the model wants to run code of its own, or
            there is no chat template; names the file.
    """
    if not any(one.endswith(".safetensors") for one in files):
        gguf = sorted(one for one in files if one.endswith(".gguf"))
        hint = f"name one file in it, such as {gguf[0]}" if gguf else _WHOLE
        raise DataError(f"{name}: has no safetensors file", hint=hint)
    if "auto_map" in _object(files, _CONFIG, name):
        hint = "use a model of an architecture that vLLM knows"
        raise DataError(f"{name}/{_CONFIG}: the model wants to run code of its own", hint=hint)
    tokenizer = _object(files, _TOKENIZER, name)
    settings = _object(files, _SETTINGS, name) if _SETTINGS in files else {}
    return ChatFolder(_template(files, settings, name), tuple(_control(tokenizer, settings)))


def _control(tokenizer: Mapping[str, Any], settings: Mapping[str, Any]) -> list[str]:
    """Special tokens of the tokenizer, and those that its settings add, list or name."""
    added, more = tokenizer.get("added_tokens"), settings.get("added_tokens_decoder")
    tokens = [*(added if isinstance(added, list) else ())]
    tokens += more.values() if isinstance(more, dict) else ()
    special = [one for one in tokens if isinstance(one, dict) and one.get("special")]
    special += [value for key, value in settings.items() if key.endswith("_token")]
    for key in _MORE:
        found = settings.get(key)
        special += found.values() if isinstance(found, dict) else ()
        special += found if isinstance(found, list) else ()
    texts = [one.get("content") if isinstance(one, dict) else one for one in special]
    return sorted({text for text in texts if isinstance(text, str) and len(text) > 1})


def _template(files: Mapping[str, bytes], settings: Mapping[str, Any], name: str) -> str:
    text = settings.get("chat_template")
    if isinstance(text, list):  # named ones
        named = [one for one in text if isinstance(one, dict) and one.get("name") == "default"]
        text = named[0].get("template") if named else None
    if _TEMPLATE in files:
        text = files[_TEMPLATE].decode("utf-8", "replace")
    if not isinstance(text, str) or not text.strip():
        raise DataError(f"{name}: has no chat template", hint="use an instruction-tuned model")
    return text.encode("utf-8", "replace").decode()


def _object(files: Mapping[str, bytes], part: str, name: str) -> dict[str, Any]:
    if part not in files:
        raise DataError(f"{name}: has no {part}", hint=_WHOLE)
    try:
        found = json.loads(files[part])
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}/{part}: is not JSON: {error}", hint="fetch it again") from error
    if not isinstance(found, dict):
        raise DataError(f"{name}/{part}: is no JSON object", hint="fetch it again")
    return found
