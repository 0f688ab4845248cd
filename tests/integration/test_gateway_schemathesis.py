"""Whatever fits, or just does not fit, the OpenAPI document: no fault of the gateway, and only answers it describes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, Response
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from schemathesis.specs.openapi.checks import status_code_conformance as described

from infra.settings import Settings
from ingestion.contracts.generate.openapi import openapi_json
from tests.gateways import RunningGateway, run_gateway
from tests.integration.test_gateway import Partner

DOCUMENT: dict[str, Any] = json.loads(openapi_json())
OPERATIONS = [
    (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method in item
    if method in ("get", "post", "put", "delete", "patch")
]
_RUN = settings(
    max_examples=12,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


def _without_patterns(schema: Any) -> Any:
    """Without the regular expressions that name Unicode classes: the generator reads them as Python does."""
    if isinstance(schema, list):
        return [_without_patterns(item) for item in schema]
    if isinstance(schema, dict):
        return {
            name: _without_patterns(value)
            for name, value in schema.items()
            if not (name == "pattern" and isinstance(value, str) and "\\p{" in value)
        }
    return schema


@pytest.fixture(scope="module")
def gateway(stack: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with run_gateway(stack, tmp_path_factory.mktemp("gateway")) as running:
        yield running


def no_fault(response: Response, case: Case) -> None:
    """A request may meet an outage, never a mistake of the gateway."""
    assert response.status_code < 500 or response.status_code in (503, 507), response.status_code


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{m} {p}" for m, p in OPERATIONS])
def test_operation__is_as_described(
    gateway: RunningGateway, make_key: Callable[..., str], method: str, path: str
) -> None:
    key = make_key(**Partner().scope(requests_per_second=1e6, events_per_second=1e6))
    schema = schemathesis.openapi.from_dict(_without_patterns(DOCUMENT))
    operation = schema[path][method]
    met: Counter[int] = Counter()

    def ask(case: Case) -> None:
        response = case.call(base_url=gateway.url, headers={"X-API-Key": key}, timeout=10)
        met[response.status_code] += 1
        no_fault(response, case)
        case.validate_response(response, checks=[described, content_type_conformance, response_schema_conformance])

    for mode in MODES:
        try:
            _RUN(given(case=operation.as_strategy(generation_mode=mode))(ask))()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, "the document describes a request that nobody can make"
    assert met
    if path in ("/v1/events", "/v1/validate"):
        assert met.keys() & {200, 202, 422}, f"nothing got through to the checks: {met}"
