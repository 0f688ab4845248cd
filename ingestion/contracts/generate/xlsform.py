"""The XLSForm of a type, for KoboToolbox and other ODK tools, in four languages.

A question has the name of its column, with `__` for `.`: place__code asks for place.code. The form asks neither for the
record's id nor for the operation: the form's own submission id and its edits and deletions stand for them. A boolean is
a choice of yes or no, a list of codes a select_multiple (or a text with `;` between them where codes are free).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from ingestion.contracts.columns import Column, template_columns
from ingestion.contracts.generate.conditions import Conditions, conditions
from ingestion.contracts.generate.fixed_workbook import workbook_bytes
from ingestion.contracts.generate.words import bounds, code_label, label, plain
from ingestion.contracts.registry import Contract
from ingestion.words import LANGUAGES, _t, say

_NAMES = {"en": "English (en)", "fr": "Français (fr)", "es": "Español (es)", "ar": "العربية (ar)"}
_TYPES = {"integer": "integer", "number": "decimal", "date": "date", "time": "dateTime", "list": "text", "text": "text"}
_YES_NO = ("yes", "no")
_NOT_ASKED = {"record_id", "operation"}

_BETWEEN = _t("Give a number from {low} to {high}.")
_TOO_LONG = _t("Write at most {number} characters.")
_NOT_BEFORE = _t("This must not lie before: {other}.")
_USUALLY = _t("Usually from {low} to {high}.")
_NOBODY = _t("Write no names, telephone numbers, e-mail addresses or identity numbers of people.")
_SEPARATE = _t("Between several codes write ;")

Row = dict[str, str]


def question_name(column: str) -> str:
    """The question of a column: dots are not allowed in a form."""
    return column.replace(".", "__")


def column_name(question: str) -> str:
    """The column of a question: the inverse of question_name."""
    return question.replace("__", ".")


def xlsform(contract: Contract, cities: Sequence[str] = ()) -> bytes:
    """The form as an .xlsx file. The city is asked for if `cities` has more than one; the key says it otherwise."""
    book = Workbook()
    sheets = xlsform_sheets(contract, cities)
    for number, (title, rows) in enumerate(sheets.items()):
        sheet = book.worksheets[0] if number == 0 else book.create_sheet()
        sheet.title = title
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        sheet.append(headings)
        for row in rows:
            sheet.append([row.get(heading, "") for heading in headings])
        for cells in sheet.iter_rows(min_row=2):
            for cell in cells:
                cell.data_type = "s"  # no cell is a formula
    return workbook_bytes(book)


def xlsform_sheets(contract: Contract, cities: Sequence[str] = ()) -> dict[str, list[Row]]:
    """The rows of the sheets survey, choices and settings."""
    asked = [
        column
        for column in template_columns(contract)
        if column.name not in _NOT_ASKED and (column.name != "city" or len(cities) > 1)
    ]
    rules = conditions(contract.schema, lambda path: question_name(".".join(path)))
    choices: dict[tuple[str, ...], str] = {}
    survey = [_question(column, contract, asked, rules, choices, cities) for column in asked]
    settings = {
        "form_title": f"{contract.schema['title']} ({contract.type})",
        "form_id": contract.type.replace(".", "_"),
        "default_language": _NAMES["en"],
    }
    listed = [
        {"list_name": name, "name": code, **_in_all(lambda language, code=code: code_label(code, language))}
        for codes, name in choices.items()
        for code in codes
    ]
    return {"survey": survey, "choices": listed, "settings": [settings]}


def _question(
    column: Column,
    contract: Contract,
    asked: Sequence[Column],
    rules: Conditions,
    choices: dict[tuple[str, ...], str],
    cities: Sequence[str],
) -> Row:
    name = question_name(column.name)
    codes = _YES_NO if column.kind == "boolean" else tuple(cities) if column.name == "city" else column.enum
    if codes:
        select = "select_multiple" if column.kind == "list" else "select_one"
        kind = f"{select} {choices.setdefault(codes, 'yes_no' if codes == _YES_NO else name)}"
    else:
        kind = _TYPES[column.kind]
    needed = list(rules.required[name])
    relevant = [f"not({test})" for test in rules.absent[name]]
    first = _first_of_part(column, asked)
    if first is not None:
        relevant.append(f"${{{question_name(first)}}} != ''")
    sure = (column.required and not column.nullable) or first is not None or column.name == "city"
    constraint, message = _constraint(column, contract, asked)
    return {
        "type": kind,
        "name": name,
        **_in_all(lambda language: _label(column, contract, asked, language)),
        **_in_all(lambda language: _hint(column, codes, language), "hint"),
        "required": "yes" if sure else " or ".join(f"({test})" for test in needed) or "no",
        "relevant": " and ".join(relevant),
        "constraint": constraint,
        **_in_all(lambda language: _sentence(message, language), "constraint_message"),
    }


def _first_of_part(column: Column, asked: Sequence[Column]) -> str | None:
    """The question that opens an optional part, for the other questions of the part that must then be answered."""
    if column.required_within is None:
        return None
    first = next(other.name for other in asked if other.required_within == column.required_within)
    return None if first == column.name else first


def _label(column: Column, contract: Contract, asked: Sequence[Column], language: str) -> str:
    """The title; within a part of data, with the title of the part before it."""
    own = label(column.title, language)
    if len(column.path) < 3:
        return own
    parent: Mapping[str, Any] = contract.schema
    for name in column.path[1:-1]:
        parent = parent["properties"][name]
    return f"{label(parent['title'], language)}: {own}"


def _hint(column: Column, codes: Sequence[str], language: str) -> str:
    hints = []
    if column.plausible is not None:
        low, high = column.plausible
        hints.append(say(language, _USUALLY, low=plain(low), high=plain(high)))
    if column.free_text:
        hints.append(say(language, _NOBODY))
    if column.kind == "list" and not codes:
        hints.append(say(language, _SEPARATE))
    return " ".join(hints)


Message = tuple[str, dict[str, str], str | None]


def _constraint(column: Column, contract: Contract, asked: Sequence[Column]) -> tuple[str, Message | None]:
    """An expression and the sentence that explains it; ("", None) if the form asks nothing of the answer."""
    low, high = bounds(column)
    if low is not None and high is not None:
        above = ">" if "exclusiveMinimum" in column.definition else ">="
        test = f". {above} {plain(low)} and . <= {plain(high)}"
        return test, (_BETWEEN, {"low": plain(low), "high": plain(high)}, None)
    for earlier, later in contract.ordered:
        if ("data", *later) == column.path:
            name = question_name(".".join(earlier))
            title = next((other.title for other in asked if other.path == ("data", *earlier)), name)
            return f"${{{name}}} = '' or . >= ${{{name}}}", (_NOT_BEFORE, {}, title)
    longest = column.definition.get("maxLength")
    if column.kind == "text" and not column.enum and longest is not None:
        return f"string-length(.) <= {longest}", (_TOO_LONG, {"number": str(longest)}, None)
    return "", None


def _sentence(message: Message | None, language: str) -> str:
    if message is None:
        return ""
    template, params, other = message
    return say(language, template, **params, **({} if other is None else {"other": label(other, language)}))


def _in_all(text: Any, heading: str = "label") -> Row:
    return {f"{heading}::{_NAMES[language]}": text(language) for language in LANGUAGES}
