"""Runs dbt in this process: the second build of a process costs no parsing and no imports."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dbt_project.fingerprint import fingerprint
from infra.settings import LOGINS, Settings

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).resolve().parent

#: Arguments of the build that every publication makes: models with their tests, without the staging views that nothing
#: reads yet (each would cost some 30 ms). Seeds, with their tests, load when they change (seeding.py); unit tests prove
#: rules, not data, and belong to `make test`.
BUILD = (
    "build", "--select", "+path:models/intermediate", "+path:models/marts",
    "--exclude", "path:seeds", "--exclude-resource-type", "unit_test",
)  # fmt: skip

_manifests: dict[str, Manifest] = {}


def run_dbt(settings: Settings, args: Sequence[str], target: str = "target") -> dbtRunnerResult:
    """Run one dbt command, such as `BUILD`, against the warehouse of `settings`; artifacts go to `target`.

    Returns dbt's result: `.success`, `.exception`, and `.result` (run results, with one entry a node). The first call
    parses the project and later ones reuse it, until a file of the project changes. Not for two threads at once.
    """
    from dbt.cli.main import dbtRunner

    key = f"{settings.dsn('warehouse')} {fingerprint(PROJECT)}"
    if key not in _manifests:
        parsed = parse_project(settings)
        if not parsed.success:
            return parsed
        _manifests.clear()
        _manifests[key] = parsed.result  # type: ignore[assignment]
    with _connection(settings):
        return dbtRunner(manifest=_manifests[key]).invoke([*args, *_common(settings, target)])


def parse_project(settings: Settings, args: Sequence[str] = ()) -> dbtRunnerResult:
    """Parse the project with options `args`, such as `--warn-error`; `.result` is the manifest. No database needed."""
    from dbt.cli.main import dbtRunner

    with _connection(settings):
        return dbtRunner().invoke(["parse", *args, *_common(settings)])


def target_folder(settings: Settings, target: str = "target") -> Path:
    """Where dbt leaves manifest.json, run_results.json and the like."""
    folder = settings.home / "dbt"
    if settings.warehouse_database != "corridor":  # parsed files of one database must not be taken for another
        folder = folder / settings.warehouse_database
    return folder / target


def _common(settings: Settings, target: str = "target") -> list[str]:
    (settings.home / "dbt").mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = target_folder(settings, target)
    return [
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(folder), "--log-path", str(folder.parent / "logs"),
        "--log-level", "warn", "--log-level-file", "info",
    ]  # fmt: skip


@contextmanager
def _connection(settings: Settings) -> Iterator[None]:
    host, port = settings.postgres_address
    wanted = {
        "CORRIDOR_DBT_HOST": host,
        "CORRIDOR_DBT_PORT": str(port),
        "CORRIDOR_DBT_USER": LOGINS["warehouse"],
        "CORRIDOR_DBT_DATABASE": settings.warehouse_database,
        "DBT_ENV_SECRET_WAREHOUSE": settings.secret(f"pg_{LOGINS['warehouse']}"),
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
