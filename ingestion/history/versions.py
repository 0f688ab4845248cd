"""The ledger of record versions: a changed record must carry a higher version, or nobody would take the change.

python -m ingestion.history.versions   writes what is new into versions.csv
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from ingestion.history.events import content_digest
from ingestion.history.records import History, HistoryError, load_history

LEDGER = Path(__file__).with_name("versions.csv")
_HEADER = ("record", "version", "content")

Ledger = dict[tuple[str, int], str]


def read_ledger(path: Path = LEDGER) -> Ledger:
    """Content hash by record id and version, for every version that was ever written down."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["record"], int(row["version"])): row["content"] for row in csv.DictReader(file)}


def new_versions(history: History, ledger: Ledger) -> Ledger:
    """The versions that the ledger lacks. Raises HistoryError naming each record that changed under its old version."""
    new: Ledger = {}
    wrong = []
    latest: dict[str, int] = {}
    for name, version in ledger:
        latest[name] = max(version, latest.get(name, 0))
    for record in history.records:
        content = content_digest(record, history.documents[record.document])
        last = latest.get(record.id, 0)
        known = ledger.get((record.id, record.version))
        if record.version < last:
            wrong.append(f"{record.id} has version {record.version}, but version {last} was written down already")
        elif known is None:
            new[(record.id, record.version)] = content
        elif known != content:
            wrong.append(f"{record.id} was changed: set its version to {last + 1}")
    gone = sorted(set(latest) - {record.id for record in history.records})
    wrong += [f"{name} is gone: keep it, and void it through the gateway if it was wrong" for name in gone]
    if wrong:
        raise HistoryError("The history file does not fit versions.csv. " + "; ".join(wrong) + ".")
    return new


def main() -> int:
    """Write the new versions into the ledger; exit code 1 and a sentence when a record needs a higher version."""
    try:
        ledger = read_ledger()
        new = new_versions(load_history(), ledger)
    except HistoryError as error:
        print(error, file=sys.stderr)
        return 1
    with LEDGER.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADER)
        writer.writerows((name, version, content) for (name, version), content in {**ledger, **new}.items())
    print(f"{len(new)} new versions written to {LEDGER.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
