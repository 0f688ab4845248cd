"""Changes of an event by place; what goes wrong names the place and never a value."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.replaying.patch import Patch, PatchError, read_patch, remove, set_value

EVENT = {"id": "e1", "data": {"sex": "f", "a/b": 1, "list": [1, 2, 3]}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data/sex=female", {"sex": "female"}),
        ("/data/count=3", {"count": 3}),
        ("/data/a~1b=2", {"a/b": 2}),
        ("/data/list/0=9", {"list": [9, 1, 2, 3]}),
        ("/data/list/-=9", {"list": [1, 2, 3, 9]}),
        ("/data/note=a=b", {"note": "a=b"}),
        ('/data/note="3"', {"note": "3"}),
    ],
)
def test_set__puts_a_value_where_it_is_told(text: str, expected: dict[str, Any]) -> None:
    changed = Patch((set_value(text),)).apply(EVENT)
    assert changed == {**EVENT, "data": {**EVENT["data"], **expected}}  # type: ignore[dict-item]
    assert EVENT["data"]["sex"] == "f"  # type: ignore[index]


def test_operations__are_done_in_their_order() -> None:
    patch = read_patch(
        b'[{"op": "test", "path": "/data/sex", "value": "f"}, {"op": "replace", "path": "/data/sex", "value": "x"},'
        b' {"op": "remove", "path": "/data/list/1"}, {"op": "remove", "path": "/data/a~1b"}]'
    )
    assert patch.apply(EVENT) == {"id": "e1", "data": {"sex": "x", "list": [1, 3]}}
    assert patch.pointers == ["/data/sex", "/data/list/1", "/data/a~1b"]


@pytest.mark.parametrize(
    "patch",
    [
        Patch((remove("/data/secret"),)),
        Patch((remove("/data/list/3"),)),
        Patch((remove("/data/list/x"),)),
        Patch((set_value("/nowhere/x=hidden"),)),
        Patch((set_value("/id/x=hidden"),)),
        read_patch('[{"op": "test", "path": "/data/sex", "value": "hidden"}]'),
        read_patch('[{"op": "replace", "path": "/data/none", "value": "hidden"}]'),
    ],
)
def test_what_does_not_fit__names_the_place_only(patch: Patch) -> None:
    with pytest.raises(PatchError) as caught:
        patch.apply(EVENT)
    assert patch.changes[-1].pointer in str(caught.value)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["{", "{}", '[{"op": "move"}]', '[{"op": "add", "path": "/a"}]', '[{"op": "add", "path": "a", "value": 1}]']
)
def test_patch_that_is_none__is_refused(text: str) -> None:
    with pytest.raises(PatchError):
        read_patch(text)


def test_set__without_a_value_says_how_to_write_it() -> None:
    with pytest.raises(PatchError, match="pointer=value"):
        set_value("/data/sex")
