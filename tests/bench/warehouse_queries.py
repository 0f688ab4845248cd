"""Queries as charts of the dashboards ask them: one indicator over time, all of a place, a breakdown, a map, a list."""

from __future__ import annotations

import time
from random import Random

import psycopg

ROUNDS = 25

_CELLS = "from results.indicator_results where programme_code = 'SIM' and kind = 'actual'"
QUERIES = {
    "an indicator over the months of a city": f"""
        select period_start, max(actual) {_CELLS}
        and indicator_code = %(indicator)s and geography_code = %(city)s and dimension = 'total'
        and period_precision = 'month' group by period_start order by period_start
    """,
    "all indicators of a city in a year": f"""
        select indicator_code, indicator_name, max(actual), max(target), max(achievement) {_CELLS}
        and geography_code = %(city)s and dimension = 'total' and period_precision = 'year'
        and period_start = %(year)s group by indicator_code, indicator_name
    """,
    "ages and sexes of an indicator in a year": f"""
        select dimension_value, max(actual) {_CELLS}
        and indicator_code = %(indicator)s and geography_code = %(city)s and dimension = 'sex_age'
        and period_precision = 'year' and period_start = %(year)s group by dimension_value
    """,
    "an indicator in all cities and months": f"""
        select geography_name, period_start, max(actual) {_CELLS}
        and indicator_code = %(indicator)s and geography_level = 'city' and dimension = 'total'
        and period_precision = 'month' group by geography_name, period_start
    """,
    "headlines of the programme": f"""
        select indicator_code, max(actual), max(target), max(as_of) {_CELLS}
        and geography_code = 'SIM' and dimension = 'total' and period_precision = 'year'
        and period_start = %(year)s group by indicator_code
    """,
    "what a filter of places offers": f"""
        select distinct geography_name {_CELLS} and geography_level = 'city' and indicator_code = %(indicator)s
        and period_precision = 'year' and dimension = 'total'
    """,
}


def seconds_of_queries(dsn: str) -> dict[str, list[float]]:
    """Seconds of each query, for changing indicators, cities and years."""
    random = Random(6)
    with psycopg.connect(dsn, autocommit=True) as conn:
        choices = {
            name: [row[0] for row in conn.execute(f"select distinct {column} {_CELLS} and {where}")]
            for name, column, where in (
                ("indicator", "indicator_code", "period_precision = 'year' and geography_code = 'SIM'"),
                ("city", "geography_code", "period_precision = 'year' and geography_level = 'city'"),
                ("year", "period_start", "period_precision = 'year' and geography_code = 'SIM'"),
            )
        }
        found: dict[str, list[float]] = {name: [] for name in QUERIES}
        for _ in range(ROUNDS):
            for name, query in QUERIES.items():
                values = {key: random.choice(among) for key, among in choices.items()}
                started = time.perf_counter()
                conn.execute(query, values).fetchall()
                found[name].append(time.perf_counter() - started)
    return found
