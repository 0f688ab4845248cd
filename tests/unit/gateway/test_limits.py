"""Token buckets, and what may be unpacked."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from infra.settings import Settings, SettingsError
from ingestion.gateway import answers
from ingestion.gateway.inflate import MAX_INFLATED, inflate
from ingestion.gateway.limits import Bucket, Limits, limits_of
from ingestion.gateway.scope import Key

Pack = Callable[..., bytes]
MIB = 1024 * 1024
PACKS: list[tuple[bytes, Pack]] = [(b"gzip", gzip.compress), (b"zstd", zstandard.compress)]


def test_bucket__fills_with_time_up_to_the_brim() -> None:
    bucket = Bucket(rate=2.0, most=4.0, now=0.0)
    assert [bucket.take(1, 0.0) for _ in range(4)] == [0.0] * 4
    assert bucket.take(1, 0.0) == 0.5
    assert bucket.take(1, 0.5) == 0.0
    assert bucket.take(5, 100.0) == 0.5  # never more than the brim
    assert bucket.take(4, 100.0) == 0.0


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(1, 10)), max_size=60))
def test_bucket__never_gives_more_than_its_rate(steps: list[tuple[float, int]]) -> None:
    bucket, now, given_out = Bucket(rate=3.0, most=10.0, now=0.0), 0.0, 0
    for pause, count in steps:
        now += pause
        wait = bucket.take(count, now)
        if wait == 0.0:
            given_out += count
        else:
            assert 0 < wait <= 10 / 3
        assert given_out <= 10 + 3 * now + 1e-6


def test_limits__of_a_key_outdo_those_of_the_gateway() -> None:
    limits = Limits(requests_per_second=1e9, events_per_second=1.0)
    generous = Key("a", "CM", "p", "urn:p:", events_per_second=1e9)
    plain = Key("b", "CM", "p", "urn:p:")
    assert all(limits.events(generous, 1000) is None for _ in range(50))
    assert limits.events(plain, 1000) is None
    refused = limits.events(plain, 1)
    assert refused is not None
    assert refused.code == "too_many_events_a_second"
    # A key that is given another rate is measured by it at once.
    assert limits.events(Key("b", "CM", "p", "urn:p:", events_per_second=1e6), 1000) is None


def test_failures__of_many_addresses_take_no_more_memory() -> None:
    limits = Limits()
    for number in range(12_000):
        assert limits.failure(f"10.0.{number // 256}.{number % 256}") is None
    assert len(limits._failures) == 10_000


@pytest.mark.parametrize("text", ["0", "-1", "many", "inf", "nan"])
def test_rate__that_is_no_rate(text: str, tmp_path: object) -> None:
    settings = Settings.load({"CORRIDOR_HOME": str(tmp_path), "CORRIDOR_GATEWAY_EVENTS_PER_SECOND": text})
    with pytest.raises(SettingsError, match="CORRIDOR_GATEWAY_EVENTS_PER_SECOND"):
        limits_of(settings)


def _inflate(body: bytes, encoding: bytes) -> bytes | answers.Problem:
    return asyncio.run(inflate(body, encoding))


@pytest.mark.parametrize(("encoding", "pack"), PACKS)
def test_inflate__gives_back_what_was_packed(encoding: bytes, pack: Pack) -> None:
    for body in (b"", b"x", os.urandom(300_000), b"[1]" * 200_000):
        assert _inflate(pack(body), encoding) == body
    assert _inflate(pack(b"one") + pack(b" and two"), encoding) == b"one and two"


@pytest.mark.parametrize(("encoding", "pack"), PACKS)
def test_inflate__stops_at_the_first_byte_over(encoding: bytes, pack: Pack) -> None:
    filler = os.urandom(MAX_INFLATED // 50)
    full = (filler * 51)[:MAX_INFLATED]
    # Packed without effort, which gzip would take most of a second for.
    assert _inflate(pack(full, 0), encoding) == full
    assert _inflate(pack(full + b"x", 0), encoding) is answers.INFLATED_TOO_LARGE
    # Up to 1 MiB the ratio does not matter.
    assert _inflate(pack(b"\0" * MIB), encoding) == b"\0" * MIB
    assert _inflate(pack(b"\0" * (MIB + 1)), encoding) is answers.INFLATED_TOO_LARGE


@pytest.mark.parametrize(("encoding", "pack"), PACKS)
def test_inflate__damaged_or_cut_short(encoding: bytes, pack: Pack) -> None:
    whole = pack(os.urandom(2000))
    for body in (b"", b"[]", whole[:-1], whole[: len(whole) // 2], whole + b"rubbish", b"\0" * 20):
        expected = b"" if body == b"" and encoding == b"zstd" else answers.BROKEN_ENCODING
        assert _inflate(body, encoding) == expected


@given(st.binary(max_size=200), st.sampled_from([b"gzip", b"zstd"]))
def test_inflate__any_bytes(body: bytes, encoding: bytes) -> None:
    assert isinstance(_inflate(body, encoding), bytes | answers.Problem)


def test_zstd_bomb__takes_little_memory() -> None:
    import resource

    packer = zstandard.ZstdCompressor().compressobj()
    bomb = b"".join(packer.compress(bytes(MIB)) for _ in range(600)) + packer.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Above 64 KiB so that the ratio allows 8 MiB.
    assert _inflate(bomb + b"\0" * 100_000, b"zstd") is answers.INFLATED_TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700 * 1024 // 10
