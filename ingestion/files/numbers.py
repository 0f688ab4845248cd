"""Numbers as people write them: 1 234,5 or 1,234.5 or ١٢٣٤. What could mean two numbers is refused."""

from __future__ import annotations

import re

from ingestion.files.trouble import CellTrouble
from ingestion.words import _t

#: Arabic-Indic and Eastern Arabic-Indic digits, and the signs that go with them.
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
_SIGNS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "٬": "'"})
_PLAIN = re.compile(r"-?[0-9]+")
_SPACED = re.compile(r"([0-9]{1,3})((?:[ '][0-9]{3})+)(?![0-9])")
_SIGNED = re.compile(r"([+-]?)([0-9.,]+)")

_NO_NUMBER = _t("This is not a number: write digits only, such as 1500 or 1500.50.")
_AMBIGUOUS = _t(
    "This number can be read in two ways, as {small} or as {large} would be: write it without thousands separators, "
    "and with the decimal sign that your organisation declared."
)
_OTHER_SIGN = _t("This number does not fit the decimal sign {decimal} that your organisation declared.")


def read_number(text: str, decimal: str | None = None, thousands: str | None = None) -> str:
    """`text` as a plain decimal number, such as -1234.5. Raises CellTrouble.

    `decimal` and `thousands` are the declared signs; None = not declared.
    """
    if _PLAIN.fullmatch(text):
        return text
    text = text.translate(DIGITS).translate(_SIGNS).strip()
    if "٫" in text:
        text, decimal, thousands = text.replace("٫", "."), ".", None
    text = _SPACED.sub(lambda found: found[1] + re.sub("[ ']", "", found[2]), text)
    found = _SIGNED.fullmatch(text)
    if found is None:
        raise CellTrouble("invalid_number", _NO_NUMBER)
    sign, digits = ("-" if found[1] == "-" else ""), found[2]
    return sign + _read(digits, decimal, thousands)


def _read(digits: str, decimal: str | None, thousands: str | None) -> str:
    points, commas = digits.count("."), digits.count(",")
    if not points and not commas:
        return digits
    if points and commas:
        mark = max(".,", key=digits.rfind)
        other = "," if mark == "." else "."
        if decimal not in (None, mark):
            raise CellTrouble("invalid_number", _OTHER_SIGN, decimal=decimal)
        if thousands not in (None, other) or digits.count(mark) > 1:
            raise CellTrouble("invalid_number", _NO_NUMBER)
        whole, part = digits.split(mark)
        return _decimal(_grouped(whole, other), part)
    mark = "." if points else ","
    if points + commas > 1:
        if decimal == mark or thousands not in (None, mark):
            raise CellTrouble("invalid_number", _NO_NUMBER)
        return _grouped(digits, mark)
    whole, part = digits.split(mark)
    may_group = len(part) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"
    if decimal is None and thousands is None and may_group:
        raise CellTrouble("ambiguous_number", _AMBIGUOUS, small="1.5", large="1500")
    if decimal == mark or (decimal is None and thousands != mark):
        return _decimal(whole, part)
    if not may_group or thousands not in (None, mark):
        if decimal is None:
            raise CellTrouble("invalid_number", _NO_NUMBER)
        raise CellTrouble("invalid_number", _OTHER_SIGN, decimal=decimal)
    return whole + part


def _grouped(digits: str, mark: str) -> str:
    first, *rest = digits.split(mark)
    if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in rest):
        raise CellTrouble("invalid_number", _NO_NUMBER)
    return first + "".join(rest)


def _decimal(whole: str, part: str) -> str:
    if not part or (whole and not whole.isdigit()):
        raise CellTrouble("invalid_number", _NO_NUMBER)
    return f"{whole or '0'}.{part}"
