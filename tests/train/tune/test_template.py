from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.models.gguf_files import smollm2
from tests.train.tune.tiny import TEMPLATE, write_tiny
from transformers.utils.chat_template_utils import render_jinja_template

from proofstone.core.errors import DataError, VerificationError
from proofstone.models.conversation import Turn, exchange
from proofstone.train.tune.load import Base
from proofstone.train.tune.template import ChatTemplate, check_template, template_of_gguf

TALK = (*exchange("Hi", "Hello.", "你好 {{ 1 }}", "您好 😀"),)
PLAIN = ChatTemplate(TEMPLATE, {}, "<|im_end|>")


@pytest.fixture(scope="module")
def smollm2_text() -> str:
    return template_of_gguf(smollm2())


def test_the_files_own_template_is_found(smollm2_text: str, smol: Base) -> None:
    assert smollm2_text == smol.template.text == smol.tokenizer.chat_template


@pytest.mark.parametrize("reply", [True, False])
@pytest.mark.parametrize("talk", [TALK, (Turn("system", "Be kind."), *TALK), TALK[:1]])
def test_it_renders_what_transformers_renders(
    smollm2_text: str, talk: tuple[Turn, ...], reply: bool
) -> None:
    messages = [one.to_json() for one in talk]
    theirs, _ = render_jinja_template(
        [messages], chat_template=smollm2_text, add_generation_prompt=reply
    )
    ours = ChatTemplate(smollm2_text, {}, "<|im_end|>").render(talk, reply=reply)
    assert [ours] == theirs


def test_what_is_learned_is_the_assistants_text_and_its_end(smollm2_text: str) -> None:
    template = ChatTemplate(smollm2_text, {}, "<|im_end|>")
    segments = template.segments(TALK)
    learned = [one.text for one in segments if one.learned]
    assert learned == ["Hello.<|im_end|>", "您好 😀<|im_end|>"]
    assert segments[0].text == template.render(TALK[:1], reply=True)
    assert "".join(one.text for one in segments[:3]) == template.render(TALK[:3], reply=True)
    whole = "".join(one.text for one in segments)
    assert template.render(TALK, reply=False) == whole + "\n"


def test_a_template_without_an_end_teaches_the_text_alone() -> None:
    text = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    text += "{% if add_generation_prompt %}assistant: {% endif %}"
    segments = ChatTemplate(text, {}, "</s>").segments(TALK[:2])
    assert [(one.text, one.learned) for one in segments] == [
        ("user: Hi\nassistant: ", False),
        ("Hello.", True),
    ]


LAST_ONLY = (
    "{% for m in messages %}{% if loop.last or m.role == 'user' %}[{{ m.role }}]{{ m.content }}"
    "{% endif %}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
)
UPPER = (
    "{% for m in messages %}[{{ m.role }}]{{ m.content | upper }}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAST_ONLY, "message 4: the template changes what stood before it"),
        (UPPER, "message 2: the template changes the assistant's text"),
    ],
)
def test_a_template_that_rewrites_is_refused(text: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        ChatTemplate(text, {}, "</s>").segments(TALK)
    assert "one example for each answer" in caught.value.hint
    assert ChatTemplate(LAST_ONLY, {}, "</s>").segments(TALK[:2])


@pytest.mark.parametrize(
    "text",
    [
        "{{ messages.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ range(10 ** 9) | list }}",
        "{{ raise_exception('only user and assistant') }}",
        "{{ messages[99].content.x }}",
        "{{ 1 / 0 }}",
        "{% include '/etc/passwd' %}",
        "{{ open('/etc/passwd') }}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(text: str) -> None:
    with pytest.raises(DataError, match=r"^chat template"):
        ChatTemplate(text, {}, "</s>").render(TALK, reply=True)


def test_a_template_that_is_no_template_is_named() -> None:
    with pytest.raises(DataError, match="chat template, line 2"):
        ChatTemplate("{% if x %}\n{% endfor %}", {}, "</s>").render(TALK, reply=True)


def test_what_templates_of_chat_models_use_is_there() -> None:
    text = (
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{% continue %}{% endif %}"
        "{% generation %}{{ m.content }}{% endgeneration %}{{ m | tojson }}{% endfor %}"
    )
    found = ChatTemplate(text, {"bos_token": "<s>"}, "</s>").render(
        exchange("Hi", "<您好>"), reply=False
    )
    assert found == '<s><您好>{"role": "assistant", "content": "<您好>"}'


def test_the_digest_is_enforced(tiny_path: Path) -> None:
    assert PLAIN.sha256 == hashlib.sha256(TEMPLATE.encode()).hexdigest()
    check_template(tiny_path, PLAIN.sha256)
    with pytest.raises(VerificationError, match=f"{PLAIN.sha256}, not {'0' * 64}") as caught:
        check_template(tiny_path, "0" * 64)
    assert caught.value.exit_code == 4


def test_one_letter_makes_another_template(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "other.gguf", template=TEMPLATE.replace("\n", " ", 1))
    with pytest.raises(VerificationError, match=r"other\.gguf: its chat template"):
        check_template(path, PLAIN.sha256)


@pytest.mark.parametrize("template", [None, "", "  \n"])
def test_a_model_without_a_template_is_refused(tmp_path: Path, template: str | None) -> None:
    path = write_tiny(tmp_path / "none.gguf", template=template)
    with pytest.raises(DataError, match="has no chat template"):
        template_of_gguf(path)


def test_an_endless_template_is_refused(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "long.gguf", template="x" * 100_001)
    with pytest.raises(DataError, match="has 100001 characters"):
        template_of_gguf(path)
