"""Every expectation has a name of its own, a severity and a sentence for a manager."""

from __future__ import annotations

from collections import Counter

import pytest
from great_expectations.expectations.expectation import Expectation

from expectations.candidate import drift, programmes, protection, structure, targets, totals
from expectations.candidate.rows import no_rows
from expectations.catalogue import Catalogue
from expectations.landing import codes, people, times, volume
from expectations.outcome import CRITICAL, WARNING

CATALOGUE = Catalogue()
LANDING = [*times.expectations(), *codes.expectations(), *people.expectations(), *volume.expectations()]
CANDIDATE = [
    *structure.expectations(CATALOGUE),
    *totals.expectations(CATALOGUE),
    *protection.expectations(CATALOGUE),
    *programmes.expectations(CATALOGUE),
    *targets.expectations(CATALOGUE),
    *drift.expectations(),
]


def name_of(expectation: Expectation) -> str:
    meta = expectation.meta or {}
    return str(meta["name"])


@pytest.mark.parametrize("expectation", [*LANDING, *CANDIDATE], ids=name_of)
def test_expectation__speaks_to_a_manager(expectation: Expectation) -> None:
    assert isinstance(expectation.description, str)
    assert expectation.description.endswith((".", "twice."))
    assert 20 < len(expectation.description) < 160
    assert not any(word in expectation.description for word in ("_", "null", "column", "row"))


@pytest.mark.parametrize("suite", [LANDING, CANDIDATE], ids=["landing", "candidate"])
def test_suite__has_both_severities_and_names_once(suite: list[Expectation]) -> None:
    assert max(Counter(map(name_of, suite)).values()) == 1
    severities = {str(getattr(each.severity, "value", each.severity)) for each in suite}
    assert severities == {CRITICAL, WARNING}


def test_no_rows__puts_values_in_as_literals() -> None:
    query = "select c.cell_id from cells as c where c.a = any({codes}::text[])"
    made = str(no_rows("x", CRITICAL, "S.", query, codes=["o'x"]).unexpected_rows_query)
    # Braces of an array literal are doubled, because Great Expectations formats the query once more.
    assert "any('{{o''x}}'::text[])" in made
    assert "{batch}" in made


def test_no_rows__takes_an_empty_dict() -> None:
    query = no_rows("x", CRITICAL, "S.", "select 1 from (values {pairs}) as p (a, b)", pairs={}).unexpected_rows_query
    assert "(values (NULL, NULL))" in str(query)


def test_no_rows__refuses_a_percent_sign() -> None:
    with pytest.raises(ValueError, match="percent sign"):
        no_rows("x", CRITICAL, "S.", "select 1 where 'a' like 'a%'")
