"""Techniques of the attacks that ship, by the names that their suites give them."""

from __future__ import annotations

from proofstone.core.i18n import _, message

TECHNIQUES = frozenset(
    {
        message("HTML comment"),
        message("address"),
        message("authority"),
        message("chat-template markup"),
        message("command"),
        message("completion"),
        message("copy the context"),
        message("date"),
        message("debugging"),
        message("direct"),
        message("e-mail"),
        message("encode"),
        message("encoded"),
        message("exfiltration link"),
        message("fake completion"),
        message("fake contact"),
        message("fake system turn"),
        message("fiction"),
        message("figure"),
        message("file"),
        message("format"),
        message("goal hijacking"),
        message("guessing"),
        message("hidden text"),
        message("hypothetical"),
        message("language switch"),
        message("many examples"),
        message("mixed with a question"),
        message("override"),
        message("payload splitting"),
        message("person"),
        message("persona"),
        message("persuasion"),
        message("prefix injection"),
        message("pretext"),
        message("price"),
        message("program"),
        message("refusal suppression"),
        message("repeat above"),
        message("reshaped"),
        message("role play"),
        message("secret"),
        message("setting"),
        message("several passages"),
        message("special mode"),
        message("summarise"),
        message("telephone"),
        message("translated"),
        message("translation"),
        message("trigger"),
        message("version"),
    }
)


def technique_name(technique: str) -> str:
    """A technique in the language in force; one of a stranger's suite as it is."""
    return _(technique) if technique in TECHNIQUES else technique
