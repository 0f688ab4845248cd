"""Every expectation has a name of its own, a severity and a sentence for a manager.

Great Expectations takes seconds to import, so that only these tests import it, and not the collection of tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from expectations.outcome import CRITICAL, WARNING

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

Suites = dict[str, list["Expectation"]]


@pytest.fixture(scope="module")
def suites() -> Suites:
    from expectations.candidate import drift, programmes, protection, structure, targets, totals
    from expectations.catalogue import Catalogue
    from expectations.landing import codes, people, times, volume

    catalogue = Catalogue()
    return {
        "landing": [*times.expectations(), *codes.expectations(), *people.expectations(), *volume.expectations()],
        "candidate": [
            *structure.expectations(catalogue),
            *totals.expectations(catalogue),
            *protection.expectations(catalogue),
            *programmes.expectations(catalogue),
            *targets.expectations(catalogue),
            *drift.expectations(catalogue),
        ],
    }


@pytest.fixture(scope="module")
def no_rows() -> Callable[..., Any]:
    from expectations.candidate.rows import no_rows

    return no_rows


def name_of(expectation: Expectation) -> str:
    meta = expectation.meta or {}
    return str(meta["name"])


@pytest.mark.parametrize("suite", ["landing", "candidate"])
def test_every_expectation__speaks_to_a_manager(suites: Suites, suite: str) -> None:
    for expectation in suites[suite]:
        name, said = name_of(expectation), expectation.description
        assert isinstance(said, str), name
        assert said.endswith((".", "twice.")), name
        assert 20 < len(said) < 160, name
        assert not any(word in said for word in ("_", "null", "column", "row")), name


@pytest.mark.parametrize("suite", ["landing", "candidate"])
def test_suite__has_both_severities_and_names_once(suites: Suites, suite: str) -> None:
    assert max(Counter(map(name_of, suites[suite])).values()) == 1
    severities = {str(getattr(each.severity, "value", each.severity)) for each in suites[suite]}
    assert severities == {CRITICAL, WARNING}


def test_no_rows__puts_values_in_as_literals(no_rows: Callable[..., Any]) -> None:
    query = "select c.cell_id from cells as c where c.a = any({codes}::text[])"
    made = str(no_rows("x", CRITICAL, "S.", query, codes=["o'x"]).unexpected_rows_query)
    # Braces of an array literal are doubled, because Great Expectations formats the query once more.
    assert "any('{{o''x}}'::text[])" in made
    assert "{batch}" in made


def test_no_rows__takes_an_empty_dict(no_rows: Callable[..., Any]) -> None:
    query = no_rows("x", CRITICAL, "S.", "select 1 from (values {pairs}) as p (a, b)", pairs={}).unexpected_rows_query
    assert "(values (NULL, NULL))" in str(query)


def test_no_rows__refuses_a_percent_sign(no_rows: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="percent sign"):
        no_rows("x", CRITICAL, "S.", "select 1 where 'a' like 'a%'")
