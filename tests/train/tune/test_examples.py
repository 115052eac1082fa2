from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.train.tune.tiny import conversation

from proofstone.core.errors import DataError
from proofstone.models.conversation import exchange
from proofstone.train.tune.examples import (
    Example,
    examples_digest,
    read_examples,
    split,
    write_examples,
)


def file(folder: Path, *entries: Any) -> Path:
    path = folder / "examples.jsonl"
    lines = [one if isinstance(one, str) else json.dumps(one) for one in entries]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_each_line_is_a_conversation_with_its_place(tmp_path: Path) -> None:
    system = {"role": "system", "content": "Be kind."}
    longer = {"messages": [system, *conversation()["messages"] * 2]}
    path = file(tmp_path, conversation(), "", longer, conversation(group="greetings"))
    found = read_examples(path)
    assert [one.place for one in found] == [f"{path}:{line}" for line in (1, 3, 4)]
    assert [turn.role for turn in found[1].turns] == ["system", *["user", "assistant"] * 2]
    assert [one.group for one in found] == ["How are you?", "How are you?", "greetings"]


def test_yaml_is_read_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "examples.yaml"
    path.write_text(
        "# greetings\n"
        "- messages:\n"
        "  - {role: user, content: 你好}\n"
        "  - {role: assistant, content: 您好。}\n"
        "- - {role: user, content: Hi}\n"
        "  - {role: assistant, content: Hello.}\n",
        "utf-8",
    )
    found = read_examples(path)
    assert [one.place for one in found] == [f"{path}:2", f"{path}:5"]
    assert [one.turns for one in found] == [exchange("你好", "您好。"), exchange("Hi", "Hello.")]


FAULTS = [
    ("{", "is not JSON"),
    ("[" * 100_000, "is not JSON"),
    ("3", "has no list of messages"),
    ({"messages": []}, "has no message"),
    ({"turns": []}, "has no list of messages"),
    (conversation(label=1), "unknown key 'label'"),
    (conversation(group=""), "a group that is no text"),
    (conversation()["messages"][:1], "does not end with the assistant"),
    ([{"role": "system", "content": "x"}], "does not end with the assistant"),
    (conversation()["messages"][1:], "message 1 is the assistant's, not the user's"),
    (conversation()["messages"] * 2 + [{"role": "system", "content": "x"}], "message 5 is the"),
    ([{"role": "tool", "content": "x"}], "has the role 'tool'"),
    ([{"role": "user", "content": " \n"}], "message 1 has no text"),
    ([{"role": "user", "content": None}], "message 1 has no text"),
    ([{"role": "user", "content": "\ud800"}], "half of a surrogate pair"),
    ([{"role": "user", "text": "x"}], "is not an object of role and content"),
]


@pytest.mark.parametrize(("entry", "said"), FAULTS)
def test_a_fault_is_named_with_its_line(tmp_path: Path, entry: Any, said: str) -> None:
    path = file(tmp_path, conversation(), entry)
    with pytest.raises(DataError) as caught:
        read_examples(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert said in str(caught.value)
    assert "ending with the assistant" in caught.value.hint


def test_faults_are_listed_together_and_not_without_end(tmp_path: Path) -> None:
    path = file(tmp_path, *["{"] * 30)
    with pytest.raises(DataError) as caught:
        read_examples(path)
    lines = str(caught.value).splitlines()
    assert [one.split(": ")[0] for one in lines[:20]] == [f"{path}:{at}" for at in range(1, 21)]
    assert lines[20:] == ["and 10 more"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.jsonl", b"\xff\xfe", "is not UTF-8"),
        ("a.jsonl", b"\n\n", "holds no conversation"),
        ("a.yaml", b"", "holds no conversation"),
        ("a.yaml", b"a: [", "is not YAML"),
        ("a.yaml", b"a: 1", ":1: is not a list"),
        ("a.yaml", b"- !!python/object:os.system {}", "is not YAML"),
    ],
)
def test_a_file_that_holds_none_is_refused(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=said):
        read_examples(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.jsonl: No such file"):
        read_examples(tmp_path / "none.jsonl")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    examples = [
        Example(exchange("你好\n\u2028 </s>", "您好 😀", "谢谢", "再见"), "here", "greeting"),
        Example(exchange("a", "b"), "there", "a"),
    ]
    path = tmp_path / "written.jsonl"
    path.write_bytes(write_examples(examples))
    again = read_examples(path)
    assert [one.turns for one in again] == [one.turns for one in examples]
    assert [one.group for one in again] == ["greeting", "a"]
    assert examples_digest(again) == examples_digest(examples)
    assert examples_digest(again) != examples_digest(again[::-1])


@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=2).filter(lambda one: len(set(one)) > 1),
    st.floats(0.01, 0.5),
    st.integers(0, 2**32),
)
def test_groups_are_held_out_whole(groups: list[str], share: float, seed: int) -> None:
    examples = [Example(exchange("q", "a"), str(at), one) for at, one in enumerate(groups)]
    train, held = split(examples, share, seed)
    assert sorted(train + held, key=lambda one: int(one.place)) == examples
    assert not {one.group for one in train} & {one.group for one in held}
    assert train
    assert held
    assert split(examples, share, seed) == (train, held)
    expected = min(max(1, round(share * len(set(groups)))), len(set(groups)) - 1)
    assert len({one.group for one in held}) == expected


def test_one_group_cannot_be_split() -> None:
    with pytest.raises(DataError, match="1 group of conversations: too few") as caught:
        split([Example(exchange("q", "a"), "1", "x")] * 2, 0.1, 0)
    assert "early_stopping to null" in caught.value.hint
