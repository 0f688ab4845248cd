"""The reference data has no fault, and each planted one is told with its file and line."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dbt_project.framework.check import SEEDS, check_framework
from dbt_project.framework.finding import Finding

Edit = Callable[[bytes], bytes]


def change(old: str, new: str) -> Edit:
    """Replace the first `old` of a file, which must be there."""

    def edit(content: bytes) -> bytes:
        assert old.encode() in content, f"{old!r} is not in the file any more"
        return content.replace(old.encode(), new.encode(), 1)

    return edit


def add(line: str) -> Edit:
    """Append a line."""
    return lambda content: content + line.encode() + b"\n"


#: Name of the fault: file, what is done to it, line (a text that it holds, or its number; None: the last), words.
FAULTS: dict[str, tuple[str, Edit, str | int | None, str]] = {
    "no rule over time": (
        "framework/indicators",
        change("distinct,sum,partition,P2", ",sum,partition,P2"),
        "CM-O2-01,",
        "has no time_rule",
    ),
    "no track rule": (
        "framework/indicators",
        change(
            "expansion plans.,FOUND,[003],CM-2018,2018-01-01,,,,,,linear",
            "expansion plans.,FOUND,[003],CM-2018,2018-01-01,,,,,,",
        ),
        "CM-O1-05,",
        "has no track_rule",
    ),
    "unknown unit": (
        "framework/indicators",
        change("expansion planning,place", "expansion planning,heads"),
        "CM-O1-01,",
        "unit_of_count heads is not known",
    ),
    "unknown required breakdown": (
        "framework/indicators",
        change("sex;age_band;status", "sex;colour;status"),
        "sex;colour",
        "required breakdown colour",
    ),
    "unknown denominator": (
        "framework/indicators",
        change("CM-2018,2018-01-01,,,,sex;age_band;status", "CM-2018,2018-01-01,,,CM-NONE,sex;age_band;status"),
        "CM-NONE",
        "denominator_code CM-NONE is not in indicators.csv",
    ),
    "recalled wording as our own": (
        "framework/indicators",
        change("found work or whose work became better.,OWN", "found work or whose work became better.,RECALLED"),
        "CM-O2-02,",
        "only recalled",
    ),
    "indicator twice": ("framework/outcomes", add("O1,Again,II,[004]"), None, "already stands in line"),
    "mapping of an unknown indicator": (
        "framework/indicator_mappings",
        add("CM-NONE,SDG,SDG-2015,8.5,target,contributes,me,OWN,,,"),
        None,
        "indicator_code CM-NONE is not in indicators.csv",
    ),
    "mapping to nothing": (
        "framework/indicator_mappings",
        add("CM-O2-02,SDG,SDG-2015,99.9,target,contributes,me,OWN,,,"),
        None,
        "not in reference_indicators.csv",
    ),
    "mapping to an unknown version": (
        "framework/indicator_mappings",
        add("CM-O2-02,SDG,SDG-1999,8.5,target,contributes,me,OWN,,,"),
        None,
        "framework_version SDG-1999 is not in framework_versions.csv",
    ),
    "exact between units": (
        "framework/indicator_mappings",
        change("CM-O2-04,SIMF,SIMF-1,R2", "CM-O3-01,SIMF,SIMF-1,R2"),
        "CM-O3-01,SIMF,SIMF-1,R2",
        "only the same unit is exact",
    ),
    "exact with recalled wording": (
        "framework/indicator_mappings",
        change("CM-O2-02,SDC,SDC-2021-24,IED_ARI_1,code,contributes", "CM-O2-02,SDC,SDC-2021-24,IED_ARI_1,code,exact"),
        "CM-O2-02,SDC",
        "no mapping to it can be exact",
    ),
    "recalled wording as official": (
        "framework/indicator_mappings",
        change(
            "IED_ARI_1,code,contributes,programme documents,RECALLED",
            "IED_ARI_1,code,contributes,programme documents,OFFICIAL",
        ),
        "CM-O2-02,SDC",
        "more official than it is",
    ),
    "several exact outside the simulation": ("framework/frameworks", change("Corridor,SIM,", "Corridor,,"), "", ""),
    "versions overlap": (
        "framework/framework_versions",
        change("2021-01-01,2024-12-31", "2020-06-01,2024-12-31"),
        "SDC-2021-24",
        "on the same days",
    ),
    "mappings overlap": (
        "framework/indicator_mappings",
        add("CM-O2-02,SDC,SDC-2021-24,IED_ARI_1,code,contributes,me,RECALLED,2022-01-01,,"),
        None,
        "on the same days",
    ),
    "ends before it begins": (
        "framework/framework_versions",
        change("2017-01-01,2020-12-31,shareweb", "2017-01-01,2016-12-31,shareweb"),
        "SDC-2017-20",
        "before it begins",
    ),
    "a year cut in two": (
        "framework/framework_versions",
        change("2017-01-01,2020-12-31,docs", "2017-02-01,2020-12-31,docs"),
        "SIMF-1",
        "cuts a year in two",
    ),
    "no such day": (
        "framework/framework_versions",
        change("2017-01-01,2020-12-31,shareweb", "2017-01-01,2020-02-30,shareweb"),
        "SDC-2017-20",
        "is no date",
    ),
    "roll-up of nothing": (
        "framework/dimension_rollups",
        change("AGE-UNHCR,0-4,0-4", "AGE-UNHCR,0-4,0-3"),
        "AGE-UNHCR,0-4,0-3",
        "0-3 is no member of AGE-1",
    ),
    "counted twice": ("framework/dimension_rollups", add("AGE-UNHCR,60+,0-4"), None, "counted twice"),
    "roll-up member unknown": (
        "framework/dimension_rollups",
        add("AGE-UNHCR,80+,60+"),
        None,
        "80+ is no member of AGE-UNHCR",
    ),
    "no translation": ("framework/dimension_members", change("Femme", ""), "SEX-1,1,female", "has no name in fr"),
    "no name in a language": (
        "framework/indicator_names",
        change("CM-O1-01,fr,", "CM-O1-01,de,"),
        "CM-O1-01,de,",
        "language de is not known",
    ),
    "another English name": (
        "framework/indicator_names",
        change("CM-O4-08,en,Agreements reached", "CM-O4-08,en,Agreements"),
        "CM-O4-08,en",
        "another one in indicators.csv",
    ),
    "unknown cross-tab": (
        "framework/published_crosstabs",
        add("CM-O2-01,colour"),
        None,
        "breakdown colour is no scheme",
    ),
    "reported source of what is counted distinctly": (
        "programme/actual_sources",
        add("SIM,CM-O3-02,ARUA,2016-01-01,2016-06-30,reported,me,why"),
        None,
        "is not counted from events month by month",
    ),
    "reported source of half a month": (
        "programme/actual_sources",
        add("SIM,CM-O2-04,JINJA,2016-01-01,2016-06-15,reported,me,why"),
        None,
        "cuts a month in two",
    ),
    "two sources for a month": (
        "programme/actual_sources",
        add("SIM,CM-O2-04,ARUA,2016-06-01,,computed,me,why"),
        None,
        "on the same days",
    ),
    "reported source of what is shown by funder": (
        "programme/actual_sources",
        add("SIM,CM-O2-03-F,ARUA,2016-01-01,2016-06-30,reported,me,why"),
        None,
        "is shown by funder",
    ),
    "reported source beside another indicator of one reference": (
        "framework/indicator_mappings",
        add("CM-O4-01,SIMF,SIMF-2,R2,code,exact,Corridor,OWN,,,made up"),
        None,
        "is counted under SIMF-2 R2 together with CM-O4-01",
    ),
    "source of a country": (
        "programme/actual_sources",
        add("SIM,CM-O2-04,UG,2016-01-01,,reported,me,why"),
        None,
        "is no city",
    ),
    "source in a programme that reports all": (
        "programme/actual_sources",
        add("CM,CM-O2-04,ARUA,2016-01-01,,reported,me,why"),
        None,
        "reports all its actuals",
    ),
    "phase that cuts a year in two": (
        "programme/phases",
        add("SIM,III,2029-05-01,2032-12-31,made up"),
        None,
        "valid_from 2029-05-01 cuts a year in two",
    ),
    "phase without an end": (
        "programme/phases",
        add("SIM,III,2029-01-01,,made up"),
        None,
        "the declared first and last day",
    ),
    "two phases at a time": (
        "programme/phases",
        add("SIM,III,2028-01-01,2030-12-31,made up"),
        None,
        "on the same days",
    ),
    "phase of a programme that reports all": (
        "programme/phases",
        add("CM,I,2018-01-01,2021-12-31,made up"),
        None,
        "reports its actuals, figures to date too",
    ),
    "no counting rule": (
        "framework/indicators",
        change("milestone,sum,none,P0,0,stated", "milestone,sum,none,P0,0,computed"),
        "CM-O1-01,",
        "no line of counting_rules.csv",
    ),
    "counting rule of what is stated": (
        "framework/counting_rules",
        add("CM-O1-01,plan.status_changed.v1,names,,"),
        None,
        "is stated, so no event counts",
    ),
    "counting rule of an unknown event": (
        "framework/counting_rules",
        add("CM-O1-02-A,plan.adopted.v1,names,,"),
        None,
        "No contract describes",
    ),
    "state that no event reports": (
        "framework/milestone_states",
        add("plan,shelved,8,true,,,,"),
        None,
        "No event reports the state shelved of a plan",
    ),
    "state without a line": (
        "framework/milestone_states",
        change("plan,withdrawn,7,true,,,,\n", ""),
        "plan,repealed",
        "has no line for withdrawn",
    ),
    "step to nowhere": (
        "framework/milestone_states",
        change("repealed,,adopted\nplan,repealed", "dropped,,adopted\nplan,repealed"),
        "plan,implemented",
        "hold dropped, which is no other state",
    ),
    "step that is allowed twice": (
        "framework/milestone_states",
        change("in_work;completed;handed_over,,", "in_work;completed;handed_over,completed,"),
        "works,planned",
        "step to completed is allowed twice",
    ),
    "end that goes on": (
        "framework/milestone_states",
        change("plan,repealed,6,true,,,,", "plan,repealed,6,true,,drafted,,"),
        "plan,repealed",
        "is an end and has next states",
    ),
    "state that leads nowhere": (
        "framework/milestone_states",
        change("office,operational,4,false,,closed,,", "office,operational,4,false,,,,"),
        "office,operational",
        "is no end and has no next state",
    ),
    "expected state that may not follow": (
        "framework/milestone_states",
        change("plan,adopted,3,false,budgeted,budgeted;", "plan,adopted,3,false,budgeted,"),
        "plan,adopted",
        "is not among the next_states",
    ),
    "cross-tab that overlaps": ("framework/published_crosstabs", add("CM-O2-01,lnob_gt"), None, "parts do not add up"),
    "unknown country": (
        "places/places",
        change("ADAMA,city,Adama,ET", "ADAMA,city,Adama,XX"),
        "ADAMA,city",
        "country_code XX is not in places.csv",
    ),
    "unknown time zone": (
        "places/places",
        change("233114,800,Africa/Kampala", "233114,800,Africa/Jinja"),
        "JINJA,city",
        "timezone Africa/Jinja does not exist",
    ),
    "cycle of places": (
        "places/places",
        change("AFRICA,region,Africa,,WORLD", "AFRICA,region,Africa,,HORN-OF-AFRICA"),
        "AFRICA,region",
        "lies in itself",
    ),
    "unknown member": (
        "places/place_members",
        add("COR-BERBERA,NOWHERE"),
        None,
        "member_code NOWHERE is not in places.csv",
    ),
    "members of a country": ("places/place_members", add("ET,ADAMA"), None, "only joint sets and corridors"),
    "unknown currency": (
        "money/exchange_rates",
        add("XXX,2020-01-01,1,me"),
        None,
        "currency XXX is not in currencies.csv",
    ),
    "no number": ("money/exchange_rates", add('CHF,2021-01-01,"0,9",me'), None, "is no number"),
    "two rates a month": ("money/exchange_rates", add("CHF,2020-12-01,0.9,me"), None, "already stands in line"),
    "question of an unknown project": (
        "programme/project_questions",
        change("CM1-ARUA-1,CM1-ARUA,", "CM1-ARUA-1,CM1-NONE,"),
        "CM1-ARUA-1,",
        "project_code CM1-NONE is not in projects.csv",
    ),
    "question of another place": (
        "programme/project_questions",
        change("CM2-BERBERA-1,CM2-BERBERA,COR-BERBERA", "CM2-BERBERA-1,CM2-BERBERA,COR-WEST-NILE"),
        "CM2-BERBERA-1,",
        "CM2-BERBERA does not work in COR-WEST-NILE",
    ),
    "question without words": (
        "programme/project_questions",
        change("Que sait-on des pauvres de la ville ?", " "),
        "CM1-JINJA-1,",
        "has no words in fr",
    ),
    "question asked twice": (
        "programme/project_questions",
        change("CM1-ARUA,ARUA,2", "CM1-ARUA,ARUA,1"),
        "CM1-ARUA-2,",
        "is already asked in line",
    ),
    "a fourth question": (
        "programme/project_questions",
        change("CM1-ARUA,ARUA,3", "CM1-ARUA,ARUA,4"),
        "CM1-ARUA-3,",
        "question_number 4 is not known",
    ),
    "a city with no questions": (
        "programme/project_places",
        add("CM1-ARUA,JINJA"),
        None,
        "CM1-ARUA in JINJA has 0 questions",
    ),
    "a corridor with no questions": (
        "places/places",
        change(
            "COR-TURKANA-WEST,corridor,Turkana West development corridor,KE,KE,,,,404,Africa/Nairobi,,,I",
            "COR-TURKANA-WEST,corridor,Turkana West development corridor,KE,KE,,,,404,Africa/Nairobi,,,I;II",
        ),
        "COR-TURKANA-WEST,",
        "COR-TURKANA-WEST has 0 questions",
    ),
    "a later project with no questions": (
        "programme/project_places",
        add("CM-SDC,ARUA"),
        "",
        "",
    ),
    "answer to no question": (
        "programme/project_question_answers",
        add("CM1-NONE-1,CM-O3-02,ARUA,total,answer"),
        None,
        "question_code CM1-NONE-1 is not in project_questions.csv",
    ),
    "answer by an unknown indicator": (
        "programme/project_question_answers",
        add("CM1-ARUA-1,CM-NONE,ARUA,total,answer"),
        None,
        "indicator_code CM-NONE is not in indicators.csv",
    ),
    "answer at an unknown place": (
        "programme/project_question_answers",
        add("CM1-ARUA-1,CM-O3-02,NOWHERE,total,answer"),
        None,
        "place_code NOWHERE is not in places.csv",
    ),
    "answer by a cross-tab that is not declared": (
        "programme/project_question_answers",
        add("CM1-ARUA-1,CM-O3-04,ARUA,age_band,answer"),
        None,
        "CM-O3-04 is not published by age_band",
    ),
    "nothing but context": (
        "programme/project_question_answers",
        change(
            "CM1-KAKUMA-1,CM-O4-02-P,KAKUMA-KALOBEYEI,total,answer",
            "CM1-KAKUMA-1,CM-O4-02-P,KAKUMA-KALOBEYEI,total,context",
        ),
        "",
        "",
    ),
    "byte order mark": ("framework/outcomes", lambda content: b"\xef\xbb\xbf" + content, 1, "byte order mark"),
    "semicolons": ("framework/outcomes", lambda content: content.replace(b",", b";"), 1, "parted by semicolons"),
    "not UTF-8": (
        "places/places",
        lambda content: content.replace("á".encode(), b"\xe1", 1),
        "AMATITLAN,city",
        "not UTF-8",
    ),
    "a comma too many": (
        "framework/outcomes",
        add("O9,Plans, and more,II,[004]"),
        None,
        "put a text that holds a comma",
    ),
}

#: Faults that are told in another file than the one that was edited: file, line, words.
ELSEWHERE: dict[str, tuple[str, str | int | None, str]] = {
    "several exact outside the simulation": (
        "framework/indicator_mappings",
        "CM-O3-01,SIMF,SIMF-2,R1",
        "small numbers of people",
    ),
    "reported source beside another indicator of one reference": (
        "programme/actual_sources",
        "SIM,CM-O4-01,ARUA",
        "is counted under SIMF-2 R2 together with CM-O2-04",
    ),
    "a later project with no questions": ("programme/projects", "CM-SDC,", "CM-SDC has 0 questions"),
    "nothing but context": ("programme/project_questions", "CM1-KAKUMA-1,", "Nothing answers CM1-KAKUMA-1"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEEDS, tmp_path / "seeds"))


def test_the_reference_data_has_no_fault() -> None:
    began = time.monotonic()
    assert check_framework() == []
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault__is_told_with_its_line(folder: Path, name: str) -> None:
    file, edit, where, words = FAULTS[name]
    path = folder / f"{file}.csv"
    before = path.read_bytes()
    path.write_bytes(edit(before))
    if name in ELSEWHERE:
        file, where, words = ELSEWHERE[name]
        path = folder / f"{file}.csv"
    wanted = _line(path, where)
    found = check_framework(folder)
    assert [each for each in found if each.file == f"{file}.csv" and each.line == wanted and words in each.text], found
    assert len(found) <= 4, "one fault brings many others with it"


def _line(path: Path, where: str | int | None) -> int:
    if isinstance(where, int):
        return where
    lines = path.read_bytes().decode(errors="replace").splitlines()
    if where is None:
        return len(lines)
    return next(number for number, line in enumerate(lines, 1) if where in line)


def test_lines_that_span_lines__are_numbered_by_their_first(folder: Path) -> None:
    path = folder / "framework" / "outcomes.csv"
    path.write_text(path.read_text() + '"O8","two\nlines",II,[004]\nO8,Again,II,[004]\n')
    count = len(path.read_text().splitlines())
    assert [(each.file, each.line) for each in check_framework(folder)] == [("framework/outcomes.csv", count)]


def test_an_empty_folder__is_no_framework(tmp_path: Path) -> None:
    assert [each.text for each in check_framework(tmp_path)] == [
        f"{tmp_path} holds no tables: name a folder like dbt_project/seeds."
    ]
    assert str(Finding("a.csv", 3, "Wrong: mend it.")) == "a.csv:3: Wrong: mend it."
