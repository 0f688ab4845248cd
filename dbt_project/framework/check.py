"""Every fault of a folder of reference data. Needs no database.

python -m dbt_project.framework.check [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

from dbt_project.framework.cells import check_cells
from dbt_project.framework.counting import check_counting
from dbt_project.framework.dimensions import check_dimensions
from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.indicators import check_indicators
from dbt_project.framework.mappings import check_mappings
from dbt_project.framework.milestones import check_milestones
from dbt_project.framework.phases import check_phases
from dbt_project.framework.places import check_places
from dbt_project.framework.questions import check_questions
from dbt_project.framework.sources import check_sources
from dbt_project.framework.validity import check_validity
from infra.settings import REPO

SEEDS = REPO / "dbt_project" / "seeds"
CHECKS = (
    check_cells,
    check_indicators,
    check_mappings,
    check_validity,
    check_dimensions,
    check_places,
    check_counting,
    check_milestones,
    check_questions,
    check_sources,
    check_phases,
)


def check_framework(path: Path = SEEDS) -> list[Finding]:
    """Its faults, by file and line. If a file cannot be read as a table only that is told: all else follows from it."""
    folder = Folder(path)
    if not folder.tables:
        return [Finding("", 0, f"{path} holds no tables: name a folder like dbt_project/seeds.")]
    damage = list(folder.damage())
    if damage:
        return sorted(damage)
    return sorted({finding for check in CHECKS for finding in check(folder)})


def main() -> int:
    """Print the faults; the exit code is 1 if there is one."""
    found = check_framework(Path(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
    print("\n".join(map(str, found)) or "The reference data has no fault.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
