"""A rotation of a city's key is told by the events themselves, and kept with the load that brings them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.settings import Settings
from tests.integration.load_rig import Rig, accepted_event, rig


@pytest.fixture
def loads(stack: Settings) -> Iterator[Rig]:
    with rig(stack) as made:
        yield made


def test_first_tokens__are_kept_once(loads: Rig) -> None:
    told = {"tok1_k2_a": "tok1_k1_a"}
    loads.send(accepted_event("plain"), {**accepted_event("a"), "firsttokens": told})
    loads.send({**accepted_event("b"), "firsttokens": {**told, "tok1_k2_h": "tok1_k1_h"}})
    loads.load()
    loads.send({**accepted_event("c"), "firsttokens": told})
    loads.load()

    kept = loads.rows("select token, first_token from raw.first_tokens order by token")
    assert kept == [("tok1_k2_a", "tok1_k1_a"), ("tok1_k2_h", "tok1_k1_h")]
    assert loads.totals()["rows_landed"] == 4


def test_first_tokens__as_words_of_a_partner_mean_nothing(loads: Rig) -> None:
    loads.send(accepted_event("a", content='x","firsttokens":{"tok1_k2_x":"tok1_k1_y"}'))
    loads.load()
    assert loads.rows("select count(*) from raw.first_tokens") == [(0,)]
