"""Great Expectations without files: one context a run, suites given as lists of expectations."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from expectations.outcome import AuditError

# Thirty lines an audit about its own internals, at the level of news.
logging.getLogger("great_expectations").setLevel(logging.WARNING)

E = TypeVar("E", bound=Expectation)


class Checker:
    """Validates queries against suites over one connection address."""

    def __init__(self, context: EphemeralDataContext, dsn: str) -> None:
        self._context = context
        self._address = dsn.replace("postgresql://", "postgresql+psycopg2://", 1)
        self._sources: dict[bool, Any] = {}

    def validate(
        self,
        name: str,
        query: str,
        expectations: Sequence[Expectation],
        *,
        keep: bool,
        result_format: dict[str, Any],
    ) -> list[ExpectationValidationResult]:
        """Results of `expectations` on the rows of `query`, in their order.

        `keep` runs the query once into a temporary table: for an expensive query with few rows. The query must hold
        no percent sign (it would be doubled). Raises AuditError when an expectation could not be evaluated.
        """
        # A query asset has to begin with "select", which a query with a "with" does not.
        asset = self._source(keep).add_query_asset(name, query=f"select * from ({query}) as asked")  # noqa: S608
        suite = self._context.suites.add(gx.ExpectationSuite(name=name, expectations=list(expectations)))
        batch = asset.add_batch_definition_whole_table("all").get_batch()
        results = list(batch.validate(suite, result_format=result_format).results)
        for result in results:
            _raise_if_broken(name, result)
        return results

    def close(self) -> None:
        """Give the connections back."""
        for source in self._sources.values():
            source.get_execution_engine().engine.dispose()

    def _source(self, keep: bool) -> Any:
        if keep not in self._sources:
            self._sources[keep] = self._context.data_sources.add_postgres(
                f"warehouse_{'kept' if keep else 'direct'}", connection_string=self._address, create_temp_table=keep
            )
        return self._sources[keep]


@contextmanager
def checker(dsn: str) -> Iterator[Checker]:
    """A Checker on the database at `dsn`; nothing of it stays, in memory or on disk."""
    # The default configuration would plan an HTML site in a temporary folder.
    config = DataContextConfig(store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False))
    context = gx.get_context(mode="ephemeral", project_config=config)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    made = Checker(context, dsn)
    try:
        yield made
    finally:
        made.close()


def expect(kind: type[E], name: str, severity: str, sentence: str, **arguments: Any) -> E:
    """An expectation of `kind` with a name for machines and a sentence for a manager."""
    return kind(severity=FailureSeverity(severity), description=sentence, meta={"name": name}, **arguments)


def _raise_if_broken(suite: str, result: ExpectationValidationResult) -> None:
    broken = result.exception_info or {}
    # One exception is told flat, several are told per metric.
    found = [broken] if "raised_exception" in broken else list(broken.values())
    messages = [str(one.get("exception_message")) for one in found if one.get("raised_exception")]
    if messages and result.expectation_config is not None:
        name = (result.expectation_config.meta or {}).get("name", result.expectation_config.type)
        raise AuditError(f"Expectation {name!r} of suite {suite!r} could not be evaluated: {messages[0]}")
