"""What is wrong with a file as a whole, or with one cell of it, in words for its sender."""

from __future__ import annotations

from typing import Any

from ingestion.words import say


class FileTrouble(Exception):
    """The file cannot be read from here on. `code` is stable, `template` an English sentence with {named} places."""

    def __init__(self, code: str, template: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.template = template
        self.params = params

    def say(self, language: str = "en") -> str:
        """The sentence for the sender, in one of ingestion.words.LANGUAGES."""
        return say(language, self.template, **self.params)


class CellTrouble(ValueError):
    """One cell cannot be taken; the sentence never repeats what stands in it, as it is stored beside the refusal."""

    def __init__(self, code: str, template: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.template = template
        self.params = params
