"""Published lists that findings are evidence about."""

from __future__ import annotations

from proofstone.core.i18n import _, message

SUPPLY_CHAIN = "LLM03:2025"

OWASP = {
    "LLM01:2025": message("Prompt injection"),
    "LLM02:2025": message("Sensitive information disclosure"),
    SUPPLY_CHAIN: message("Supply chain"),
    "LLM04:2025": message("Data and model poisoning"),
    "LLM05:2025": message("Improper output handling"),
    "LLM06:2025": message("Excessive agency"),
    "LLM07:2025": message("System prompt leakage"),
    "LLM08:2025": message("Vector and embedding weaknesses"),
    "LLM09:2025": message("Misinformation"),
    "LLM10:2025": message("Unbounded consumption"),
}
"""Entries of the OWASP Top 10 for LLM applications, edition 2025."""


def standard_name(entry: str) -> str:
    """An entry with its title in the language in force; an unknown one as it is."""
    if entry not in OWASP:
        return entry
    title = _(OWASP[entry])
    return f"{entry} {title}"
