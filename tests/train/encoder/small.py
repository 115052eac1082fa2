"""A BERT encoder small enough to be trained in a test, and texts that it can tell apart."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel

GOOD, BAD = ("good", "fine", "lovely"), ("bad", "poor", "awful")
FILLERS = ("the", "shop", "tea", "was", "very", "it", "cup", "##s")
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", *GOOD, *BAD, *FILLERS)
FAST = {"epochs": 6, "learning_rate": 5e-3, "batch": 16, "max_length": 16, "patience": 6}


def tokenizer() -> Tokenizer:
    made = Tokenizer(WordPiece({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = BertNormalizer()
    made.pre_tokenizer = BertPreTokenizer()
    special = [(name, WORDS.index(name)) for name in ("[CLS]", "[SEP]")]
    made.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=special)
    return made


def write_base(folder: Path, **changes: object) -> Path:
    """Write config.json, model.safetensors and tokenizer.json of an untrained encoder."""
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=24,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer().save(str(folder / "tokenizer.json"))
    document = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(document | changes))
    return folder


def texts(n: int = 160, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Texts of filler words, half of them with a good one, half with a bad one."""
    rng = np.random.default_rng(seed)
    target = np.arange(n) % 2
    matrix = np.empty((n, 1), dtype=object)
    for row in range(n):
        said = [str(word) for word in rng.choice(FILLERS[:7], rng.integers(2, 9))]
        said.insert(int(rng.integers(len(said))), str(rng.choice(GOOD if target[row] else BAD)))
        matrix[row, 0] = " ".join(said)
    return matrix, target, np.ones(n)
