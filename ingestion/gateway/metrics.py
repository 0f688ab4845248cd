"""Counts for operators, in Prometheus' text form. Counted once a request, never once an event in the hot path."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Requests by status, events by outcome, and how long POST /v1/events took."""

    def __init__(self) -> None:
        self.requests: Counter[int] = Counter()
        self.accepted = 0
        self.duplicates = 0
        self.rejected: Counter[str] = Counter()
        self.limited: Counter[str] = Counter()
        self.refused_keys: Counter[str] = Counter()
        self.encodings: Counter[str] = Counter()
        self._buckets = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0

    def request(self, status: int, seconds: float) -> None:
        """Count one request to POST /v1/events."""
        self.requests[status] += 1
        self._buckets[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds

    def render(self, in_flight_bytes: int, keys: int) -> str:
        """All counts in the text format 0.0.4."""
        lines = ["# TYPE corridor_gateway_requests_total counter"]
        lines += [f'corridor_gateway_requests_total{{status="{s}"}} {n}' for s, n in sorted(self.requests.items())]
        lines += ["# TYPE corridor_gateway_events_accepted_total counter"]
        lines += [f"corridor_gateway_events_accepted_total {self.accepted}"]
        lines += ["# TYPE corridor_gateway_events_duplicate_total counter"]
        lines += [f"corridor_gateway_events_duplicate_total {self.duplicates}"]
        lines += ["# TYPE corridor_gateway_events_rejected_total counter"]
        lines += [f'corridor_gateway_events_rejected_total{{code="{c}"}} {n}' for c, n in sorted(self.rejected.items())]
        for name, label, counts in (
            ("requests_limited", "code", self.limited),
            ("authentication_failures", "code", self.refused_keys),
            ("requests_compressed", "encoding", self.encodings),
        ):
            lines += [f"# TYPE corridor_gateway_{name}_total counter"]
            lines += [f'corridor_gateway_{name}_total{{{label}="{c}"}} {n}' for c, n in sorted(counts.items())]
        lines += ["# TYPE corridor_gateway_request_seconds histogram"]
        total = 0
        for limit, count in zip((*(str(b) for b in BUCKETS), "+Inf"), self._buckets, strict=True):
            total += count
            lines.append(f'corridor_gateway_request_seconds_bucket{{le="{limit}"}} {total}')
        lines += [f"corridor_gateway_request_seconds_sum {self._seconds:.6f}"]
        lines += [f"corridor_gateway_request_seconds_count {total}"]
        lines += [
            "# TYPE corridor_gateway_in_flight_bytes gauge",
            f"corridor_gateway_in_flight_bytes {in_flight_bytes}",
        ]
        lines += ["# TYPE corridor_gateway_keys gauge", f"corridor_gateway_keys {keys}"]
        return "\n".join(lines) + "\n"
