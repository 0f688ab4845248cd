"""`python -m tests.broken_gateway`: a gateway that fails within, on every event and on every unknown key.

What it raises quotes what was sent, as errors of libraries do.
"""

from __future__ import annotations

import sys
from typing import Any

from ingestion.gateway.__main__ import main
from ingestion.gateway.check import Checker
from ingestion.gateway.key_cache import KeyCache


def _fail(self: Any, *sent: Any, **more: Any) -> Any:
    raise ValueError(f"cannot work with {sent!r} and {more!r}")


if __name__ == "__main__":
    Checker.check = _fail  # type: ignore[method-assign]
    KeyCache.find_new = _fail  # type: ignore[method-assign]
    sys.exit(main())
