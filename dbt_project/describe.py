"""Write docs/reference/results.md from the contract of the mart that readers see.

python -m dbt_project.describe
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from infra.settings import REPO

PAGE = REPO / "docs" / "reference" / "results.md"
MODELS = Path(__file__).parent / "models"
CONTRACT = MODELS / "marts" / "_indicator_results.yml"
TERMS = MODELS / "terms.md"
#: Which cells are judged together is no matter of readers.
NOT_SHOWN = {"component"}
#: The view has them last, because it grew.
LAST = ("origin", "completeness", "wording_status", "track_rule", "target_start", "target_end")
#: The view reads it beside the cell, so that holding a city rewrites no cell.
HELD = "held_cities"
#: What the view adds to the columns of the mart.
OF_THE_PUBLICATION = [
    ("as_of", "timestamp with time zone", "Up to when events were counted."),
    ("publication_id", "bigint", "The publication that the row is read from."),
]
#: What it adds last, because it grew.
JUDGED = [
    (
        "on_track",
        "text",
        "on_track or off_track by the rule and the target's period as of the publication; empty if it cannot be said.",
    ),
]
HOW_TO_READ = """\
The reader may open the views of `results` and `ops`, and can change nothing. It signs in to the database `corridor` as
`corridor_reader`, on port 18003 of the machine that runs Corridor (`CORRIDOR_PORT_BASE` + 3); its password is in
`CORRIDOR_HOME/secrets/pg_corridor_reader`.

**On the command line**, as CSV with a header line:

```
./corridor query "select * from results.indicator_results where programme_code = 'CM'" > results.csv
```

**R**:

```r
library(DBI)
corridor <- dbConnect(
  RPostgres::Postgres(), host = "127.0.0.1", port = 18003, dbname = "corridor", user = "corridor_reader",
  password = readLines(".corridor/secrets/pg_corridor_reader", warn = FALSE), bigint = "numeric"
)
results <- dbGetQuery(corridor, "select * from results.indicator_results where programme_code = 'CM'")
```

**Excel**: open the CSV with *Data > From Text/CSV*, file origin *65001: Unicode (UTF-8)*. Or read it live with
*Data > Get Data > From Database > From PostgreSQL Database* (server `127.0.0.1:18003`, database `corridor`) and pick
`results.indicator_results`. An empty cell is never a zero: `status` and `suppression` say why it is empty.

For text that is ready to be shown ("nearly USD 700,000", "hidden to protect people") read `results.v_readable_results`,
which has the same rows by `cell_id`."""


def results_page() -> str:
    """The columns of results.indicator_results and how to read them, as Markdown."""
    model = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))["models"][0]
    terms = _terms()
    columns = [
        (column["name"], column["data_type"], _described(column["description"], terms), _is_filled(column))
        for column in model["columns"]
        if not column["name"].endswith("_exact") and column["name"] not in NOT_SHOWN
    ]
    place = next(number for number, (name, *_) in enumerate(columns) if name == "note")
    columns.insert(place, (HELD, "text", terms[HELD], False))
    last = [column for column in columns if column[0] in LAST]
    columns = [column for column in columns if column[0] not in LAST]
    columns += [(*each, True) for each in OF_THE_PUBLICATION]
    columns += last
    columns += [(*each, False) for each in JUDGED]
    lines = [
        "<!-- Made by `python -m dbt_project.describe`; change dbt_project/models/marts/_indicator_results.yml or",
        "dbt_project/models/terms.md instead. -->",
        "",
        "# Results",
        "",
        "`results.indicator_results` is what has been published: one row a cell, small cells hidden. Do not add rows:",
        "totals are rows of their own, and the [rules of each indicator](indicators.md) say what may be added.",
        "",
        "## Reading them",
        "",
        HOW_TO_READ,
        "",
        "## Columns",
        "",
        "| Column | Type | May be empty | Meaning |",
        "|---|---|---|---|",
    ]
    for name, kind, text, filled in columns:
        meaning = text.replace("|", "\\|")
        lines.append(f"| `{name}` | {kind} | {'no' if filled else 'yes'} | {meaning} |")
    return "\n".join(lines) + "\n"


def _terms() -> dict[str, str]:
    found = re.findall(r"{% docs (\w+) %}(.*?){% enddocs %}", TERMS.read_text(encoding="utf-8"), re.DOTALL)
    return {name: text.strip() for name, text in found}


def _described(text: str, terms: dict[str, str]) -> str:
    return re.sub(r"{{ doc\('(\w+)'\) }}", lambda term: terms[term[1]], text)


def _is_filled(column: dict[str, Any]) -> bool:
    return any(rule["type"] in ("not_null", "primary_key") for rule in column.get("constraints", []))


def main() -> None:
    """Write the page."""
    PAGE.write_text(results_page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(REPO)}")


if __name__ == "__main__":
    main()
