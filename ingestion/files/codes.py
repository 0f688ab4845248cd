"""Words for codes: the code itself, its label in our four languages, and what the partner declared."""

from __future__ import annotations

from functools import cache

from ingestion.contracts.columns import Column
from ingestion.contracts.labels import code_label, label
from ingestion.files.header import plain
from ingestion.files.profile import Profile
from ingestion.files.trouble import CellTrouble
from ingestion.words import LANGUAGES, _t

_MOST_SHOWN = 20
_UNKNOWN_WORD = _t("This word is not known here. Write one of: {codes}.")
_NOT_YES_OR_NO = _t("Write yes or no.")


class Words:
    """What the words of one column mean."""

    def __init__(self, column: Column, profile: Profile) -> None:
        self._codes = column.enum
        self._known = dict(_labels(column.enum))
        declared = {**profile.words.get("*", {}), **profile.words.get(column.name, {})}
        self._known |= {plain(word): code for word, code in declared.items() if not column.enum or code in column.enum}

    def code(self, text: str) -> str:
        """The code that a word means. Raises CellTrouble; without a list of codes, unknown words stay as they are."""
        if text in self._codes:
            return text
        code = self._known.get(plain(text))
        if code is not None:
            return code
        if not self._codes:
            return text
        more = ["…"] if len(self._codes) > _MOST_SHOWN else []
        raise CellTrouble("unknown_word", _UNKNOWN_WORD, codes=", ".join([*self._codes[:_MOST_SHOWN], *more]))


class YesOrNo:
    """What the words of a yes-or-no column mean."""

    def __init__(self, column: Column, profile: Profile) -> None:
        self._known = dict(_yes_and_no())
        declared = {**profile.words.get("*", {}), **profile.words.get(column.name, {})}
        meaning = {"yes": True, "true": True, "no": False, "false": False}
        self._known |= {plain(word): meaning[code] for word, code in declared.items() if code in meaning}

    def value(self, text: str) -> bool:
        """True or False. Raises CellTrouble."""
        found = self._known.get(plain(text))
        if found is None:
            raise CellTrouble("unknown_word", _NOT_YES_OR_NO)
        return found


@cache
def _labels(codes: tuple[str, ...]) -> dict[str, str]:
    """Label -> code, without labels that two codes share."""
    found: dict[str, set[str]] = {}
    for code in codes:
        for text in {code, *(code_label(code, language) for language in LANGUAGES)}:
            found.setdefault(plain(text), set()).add(code)
    exact = {plain(code): code for code in codes}
    return {word: meant.pop() for word, meant in found.items() if len(meant) == 1} | exact


@cache
def _yes_and_no() -> dict[str, bool]:
    found = {"true": True, "1": True, "false": False, "0": False, "si": True, "y": True, "n": False}
    for language in LANGUAGES:
        found[plain(label("Yes", language))] = True
        found[plain(label("No", language))] = False
    return found
