"""Every sentence for people exists in every language, with the same {named} places."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from infra.settings import REPO
from ingestion.words import LANGUAGES, language_of, say, say_again
from ingestion.words.say import LOCALES, catalogue

OTHERS = [language for language in LANGUAGES if language != "en"]


def _places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _marked(path: Path) -> Iterator[str]:
    """The texts that a module gives to _t("...")."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_t" and node.args:
            text = node.args[0]
            assert isinstance(text, ast.Constant), f"{path}:{node.lineno}: _t takes a plain text"
            assert isinstance(text.value, str)
            yield text.value


def _in_template(path: Path) -> Iterator[str]:
    """The texts that a template says with t("...")."""
    for found in re.finditer(r"""\bt\((?:"([^"]+)"|'([^']+)')""", path.read_text(encoding="utf-8")):
        yield found[1] or found[2]


@pytest.fixture(scope="module")
def in_code() -> set[str]:
    return {text for path in (REPO / "ingestion").rglob("*.py") for text in _marked(path)}


@pytest.fixture(scope="module")
def in_templates() -> set[str]:
    return {text for path in (REPO / "ingestion").rglob("*.html") for text in _in_template(path)}


def test_sentences__are_found(in_code: set[str], in_templates: set[str]) -> None:
    assert "No event was accepted" in in_code
    assert "What would you like to do?" in in_templates


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence__is_translated(language: str, in_code: set[str], in_templates: set[str]) -> None:
    missing = [text for text in sorted(in_code | in_templates) if text not in catalogue(language)]
    assert not missing, f"add to ingestion/words/locales/{language}/: {missing}"


@pytest.mark.parametrize("path", sorted(LOCALES.rglob("*.po")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_catalogue__keeps_the_places(path: Path) -> None:
    with path.open("rb") as file:
        messages = [message for message in read_po(file, locale=path.parent.name) if message.id]
    for message in messages:
        assert message.string, f"{message.id!r} has no translation"
        assert _places(str(message.string)) == _places(str(message.id)), message.id


def test_say__fills_places_and_falls_back_to_english() -> None:
    assert say("en", "{name} is missing.", name="sex") == "sex is missing."
    assert say("fr", "no catalogue holds {this}", this="x") == "no catalogue holds x"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("de, ar;q=0.4, es;q=0.8", "es"),
        ("es-GT,es;q=0.9,en;q=0.5", "es"),
        ("fr;q=0", "en"),
        ("en;q=0.5, fr;q=0.5", "en"),
        ("fr;q=x", "en"),
        ("*", "en"),
    ],
)
def test_language_of__accept_language(header: str, language: str) -> None:
    assert language_of(header) == language


@pytest.mark.parametrize("language", OTHERS)
def test_say_again__knows_every_sentence_by_its_template(language: str) -> None:
    for template in catalogue(language):
        filled = {name: f"x-{place}" for place, name in enumerate(sorted(_places(template)))}
        if len(template) < 20 or _many(template):
            continue
        assert say_again(language, say("en", template, **filled)) == say(language, template, **filled), template


def test_say_again__leaves_strangers_alone() -> None:
    assert say_again("en", "sex is missing.") == "sex is missing."
    assert say_again("fr", "sex is missing.") == "sex manque."
    assert say_again("ar", "Nobody ever wrote: this sentence") == "Nobody ever wrote: this sentence"


def _many(template: str) -> bool:
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return len(names) > len(set(names))
