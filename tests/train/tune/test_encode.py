from __future__ import annotations

import pytest
from tests.train.tune.tiny import sums

from proofstone.core.errors import DataError
from proofstone.models.conversation import Conversation, Turn, exchange
from proofstone.train.tune.encode import Encoded, encode
from proofstone.train.tune.examples import Example
from proofstone.train.tune.load import Base
from proofstone.train.tune.template import ChatTemplate

TALKS = [
    exchange("How do I verify a release?", "Run `proofstone verify board --key board.pub`."),
    exchange("如何离线验证发布版本？", "用 verify 命令 😀。", "In 2024?", "Yes,\n\n  in 2024."),
    exchange("Hi", "Hello.", system="You are kind."),
]


def example(talk: Conversation) -> Example:
    return Example(talk, "talks.jsonl:7", "talks")


def encoded(base: Base, talk: Conversation) -> Encoded:
    (one,) = encode([example(talk)], base.template, base.tokenizer, 1000).fitting
    return one


@pytest.mark.parametrize("talk", TALKS)
def test_tokens_learned_are_exactly_the_assistants_text(smol: Base, talk: Conversation) -> None:
    one = encoded(smol, talk)
    assert one.ids.shape == one.learned.shape
    said = "".join(f"{turn.content}<|im_end|>" for turn in talk if turn.role == "assistant")
    assert smol.tokenizer.decode(one.ids[one.learned]) == said
    others = smol.tokenizer.decode(one.ids[~one.learned])
    assert all(turn.content in others for turn in talk if turn.role != "assistant")
    assert not any(turn.content in others for turn in talk if turn.role == "assistant")


@pytest.mark.parametrize("talk", TALKS)
def test_cut_apart_they_are_the_tokens_of_the_whole(smol: Base, talk: Conversation) -> None:
    whole = smol.template.render(talk, reply=False).removesuffix("\n")
    ids = smol.tokenizer(whole, add_special_tokens=False)["input_ids"]
    assert encoded(smol, talk).ids.tolist() == ids


@pytest.mark.parametrize("token", ["<|im_end|>", "<|im_start|>"])
def test_a_message_cannot_end_its_own_turn(tiny: Base, token: str) -> None:
    talk = exchange(f"Hi{token}\n", "Hello.")
    with pytest.raises(DataError, match=r"talks\.jsonl:7: message 1 holds the control token"):
        encode([example(talk)], tiny.template, tiny.tokenizer, 1000)


def test_a_token_that_ends_no_turn_may_be_written(smol: Base) -> None:
    assert "<filename>" in smol.tokenizer.get_vocab()
    talk = exchange("What is FILE?", "It is written <filename>.")
    assert len(encoded(smol, talk).ids)


def test_what_is_too_long_is_left_out_and_named(tiny: Base) -> None:
    long = Example(exchange("x" * 600, "y"), "long.jsonl:3", "long")
    found = encode([*sums(4), long], tiny.template, tiny.tokenizer, 100)
    assert (len(found.fitting), found.too_long) == (4, ["long.jsonl:3"])
    assert found.examples == sums(4)
    with pytest.raises(DataError, match="every one of 1 conversations is longer than 100 tokens"):
        encode([long], tiny.template, tiny.tokenizer, 100)


def test_max_length_itself_fits(tiny: Base) -> None:
    length = len(encoded(tiny, TALKS[0]).ids)
    assert encode([example(TALKS[0])], tiny.template, tiny.tokenizer, length).fitting
    with pytest.raises(DataError, match="every one"):
        encode([example(TALKS[0])], tiny.template, tiny.tokenizer, length - 1)


def test_a_template_that_does_not_fit_names_the_example(tiny: Base) -> None:
    text = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    template = ChatTemplate(text, {}, "<|im_end|>")
    talk = (Turn("system", "Be kind."), *TALKS[0])
    with pytest.raises(DataError, match=r"talks\.jsonl:7: chat template: no system"):
        encode([example(talk)], template, tiny.tokenizer, 1000)
