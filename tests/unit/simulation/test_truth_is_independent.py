"""The right answers come from the world alone: their modules import nothing that makes or reads events."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from ingestion.simulation import truth

FOLDER = Path(truth.__file__).parent
ALLOWED = {f"ingestion.simulation.{name}" for name in ("truth", "facts", "places", "world")}
#: Libraries that only calculate.
MATHEMATICS = {"numpy", "scipy"}


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: a relative import"
            module = node.module or ""
            within = module == "ingestion.simulation"
            names |= {f"{module}.{alias.name}" for alias in node.names} if within else {module}
    return names


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_truth__imports_only_the_world(path: Path) -> None:
    foreign = {
        name
        for name in _imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names | MATHEMATICS
        and ".".join(name.split(".")[:3]) not in ALLOWED
    }
    assert not foreign
