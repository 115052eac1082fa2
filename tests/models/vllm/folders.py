"""A tiny chat model's folder, and a program that stands in for vLLM."""

from __future__ import annotations

import json
import os
import select
import shlex
import struct
import sys
from pathlib import Path
from typing import Any

from proofstone.models.vllm.model import VllmModel

END = "<|im_end|>"
NAMES = ["<|im_start|>", END]
TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['content'] == 'refuse' %}{{ nothing.is_known }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{{ '<|im_start|>assistant\n' }}"
)
"""It refuses a turn that says so."""


def chat_files(**changes: Any) -> dict[str, bytes]:
    """The folder's files by name; `changes` are entries of config.json."""
    header = b'{"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}'
    added = [{"content": one, "special": True} for one in NAMES]
    config = {"architectures": ["LlamaForCausalLM"], **changes}
    return {
        "config.json": json.dumps(config).encode(),
        "tokenizer.json": json.dumps({"added_tokens": added}).encode(),
        "chat_template.jinja": TEMPLATE.encode(),
        "model.safetensors": struct.pack("<Q", len(header)) + header + bytes(8),
    }


def write_program(folder: Path, mode: str = "plain") -> str:
    """Write the stand-in to `folder`, where it leaves its notes, too; return its path."""
    place = folder / f"vllm-{mode}"
    command = [sys.executable, str(Path(__file__).with_name("standin.py")), str(folder), mode]
    place.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    place.chmod(0o755)
    return str(place)


def notes(folder: Path) -> list[dict[str, Any]]:
    """What each program of `folder` was started with, the first one first."""
    found = sorted(folder.glob("*.json"), key=lambda one: one.stat().st_mtime_ns)
    return [json.loads(one.read_text("utf-8")) for one in found]


def tiny(folder: Path, mode: str = "plain", **settings: Any) -> VllmModel:
    """The tiny model, served by the stand-in."""
    settings = {"name": "tiny", "context": 200, "program": write_program(folder, mode)} | settings
    return VllmModel(chat_files(), **settings)


def gone(process: int, within: float = 60.0) -> bool:
    """Whether a process has ended, or does in time."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], within)[0])
    finally:
        os.close(handle)
