"""Programmes are kept apart, and a held city is named."""

from __future__ import annotations

from great_expectations.expectations.expectation import Expectation

from expectations.candidate.rows import no_rows
from expectations.catalogue import Catalogue
from expectations.outcome import CRITICAL, WARNING


def expectations(catalogue: Catalogue) -> list[Expectation]:
    """Expectations on whose figures a cell shows."""
    return [
        no_rows(
            "programmes_apart",
            CRITICAL,
            "Simulated figures belong to simulated programmes and are labelled so; no other programme carries them.",
            """
            select c.cell_id, c.programme_code, c.is_simulated
            from cells as c
            left join (values {simulated}) as p (programme_code, is_simulated) on c.programme_code = p.programme_code
            where
                p.programme_code is null
                or c.is_simulated is distinct from p.is_simulated
                or (c.geography_level = 'programme' and c.geography_code <> c.programme_code)
            limit 50
            """,
            simulated=catalogue.simulated,
        ),
        no_rows(
            "held_cities_named",
            WARNING,
            "The programme's figures name every city that is held out of them.",
            """
            select g.programme, g.city
            from ops.city_gate as g
            left join warehouse.int_held_places as h
                on g.programme = h.programme_code and g.programme = h.geography_code
            where
                g.state = 'held'
                and g.city <> ''
                and g.programme = any({computed}::text[])
                and strpos(coalesce(h.held_cities, ''), g.city) = 0
            """,
            computed=catalogue.computed,
        ),
    ]
