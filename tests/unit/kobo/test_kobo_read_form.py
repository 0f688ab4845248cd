"""The file of a form: what is right is read, what is wrong is named with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.contracts.registry import contracts
from ingestion.kobo.form import Form
from ingestion.kobo.forms import FOLDER, Forms
from ingestion.kobo.read_form import FormError, read_form

MakeForm = Callable[[str], Form]
ARRIVAL = """\
events:
  - type: arrival.counted.v1
    fields:
      direction: count/direction
      count: count/people
      place_name: count/place
      estimate: count/estimate
"""


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_forms__can_be_read(path: Path) -> None:
    form = read_form(path)
    assert form.name == path.stem
    assert all(rule.type in contracts() for rule in form.events)


@pytest.mark.parametrize("type_", sorted(contracts()))
def test_template__takes_one_line_for_every_type(form: MakeForm, type_: str) -> None:
    assert form(f"template: {type_}\n").events[0].type == type_


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (ARRIVAL.replace("count/people", "_geolocation"), 10, "_geolocation is added by KoboToolbox itself"),
        (ARRIVAL.replace("count/people", "username"), 10, "username is added by KoboToolbox itself"),
        (ARRIVAL.replace("count/people", "start"), 10, "use it only as time"),
        (ARRIVAL.replace("estimate:", "estimated:"), 12, "estimated is no field of arrival.counted.v1"),
        (ARRIVAL.replace("arrival.counted.v1", "arrival.counted.v9"), 7, "no event type 'arrival.counted.v9'"),
        (ARRIVAL.replace("      count: count/people\n", ""), 8, "arrival.counted.v1 needs the fields count"),
        (ARRIVAL.replace("count/direction", "{value: sideways}"), 9, "'sideways' is no code of direction"),
        (ARRIVAL.replace("count/direction", "\n        question: q\n        choices: {i: in, o: away}"), 11, "'away'"),
        (ARRIVAL.replace("count/people", "{question: a, value: b}"), 10, "exactly one"),
        (ARRIVAL.replace("count/people", "{questions: a}"), 10, "'questions' is no word of a mapping here"),
        (ARRIVAL.replace("count/people", "{age_in_years: a}"), 10, "gives an age band"),
        (ARRIVAL + "ignore: rest\n", 13, "why_ignored"),
        (ARRIVAL + "ignore: all\nwhy_ignored: because we can\n", 13, "ignore"),
        (ARRIVAL + "template: arrival.counted.v1\n", 1, "exactly one"),
        (ARRIVAL + "form: again\n", 13, "'form' stands twice"),
        ("events: [\n", 7, "this is no YAML"),
        (ARRIVAL + ARRIVAL.partition("\n")[2], 13, "need a `part` each"),
        (ARRIVAL + "    time: deviceid\n", 13, "deviceid is added by KoboToolbox itself"),
        (ARRIVAL + "    city: {question: q, choices: {a: ADAMAA}}\n", 13, "no city 'ADAMAA'"),
        (ARRIVAL + "    element_id: q\n", 13, "repeat"),
    ],
)
def test_wrong_file__names_file_and_line(form: MakeForm, text: str, line: int, said: str) -> None:
    with pytest.raises(FormError) as caught:
        form(text)
    message = str(caught.value)
    assert said in message
    assert f"test-form.yaml, line {line}: " in message


def test_person_without_identifier__is_refused(form: MakeForm) -> None:
    text = """\
    events:
      - type: person.registered.v1
        fields: {sex: a, age_band: b, status: c, registration_type: d}
    """
    with pytest.raises(FormError, match="needs the fields person_id"):
        form(text)


def test_forms__take_a_change_of_their_file_and_fail_alone(tmp_path: Path) -> None:
    for name in ("good", "bad"):
        text = (FOLDER / "adama-desk.yaml").read_text(encoding="utf-8").replace("adama-desk", name)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    forms = Forms(tmp_path, {"good": "aBcDeFgHiJkLmNoPqRsTuV"})
    first = forms.find("good")
    assert first is not None
    assert first.asset == "aBcDeFgHiJkLmNoPqRsTuV"
    assert forms.find("good") is first
    (tmp_path / "bad.yaml").write_text("form: bad\n", encoding="utf-8")
    with pytest.raises(FormError):
        forms.find("bad")
    assert forms.find("good") is first
    (tmp_path / "good.yaml").write_text((tmp_path / "good.yaml").read_text() + "# changed\n", encoding="utf-8")
    second = forms.find("good")
    assert second is not None
    assert second.mapping != first.mapping


@pytest.mark.parametrize("name", ["../adama-desk", "ADAMA-DESK", "", "none", "a/b", "adama-desk.yaml"])
def test_forms__find_only_names(name: str) -> None:
    assert Forms(FOLDER, {}).find(name) is None
