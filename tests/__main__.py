"""`make test` and `make verify`: unit tests side by side on two cores, then what shares a stack.

python -m tests test|verify [ARGUMENT ...]   the arguments go to pytest, for example -k name
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest

from infra.settings import REPO

#: A file's tests stay together, so that what they share is made once. The plugin left out serves integration tests.
UNIT = ["tests/unit", "-n", "2", "--dist", "loadfile", "-p", "no:schemathesis"]
OTHERS = ["tests", *(f"--ignore=tests/{group}" for group in ("unit", "chaos", "bench"))]
RUNS: dict[str, list[list[str]]] = {
    "test": [UNIT, OTHERS],
    "verify": [[*UNIT, "--hypothesis-profile", "long"], ["tests/chaos"]],
}


def outcome(codes: Sequence[int]) -> int:
    """One exit code for several runs of pytest: a part from which -k chose nothing is no failure of the whole."""
    nothing = int(pytest.ExitCode.NO_TESTS_COLLECTED)
    ran = [code for code in codes if code != nothing]
    return next((code for code in ran if code), 0) if ran else nothing


def _pytest(arguments: Sequence[str]) -> int:
    """Exit code of one run. Interrupted by Ctrl-C it is waited for, because it takes its stack down before it ends."""
    child = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], cwd=REPO)
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    # The terminal tells the child itself.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        return child.wait()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def main(arguments: Sequence[str]) -> int:
    """Run every part of `test` or `verify`, also after a failure; exit code 2 for another word."""
    if not arguments or arguments[0] not in RUNS:
        print(__doc__, file=sys.stderr)
        return 2
    name, *chosen = arguments
    codes = []
    for part in RUNS[name]:
        code = _pytest([*part, *chosen])
        if code == pytest.ExitCode.INTERRUPTED or code < 0:
            return abs(code)
        codes.append(code)
    return outcome(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
