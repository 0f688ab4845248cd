"""Write docs/reference/indicators.md from the seeds, and docs/reference/published_figures.md from the history file.

python -m ingestion.history.describe
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from infra.settings import REPO
from ingestion.history.periods import Period
from ingestion.history.records import History, Record, load_history
from ingestion.history.reference import places, seed_rows

REFERENCE = REPO / "docs" / "reference"
_MADE = "<!-- Made by `python -m ingestion.history.describe`; change {source} instead. -->"
_GROUPS = {
    "O1": "O1 Urban expansion planning",
    "O2": "O2 Labour-market integration",
    "O3": "O3 Basic services",
    "O4": "O4 Migration diplomacy",
    "X": "Across outcomes",
    "structure": "Structure of the programme",
    "context": "Context, never a result of the programme",
}


def pages() -> dict[Path, str]:
    """Every page that is made here, by its path, as Markdown."""
    return {
        REFERENCE / "indicators.md": indicators_page(),
        REFERENCE / "published_figures.md": figures_page(load_history()),
    }


def indicators_page() -> str:
    """The indicator catalogue as Markdown, a table an outcome."""
    rows = seed_rows("indicators")
    breakdowns: dict[str, list[str]] = {}
    for row in seed_rows("published_crosstabs"):
        breakdowns.setdefault(row["indicator_code"], []).append(row["dimension"])
    lines = [
        _MADE.format(source="dbt_project/seeds/framework/indicators.csv"),
        "",
        "# Indicators",
        "",
        f"{len(rows)} codes, each counting one unit. The codes are our own.",
        "Figures of different units are never added.",
        "**Computed** indicators are counted from individual events; the others come as stated figures.",
        "Rules say how figures combine over time / places / breakdowns; `none` means never.",
        "Computed counts below the threshold are hidden, and other cells with them where they would give them away.",
    ]
    for group, title in _GROUPS.items():
        members = [row for row in rows if group == (row["outcome_code"] or row["level"])]
        lines += ["", f"## {title}", ""]
        lines += _table(
            ("Code", "Indicator", "Unit", "Source", "Rules", "Threshold", "Breakdowns", "Definition", "Named in"),
            (
                (
                    f"`{r['indicator_code']}`",
                    r["name_en"],
                    r["unit_of_count"],
                    r["source_type"],
                    f"{r['time_rule']} / {r['place_rule']} / {r['dimension_rule']}",
                    r["threshold"] if r["source_type"] == "computed" else "",
                    ", ".join(d for d in breakdowns[r["indicator_code"]] if d != "total"),
                    r["definition"],
                    r["source_ref"] or "our own",
                )
                for r in members
            ),
        )
    return "\n".join(lines) + "\n"


def figures_page(history: History) -> str:
    """Every published figure of the programme with its phrase, a table a document."""
    lines = [
        _MADE.format(source="ingestion/history/history.yaml"),
        "",
        "# Published figures",
        "",
        f"{len(history.records)} records of `ingestion/history/history.yaml`, by the document that states them.",
    ]
    for document in history.documents.values():
        members = [record for record in history.records if record.document == document.code]
        title = f"[{document.title}]({document.url})" if document.url else document.title
        lines += ["", f"## {document.code}: {title}", "", f"Dated {_period(document.date)}.", ""]
        lines += _table(
            ("Record", "Kind", "Indicator", "Place", "Period", "Figure", "Phrase", "Note"),
            (
                (
                    f"`{r.id}`",
                    r.kind,
                    f"`{r.indicator}`",
                    places()[r.place]["name"] if r.place else "none",
                    _period(r.period),
                    _figure(r),
                    r.phrase,
                    r.note or "",
                )
                for r in members
            ),
        )
    return "\n".join(lines) + "\n"


def _figure(record: Record) -> str:
    if record.expect_rejected:
        return f"refused: {record.expect_rejected}"
    if record.value_type == "missing":
        return "missing"
    if record.words:
        return f'"{record.words}"'
    number = f"{record.low} to {record.high}" if record.value is None else f"{record.value:,}"
    qualifier = "" if record.qualifier == "exact" else record.qualifier.replace("_", " ")
    funder = f"(funder: {record.funder})" if record.funder else ""
    return " ".join(part for part in (qualifier, record.currency, number, record.unit, funder) if part)


def _period(period: Period) -> str:
    if period.start is None:
        return "unknown"
    length = {"year": 4, "month": 7}.get(period.precision, 10)
    text = period.start.isoformat()[:length]
    if period.precision == "range":
        text += f" to {period.end}"
    return f"{text} (inferred)" if period.inferred else text


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]


def main() -> None:
    """Write the pages."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(REPO)}")


if __name__ == "__main__":
    main()
