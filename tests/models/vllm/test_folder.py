"""What a folder says of its model, and what is told where it says too little."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from tests.models.vllm.folders import END, NAMES, TEMPLATE, chat_files

from proofstone.core.errors import DataError
from proofstone.models.vllm.folder import chat_folder

SETTINGS = "tokenizer_config.json"


def settings(**entries: Any) -> dict[str, bytes]:
    return {SETTINGS: json.dumps(entries).encode()}


def test_the_template_is_its_own_file_or_an_entry() -> None:
    assert chat_folder(chat_files(), "m").template == TEMPLATE
    files = chat_files() | settings(chat_template="{{ messages }}")
    assert chat_folder(files, "m").template == TEMPLATE
    del files["chat_template.jinja"]
    found = chat_folder(files, "m")
    assert found.template == "{{ messages }}"
    assert found.template_digest == hashlib.sha256(b"{{ messages }}").hexdigest()


def test_a_template_with_half_a_character_has_a_digest() -> None:
    files = chat_files() | settings(chat_template="\ud800 {{ messages }}")
    del files["chat_template.jinja"]
    assert len(chat_folder(files, "m").template_digest) == 64


def test_names_of_control_tokens_come_from_tokenizer_and_settings() -> None:
    added = [
        {"content": END, "special": True},
        {"content": "<think>", "special": False},
        {"content": "x", "special": True},
        {"id": 3},
    ]
    files = chat_files() | {"tokenizer.json": json.dumps({"added_tokens": added}).encode()}
    assert chat_folder(files, "m").control_texts == (END,)
    more = settings(
        added_tokens_decoder={
            "7": {"content": "<|tool|>", "special": True},
            "8": {"content": "<plain>", "special": False},
        },
        eos_token={"content": "<|eot|>"},
        bos_token="<s>",
        pad_token=None,
    )
    found = chat_folder(files | more, "m").control_texts
    assert set(found) == {END, "<|tool|>", "<|eot|>", "<s>"}


def test_tokens_that_the_settings_list_or_name_are_control_tokens_too() -> None:
    files = chat_files() | {"tokenizer.json": b"{}"}
    more = settings(
        additional_special_tokens=["<|call|>", {"content": "<|ret|>"}, 7],
        extra_special_tokens={"image": "<|image|>", "sound": {"content": "<|sound|>"}},
    )
    found = set(chat_folder(files | more, "m").control_texts)
    assert found == {"<|call|>", "<|ret|>", "<|image|>", "<|sound|>"}
    listed = settings(additional_special_tokens="<|a|>", extra_special_tokens=["<|b|>"])
    assert chat_folder(files | listed, "m").control_texts == ("<|b|>",)


def test_of_named_templates_the_default_is_taken() -> None:
    files = chat_files()
    del files["chat_template.jinja"]
    tools, plain = ({"name": one, "template": f"{{{{ {one} }}}}"} for one in ("tools", "default"))
    assert chat_folder(files | settings(chat_template=[tools, plain]), "m").template == (
        "{{ default }}"
    )
    for unusable in ([tools], [], [{"name": "default"}], ["{{ x }}"]):
        with pytest.raises(DataError, match="has no chat template"):
            chat_folder(files | settings(chat_template=unusable), "m")


def test_the_tiny_folder_names_its_own() -> None:
    assert set(chat_folder(chat_files(), "m").control_texts) == {*NAMES}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"config.json": None}, "m: has no config.json"),
        ({"tokenizer.json": None}, "m: has no tokenizer.json"),
        ({"chat_template.jinja": None}, "m: has no chat template"),
        ({"chat_template.jinja": b" \n"}, "m: has no chat template"),
        ({"model.safetensors": None}, "m: has no safetensors file"),
        ({"config.json": b"{"}, "m/config.json: is not JSON"),
        ({"config.json": b"[" * 100_000}, "m/config.json: is not JSON"),
        ({"config.json": b"\xff"}, "m/config.json: is not JSON"),
        ({"config.json": b"[]"}, "m/config.json: is no JSON object"),
        ({"config.json": b'{"auto_map": {"AutoModel": "m.M"}}'}, "code of its own"),
        ({"tokenizer.json": b"1"}, "m/tokenizer.json: is no JSON object"),
    ],
)
def test_what_is_absent_or_damaged_is_named(changes: dict[str, Any], says: str) -> None:
    files = {name: data for name, data in (chat_files() | changes).items() if data is not None}
    with pytest.raises(DataError, match=says) as caught:
        chat_folder(files, "m")
    assert caught.value.hint


def test_a_folder_of_gguf_files_leads_to_one_of_them() -> None:
    with pytest.raises(DataError, match="no safetensors") as caught:
        chat_folder({"README.md": b"", "q8.gguf": b"", "q4.gguf": b""}, "m")
    assert caught.value.hint == "name one file in it, such as q4.gguf"
