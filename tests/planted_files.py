"""Requests of the ways in beside /v1/events that carry made-up identifiers: files, forms, receipts, trying out."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openpyxl import Workbook
from openpyxl.comments import Comment

from tests.planted_requests import Planted, Sender

COLUMNS = ("record_id", "time", "city", "person_id", "sex", "age_band", "status", "registration_type", "desk")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM = """\
form: {name}
programme: SIM
partner: {partner}
source: {prefix}kobo
city: ADAMA
events:
  - type: person.registered.v1
    time: [day, start]
    fields:
      person_id: card
      sex: {{question: sex, choices: {{f: female, m: male}}}}
      age_band: {{age_in_years: age}}
      status: {{value: idp}}
      registration_type: {{value: new}}
      desk: desk
ignore: [full_name, phone]
why_ignored: names and telephones are not passed on
"""


def write_form(folder: Path, name: str, partner: str, prefix: str) -> None:
    """A form of KoboToolbox that belongs to the partner."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(FORM.format(name=name, partner=partner, prefix=prefix), encoding="utf-8")


def file_requests(sender: Sender) -> Iterator[Planted]:
    """CSV and XLSX: rows that are right and wrong, headers, sheets, names of files, and what is no file."""
    p, key = sender.planted, {"X-API-Key": sender.key}
    path = "/v1/files?type=person.registered.v1"
    right = [_row(sender, person_id=each) for each in (p.person, p.name_in_script, p.email, p.spaced_phone, p.number)]
    wrong = [
        _row(sender, **{name: value})
        for name, value in (
            ("sex", p.name), ("time", p.person), ("city", p.core.upper()), ("desk", p.spaced_phone), ("desk", p.email),
            ("record_id", p.email), ("record_id", p.phone), ("record_id", p.person), ("record_id", p.local_phone),
            ("desk", f"card {p.person}"), ("age_band", p.number), ("status", f"=HYPERLINK({p.core})"),
        )
    ]  # fmt: skip
    kinds = {"Content-Type": "text/csv", **key}
    yield Planted("a right file", 202, _csv(right), kinds, path)
    yield Planted("a file with refused rows", 202, _csv([_row(sender), *wrong]), kinds, path)
    yield Planted("a file of refused rows", 422, _csv(wrong), kinds, path)
    back = {**kinds, "Accept": "text/csv"}
    yield Planted("refused rows wanted back", 202, _csv([_row(sender), *wrong]), back, path, json=False)
    lines = {**kinds, "Accept": "application/x-ndjson"}
    yield Planted("a file told line by line", 200, _csv([_row(sender), *wrong]), lines, path, json=False)
    yield Planted("an unknown column", 422, _csv([{**_row(sender), p.name: "x"}]), kinds, path)
    yield Planted("a column twice", 422, f"{p.core},{p.core},record_id\n1,2,3\n".encode(), kinds, path)
    yield Planted("a file without a header", 422, f"{p.name},{p.phone}\n{p.email},{p.person}\n".encode(), kinds, path)
    yield Planted("broken quotes", 202, _csv(right[:1]) + f'"{p.name}" x,"{p.email}\n'.encode() * 3, kinds, path)
    yield Planted("not UTF-8", 422, _csv([_row(sender)]) + p.name.encode() + b"\xff\xfe,\n", kinds, path)
    yield Planted(
        "a void of nothing", 422, _csv([{**_row(sender, record_id=p.core), "operation": "void"}]), kinds, path
    )
    yield Planted("an unknown type", 422, _csv(right), kinds, f"/v1/files?type={p.core}.x.v1")
    source = quote(f"{sender.prefix}{p.email}")
    yield Planted("an address as the source", 422, _csv([_row(sender)]), kinds, f"{path}&source={source}")
    yield Planted("a city in the query", 422, _csv([_row(sender, city="")]), kinds, f"{path}&city={p.core.upper()}")
    boundary = f"b{p.core}"
    form = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{p.core}"\r\n\r\n{p.name}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{p.email}.csv"\r\n'
        f"Content-Type: text/{p.core}\r\n\r\n"
    ).encode() + _csv([_row(sender), *wrong])
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}", **key}
    yield Planted("a form", 202, form + f"\r\n--{boundary}--\r\n".encode(), kind, path)
    yield Planted("a form without an end", 400, form, kind, path)
    workbook = {"Content-Type": XLSX, **key}
    yield Planted("a workbook", 202, _xlsx(sender, [_row(sender), *wrong]), workbook, path)
    yield Planted("a damaged workbook", 422, _xlsx(sender, right)[:-200] + p.name.encode() * 20, workbook, path)
    yield Planted("refused rows of nothing", 404, b"", key, f"/v1/files/{p.core}/rejected.csv", "GET")


def kobo_requests(sender: Sender, form: str) -> Iterator[Planted]:
    """Submissions, with what KoboToolbox adds by itself."""
    p, key = sender.planted, {"X-API-Key": sender.key, "Content-Type": "application/json"}
    path = f"/v1/kobo/{form}"

    def submission(**changes: Any) -> bytes:
        uuid = sender.new_uuid()
        filled = {
            "_uuid": uuid, "meta/rootUuid": f"uuid:{uuid}", "_id": 7, "meta/instanceID": f"uuid:{uuid}",
            "meta/instanceName": p.name, "_xform_id_string": p.core, "username": p.email, "_submitted_by": p.email,
            "_geolocation": [9.0, 38.0], "phonenumber": p.phone, "deviceid": p.person, "simserial": p.number,
            "_notes": [{"note": p.name}], "_tags": [p.person], "_attachments": [{"filename": f"{p.email}.jpg"}],
            "full_name": p.name, "phone": p.phone, "day": "2017-03-02", "card": p.person, "sex": "f", "age": "31",
        }  # fmt: skip
        return json.dumps({**filled, **changes}).encode()

    yield Planted("a submission", 202, submission(), key, path)
    yield Planted("another card", 202, submission(card=p.spaced_phone), key, path)
    password = base64.b64encode(f"{p.email}:{sender.key}".encode()).decode()
    basic = {"Authorization": f"Basic {password}", "Content-Type": "application/json"}
    yield Planted("the key as a password", 202, submission(), basic, path)
    yield Planted("the key as a password, refused", 422, submission(desk=f"ask {p.phone}"), basic, path)
    wrong = base64.b64encode(f"{p.email}:{p.core}".encode()).decode()
    yield Planted("a wrong password", 401, submission(), {**basic, "Authorization": f"Basic {wrong}"}, path)
    yield Planted("a wrong answer", 422, submission(sex=p.name), key, path)
    yield Planted("a contact in an answer", 422, submission(desk=f"ask {p.email}"), key, path)
    yield Planted("an unknown question", 422, submission(**{p.core: p.name}), key, path)
    yield Planted("a wrong day", 422, submission(day=p.person), key, path)
    yield Planted("no submission", 422, json.dumps({p.person: {p.name: 1}}).encode(), key, path)
    yield Planted("a wrapped one", 422, json.dumps({p.core: json.loads(submission())}).encode(), key, path)
    yield Planted("no JSON", 400, f"<{p.core}>{p.name}".encode(), key, path)
    yield Planted("XML", 415, f"<x>{p.name}</x>".encode(), {**key, "Content-Type": f"text/xml; x={p.core}"}, path)
    yield Planted("no such form", 404, submission(), key, f"/v1/kobo/{p.core}")


def other_requests(sender: Sender) -> Iterator[Planted]:
    """Trying out, and receipts that are none."""
    p, key = sender.planted, {"X-API-Key": sender.key}
    one = {**key, "Content-Type": "application/cloudevents+json"}
    for event in (sender.event(), sender.event(data={p.name: p.email}), sender.event(subject=p.phone)):
        yield Planted("trying an event", 200, json.dumps(event).encode(), one, "/v1/validate")
    yield Planted("trying no JSON", 400, p.name.encode(), one, "/v1/validate")
    for odd in (p.core, quote(p.name), f"rcp_{p.core}_1_{p.core[:8]}", quote(f"{p.email}\0")):
        yield Planted("a receipt that is none", 404, b"", key, f"/v1/receipts/{odd}", "GET")
    query = f"/v1/receipts/x?state={p.core}&after={p.core}"
    yield Planted("a wrong query", 422, b"", key, query, "GET")


def _row(sender: Sender, **changes: str) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "") | {
        "record_id": f"row-{sender.number()}", "time": "2017-03-02", "city": "ADAMA",
        "person_id": sender.planted.person, "sex": "female", "age_band": "25-34", "status": "idp",
        "registration_type": "new",
    }  # fmt: skip
    return {**row, **changes}


def _csv(rows: list[dict[str, str]]) -> bytes:
    written = io.StringIO()
    table = csv.DictWriter(written, list({name: None for row in rows for name in row}))
    table.writeheader()
    table.writerows(rows)
    return written.getvalue().encode()


def _xlsx(sender: Sender, rows: list[dict[str, str]]) -> bytes:
    p, book, written = sender.planted, Workbook(), io.BytesIO()
    book.properties.creator, book.properties.title = p.name, p.email
    sheet = book.worksheets[0]
    sheet.title = p.core
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([row[name] for name in COLUMNS])
    sheet["A1"].comment = Comment(p.name, p.email)
    sheet["F3"] = f'="{p.name}"'
    hidden = book.create_sheet(p.number)
    hidden["A1"] = p.phone
    hidden.sheet_state = "hidden"
    book.save(written)
    return written.getvalue()
