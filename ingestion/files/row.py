"""One row of a table into one event, by the columns of its contract and the profile of its partner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ingestion.contracts.columns import Column
from ingestion.contracts.registry import Contract
from ingestion.files.cells import Cell, Read, clean, date_text, reader_of, refuse_formula
from ingestion.files.dates import noon, of_cell, read_time, utc
from ingestion.files.header import Header
from ingestion.files.profile import Profile
from ingestion.files.trouble import CellTrouble
from ingestion.gateway.refusal import SCHEMA_VIOLATION, Refusal
from ingestion.kobo.time_zones import time_zones
from ingestion.words import _t

#: Stands where the id will be: ids follow from content that is known after checking.
NO_ID = "-"
_MOST_REMEMBERED = 5_000
_LONGEST_REMEMBERED = 40
#: A workbook holds times as parts of a day, and 08:30 may come as 08:29:59.999.
_HALF = timedelta(milliseconds=500)

_FEWER = _t("This row has fewer cells than the first row: fill in or delete what is broken, and look for line breaks.")
_MORE = _t("This row has cells to the right of the named columns: delete them, or look for a stray separator.")
_MISSING = _t("{name} is missing.")
_IMPLAUSIBLE = _t("Taken, but please look again: {low} to {high} is usual here.")


class Built(NamedTuple):
    """An event as far as the row could be read, why it cannot be taken, and warnings.

    `others`: what else stands in the way if the row is refused, so that all of it can be mended at once.
    """

    event: dict[str, Any]
    refusal: Refusal | None
    warnings: tuple[Refusal, ...] = ()
    others: tuple[Refusal, ...] = ()


class _Slot(NamedTuple):
    place: int
    column: Column
    pointer: str
    read: Read
    #: None where values repeat so seldom, or matter so much, that they are not kept.
    memory: dict[str, Any] | None


class RowReader:
    """Reads the rows of one file. `defaults`: attributes of every event (source, and city if all rows have one).

    In a `workbook` a cell may hold a formula, and a row ends with its last filled cell.
    """

    def __init__(
        self, contract: Contract, header: Header, profile: Profile, defaults: dict[str, Any], *, workbook: bool
    ) -> None:
        self._base = {"specversion": "1.0", "id": NO_ID, "type": contract.type, **defaults}
        self._header = header
        self._profile = profile
        self._formulas = self._may_be_short = workbook
        self._place_from_data = contract.place_from_data
        self._zones: dict[str | None, ZoneInfo] = {}
        self._times: dict[tuple[str, ZoneInfo], tuple[str, str]] = {}
        self._slots = []
        self._time: _Slot | None = None
        for place, column in enumerate(header.columns):
            if column is None:
                continue
            seldom = column.identifier or column.token_of or column.free_text or column.name == "record_id"
            slot = _Slot(place, column, "/" + "/".join(column.path), reader_of(column, profile), None if seldom else {})
            if column.name == "time":
                self._time = slot
            else:
                self._slots.append(slot)
        self._unnamed = [place for place, name in enumerate(header.names) if header.columns[place] is None and not name]

    def read(self, cells: Sequence[Cell]) -> Built:
        """The event of a row; the first cell that cannot be read is the refusal."""
        data: dict[str, Any] = {}
        event: dict[str, Any] = {**self._base, "data": data}
        troubles: list[Refusal] = []
        empty: list[Refusal] = []
        refusal = self._shape(cells)
        if len(cells) < len(self._header.names):
            cells = [*cells, *[None] * (len(self._header.names) - len(cells))]
        if refusal is not None:
            return Built(event, refusal)
        warnings: list[Refusal] = []
        for slot in self._slots:
            try:
                if not self._take(slot, cells[slot.place], event, warnings):
                    empty.append(_missing(slot))
            except CellTrouble as trouble:
                troubles.append(_refusal(slot.pointer, trouble))
        if event.get("operation") == "void":
            # What else the row says does not matter any more, and may be what was wrong with it.
            identity: dict[str, Any] = {name: event[name] for name in ("subject", "operation") if name in event}
            unnamed = next(iter(troubles), None) if "subject" not in event else None
            return Built({**self._base, **identity, "data": {}}, unnamed)
        if self._time is not None:
            try:
                if not self._take_time(self._time, cells[self._time.place], event):
                    empty.append(_missing(self._time))
            except CellTrouble as trouble:
                troubles.append(_refusal("/time", trouble))
        return Built(event, next(iter(troubles), None), tuple(warnings), (*troubles, *empty))

    def is_empty(self, cells: Sequence[Cell]) -> bool:
        """True for a row without anything in it."""
        return not any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in cells)

    def _shape(self, cells: Sequence[Cell]) -> Refusal | None:
        names = len(self._header.names)
        if len(cells) < names and not self._may_be_short:
            return Refusal("ragged_row", "", _FEWER)
        if (len(cells) > names and not self.is_empty(cells[names:])) or any(
            not self.is_empty(cells[place : place + 1]) for place in self._unnamed
        ):
            return Refusal("ragged_row", "", _MORE)
        return None

    def _take(self, slot: _Slot, cell: Cell, event: dict[str, Any], warnings: list[Refusal]) -> bool:
        """False if the cell is empty and must not be."""
        column, memory = slot.column, slot.memory
        if memory is not None and type(cell) is str and cell in memory:
            value = memory[cell]
        else:
            if self._formulas:
                refuse_formula(cell)
            cleaned = clean(cell)
            if cleaned is None:
                if column.required and column.nullable:
                    _put(event, column.path, None)
                return column.nullable or not column.required
            value = slot.read(cleaned)
            if memory is not None and type(cell) is str and len(cell) <= _LONGEST_REMEMBERED:
                if len(memory) >= _MOST_REMEMBERED:
                    memory.clear()
                memory[cell] = value
        if column.name == "city" and isinstance(value, str):
            value = _city(value)
        _put(event, column.path, value)
        if column.plausible is not None and type(value) in (int, float):
            low, high = column.plausible
            if not low <= value <= high:
                params = {"low": f"{low:g}", "high": f"{high:g}"}
                warnings.append(Refusal("implausible", slot.pointer, _IMPLAUSIBLE, params))
        return True

    def _take_time(self, slot: _Slot, cell: Cell, event: dict[str, Any]) -> bool:
        """False if the cell is empty."""
        zone = self._zone(event)
        if type(cell) is str and (cell, zone) in self._times:
            event["time"], event["timeprecision"] = self._times[cell, zone]
            return True
        if self._formulas:
            refuse_formula(cell)
        cleaned = clean(cell)
        if cleaned is None:
            return False
        if isinstance(cleaned, datetime):
            moment = of_cell(cleaned, self._profile.dates)
            if moment.time() == time(0):
                event["time"], event["timeprecision"] = noon(moment.date(), zone), "day"
            else:
                event["time"], event["timeprecision"] = (
                    utc((moment + _HALF).replace(microsecond=0, tzinfo=zone)),
                    "second",
                )
            return True
        event["time"], event["timeprecision"] = read_time(date_text(cleaned), self._profile.dates, zone)
        if type(cell) is str and len(cell) <= _LONGEST_REMEMBERED:
            if len(self._times) >= _MOST_REMEMBERED:
                self._times.clear()
            self._times[cell, zone] = event["time"], event["timeprecision"]
        return True

    def _zone(self, event: dict[str, Any]) -> ZoneInfo:
        city = event.get("city")
        if city is None and self._place_from_data:
            place = event["data"].get("place")
            city = place.get("code") if isinstance(place, dict) else None
        if not isinstance(city, str):
            city = None
        zone = self._zones.get(city)
        if zone is None:
            zone = ZoneInfo(time_zones().get(city or "", "Etc/UTC"))
            if len(self._zones) < _MOST_REMEMBERED:
                self._zones[city] = zone
        return zone


def _missing(slot: _Slot) -> Refusal:
    return Refusal(SCHEMA_VIOLATION, slot.pointer, _MISSING, {"name": slot.column.name})


def _city(text: str) -> str:
    return text.upper() if text not in time_zones() and text.upper() in time_zones() else text


def _put(event: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    holder = event
    for name in path[:-1]:
        holder = holder.setdefault(name, {})
    holder[path[-1]] = value


def _refusal(pointer: str, trouble: CellTrouble) -> Refusal:
    return Refusal(trouble.code, pointer, trouble.template, trouble.params)
