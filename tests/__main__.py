"""`make test` and `make verify`: unit tests side by side on two cores, then what shares a stack, in two processes too.

python -m tests test|verify [ARGUMENT ...]   the arguments go to pytest, for example -k name
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

import pytest

from infra.settings import REPO
from tests.shared_stack import shared_stack, stack_environment

#: A file's tests stay together, so that what they share is made once. The plugin left out serves integration tests.
UNIT = ["tests/unit", "-n", "2", "--dist", "loadfile", "-p", "no:schemathesis"]
OTHERS = ["tests", *(f"--ignore=tests/{group}" for group in ("unit", "chaos", "bench")), "--durations=25"]
RUNS: dict[str, list[list[str]]] = {
    "test": [UNIT, OTHERS],
    "verify": [[*UNIT, "--hypothesis-profile", "long"], ["tests/chaos"]],
}
#: The others in two processes on one stack.
BESIDE = [*OTHERS, "-m", "own_database"]
REST = [*OTHERS, "-m", "not own_database"]


def outcome(codes: Sequence[int]) -> int:
    """One exit code for several runs of pytest: a part from which -k chose nothing is no failure of the whole."""
    nothing = int(pytest.ExitCode.NO_TESTS_COLLECTED)
    ran = [code for code in codes if code != nothing]
    return next((code for code in ran if code), 0) if ran else nothing


def _started(arguments: Sequence[str], **more: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "pytest", *arguments], cwd=REPO, **more)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()


def _waited(children: Sequence[subprocess.Popen[bytes]]) -> list[int]:
    """Exit codes. Interrupted by Ctrl-C they are waited for, because they take down what they brought up."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    # The terminal tells the children itself.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: _end(children))
    try:
        return [child.wait() for child in children]
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _side_by_side() -> list[int]:
    """Exit codes of the two halves on one stack; what the second printed follows the first."""
    with shared_stack(), tempfile.TemporaryFile() as told:
        environment = {**stack_environment(), "CORRIDOR_TEST_RUNNING": "1"}
        rest = _started(REST, env=environment)
        beside = _started(BESIDE, env=environment, stdout=told, stderr=subprocess.STDOUT)
        codes = _waited([rest, beside])
        told.seek(0)
        print("\nBeside these ran:", flush=True)
        shutil.copyfileobj(told, sys.stdout.buffer)
        sys.stdout.flush()
    return codes


def main(arguments: Sequence[str]) -> int:
    """Run every part of `test` or `verify`, also after a failure; exit code 2 for another word."""
    if not arguments or arguments[0] not in RUNS:
        print(__doc__, file=sys.stderr)
        return 2
    name, *chosen = arguments
    codes = []
    for part in RUNS[name]:
        some = _side_by_side() if part == OTHERS and not chosen else _waited([_started([*part, *chosen])])
        for code in some:
            if code == pytest.ExitCode.INTERRUPTED or code < 0:
                return abs(code)
        codes += some
    return outcome(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
