"""What a type is, in the four languages: the description files beside each schema."""

from __future__ import annotations

from functools import cache

from ingestion.contracts.registry import Contract


def first_paragraph(contract: Contract, language: str) -> str:
    """What happened, in a sentence or two without marks; in English where a language has no file."""
    return _first(contract.type, language) if language != "en" else contract.schema["description"]


@cache
def _first(name: str, language: str) -> str:
    from ingestion.contracts.registry import contracts

    contract = contracts()[name]
    path = contract.folder / f"description.{language}.md"
    text = path.read_text(encoding="utf-8") if path.exists() else contract.description
    return text.strip().split("\n\n")[0].replace("\n", " ").replace("*", "").replace("`", "")
