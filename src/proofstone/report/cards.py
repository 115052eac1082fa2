"""Model card (Mitchell et al. 2019) and data card (Gebru et al. 2021) from the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofstone.core.i18n import _
from proofstone.report.language import in_language, say
from proofstone.report.measures import MEASURES
from proofstone.report.record import Record, listing, mapping
from proofstone.report.sections import (
    candidates,
    data,
    knowledge,
    limits,
    method,
    quality,
    summary,
    untested,
)
from proofstone.report.sentences import compares_groups, headline, judgement, sentence
from proofstone.report.terms import metric_name, subject_name, verdict_name


@dataclass(frozen=True)
class Block:
    """A headed part of a card: sentences, then possibly a table with a header row."""

    heading: str
    texts: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing under the heading."""
        return not self.texts and not self.rows


def model_card(record: Mapping[str, Any], language: str = "en") -> str:
    """Return the model card as Markdown in `language` (`en` or `zh`)."""
    read = Record(record)
    return in_language(
        language,
        lambda: _markdown(_("Model card: {name}").format(name=read.name), model_blocks(read)),
    )


def data_card(record: Mapping[str, Any], language: str = "en") -> str:
    """Return the data card as Markdown in `language` (`en` or `zh`)."""
    read = Record(record)
    return in_language(
        language,
        lambda: _markdown(_("Data card: {name}").format(name=read.name), data_blocks(read)),
    )


def model_blocks(record: Record) -> list[Block]:
    """The parts of the model card that the record knows, in the language in force."""
    shown = record.shown
    settings = sorted(shown.settings.items()) if shown is not None else []
    measured = [
        (finding.verdict, metric_name(finding.metric), subject_name(finding.subject), finding)
        for finding in (gate.finding for gate in record.gates)
    ]
    blocks = [
        Block(_("Model"), rows=tuple(summary.view(record)["facts"])),
        Block(
            _("Settings"),
            rows=tuple((str(name), candidates.setting_text(value)) for name, value in settings),
        ),
        Block(_("Intended use"), _use(record)),
        Block(
            _("Gates"),
            (_("{word}. {headline}").format(word=summary.word(record), headline=headline(record)),),
            (_("Gate"), _("Subject"), _("Verdict"), _("Why")),
            tuple((name, who, verdict_name(v), judgement(f)) for v, name, who, f in measured),
        ),
        Block(_("Quality"), tuple(row["sentence"] for row in _quality(record))),
        Block(_("Replies") if record.assistant else _("Measured"), _replies(record)),
        Block(_("Groups"), _groups(record)),
        Block(_("How it was estimated"), tuple((method.view(record) or {}).get("texts", ()))),
        Block(_("Not tested"), rows=tuple(untested.view(record)["rows"])),
        Block(_("Caveats"), tuple(limits.view(record)["texts"])),
    ]
    return [block for block in blocks if not block.empty]


def data_blocks(record: Record) -> list[Block]:
    """The parts of the data card that the record knows, in the language in force."""
    if record.assistant:
        return _knowledge(record)
    columns = [data.describe(record, name, one) for name, one in data.columns_of(record).items()]
    problems = data.problems_of(record)
    rules = [mapping(rule) for rule in listing(mapping(record.project.get("data")).get("rules"))]
    split = mapping(record.project.get("split"))
    blocks = [
        Block(_("Data set"), rows=tuple(data.facts_of(record))),
        Block(
            _("Data dictionary"),
            (),
            (_("Column"), _("Meaning"), _("Type"), _("Role"), _("Missing"), _("Values")),
            tuple(tuple(str(one[key]) for key in _COLUMN_KEYS) for one in columns),
        ),
        Block(
            _("Declared rules"),
            rows=tuple(
                (str(one.get("name")), str(one.get("expression")), say(one.get("reason")))
                for one in rules
            ),
        ),
        Block(
            _("Quarantine"),
            () if problems or not columns else (_("No row was set aside."),),
            (_("Rule"), _("Column"), _("Problem"), _("Rows")),
            tuple((one["rule"], one["column"], one["message"], one["count"]) for one in problems),
        ),
        Block(_("Split"), (say(split["reason"]),) if split.get("reason") else ()),
    ]
    return [block for block in blocks if not block.empty]


def _knowledge(record: Record) -> list[Block]:
    """The data card of an assistant: its documents, what was set aside, the questions."""
    languages, problems = knowledge.languages_of(record), knowledge.problems_of(record)
    blocks = [
        Block(_("What it answers from"), rows=tuple(knowledge.facts_of(record))),
        Block(_("Languages"), (), (_("Language"), _("Documents"), _("Passages")), tuple(languages)),
        Block(
            _("Set aside: no answer rests on it"),
            (),
            (_("Document or passage"), _("Rule"), _("Problem")),
            tuple(problems),
        ),
        Block(_("The questions"), rows=tuple(knowledge.questions_of(record))),
    ]
    return [block for block in blocks if not block.empty]


_COLUMN_KEYS = ("name", "meaning", "type", "role", "missing", "summary")


def _use(record: Record) -> tuple[str, ...]:
    texts = [say(record.project.get("description"))]
    if record.assistant:
        texts.append(
            _(
                "It answers questions from the documents of the data card, in English and Chinese, "
                "names its sources, and passes on to a person what they do not answer."
            )
        )
    if record.task:
        texts.append(_predicts(record))
        if record.task.get("protected"):
            used = bool(record.task.get("use_protected"))
            named = ", ".join(map(str, listing(record.task.get("protected"))))
            text = (
                _("Protected attributes ({names}) are used when predicting.")
                if used
                else _("Protected attributes ({names}) are not used when predicting.")
            )
            texts.append(text.format(names=named))
            texts.append(say(record.task.get("use_protected_reason")))
    return tuple(text for text in texts if text)


def _predicts(record: Record) -> str:
    if not record.task.get("positive"):
        return _("It predicts {label} from the other columns.").format(label=record.label)
    says = _("It predicts {label} from the other columns; a decision is about “{positive}”.")
    return says.format(label=record.label, positive=record.positive)


def _quality(record: Record) -> Sequence[Mapping[str, str]]:
    rows: Sequence[Mapping[str, str]] = (quality.view(record) or {}).get("rows", ())
    return rows


def _replies(record: Record) -> tuple[str, ...]:
    """A sentence for each thing measured on all replies."""
    found = [one for one in record.findings if one.subject == "all" and one.value is not None]
    return tuple(
        sentence(record, one) for metric in MEASURES for one in found if one.metric == metric
    )


def _groups(record: Record) -> tuple[str, ...]:
    return tuple(
        sentence(record, finding)
        for finding in record.findings
        if compares_groups(finding)
        and finding.metric.endswith("_difference")
        and finding.value is not None
    )


def _markdown(title: str, blocks: Sequence[Block]) -> str:
    lines = [f"# {title}", ""]
    for block in blocks:
        lines += [f"## {block.heading}", ""]
        for text in block.texts:
            lines += [_escape(text), ""]
        if block.rows:
            header = block.header or ("",) * len(block.rows[0])
            lines.append(_row(header))
            lines.append("|" + " --- |" * len(header))
            lines += [_row(row) for row in block.rows]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escape(cell) for cell in cells) + " |"


def _escape(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no HTML, on one line."""
    text = " ".join(str(text).split())
    for mark in ("\\", "`", "*", "_", "[", "]", "<", ">", "|", "#"):
        text = text.replace(mark, "\\" + mark)
    return text
