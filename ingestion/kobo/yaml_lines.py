"""Read YAML as plain texts, lists and mappings, and remember on which line everything stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

Path = tuple[str | int, ...]


class YamlTrouble(ValueError):
    """The text is no YAML of the kind that is wanted; `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Lines:
    """The line of every place in a document."""

    def __init__(self) -> None:
        self._lines: dict[Path, int] = {}

    def note(self, path: Path, line: int) -> None:
        """Remember a place; of a name and its value the name's line counts."""
        self._lines.setdefault(path, line)

    def of(self, path: Sequence[str | int]) -> int:
        """The line of the place, or of the nearest one around it."""
        here = tuple(path)
        while here and here not in self._lines:
            here = here[:-1]
        return self._lines.get(here, 1)


def read_yaml(text: str) -> tuple[Any, Lines]:
    """The content, every scalar as the text that was written (`yes` stays yes). Raises YamlTrouble."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlTrouble(line, f"this is no YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise YamlTrouble(1, "this is no YAML: it holds a character that YAML does not allow") from error
    lines = Lines()
    return (None if node is None else _plain(node, (), lines, ())), lines


def _plain(node: yaml.Node, path: Path, lines: Lines, around: tuple[int, ...]) -> Any:
    line = node.start_mark.line + 1
    lines.note(path, line)
    if id(node) in around:
        raise YamlTrouble(line, "an alias that holds itself")
    inside = (*around, id(node))
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, place), lines, inside) for place, item in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise YamlTrouble(key.start_mark.line + 1, "a name must be plain text")
        if key.value in found:
            raise YamlTrouble(key.start_mark.line + 1, f"{key.value!r} stands twice")
        lines.note((*path, key.value), key.start_mark.line + 1)
        found[key.value] = _plain(value, (*path, key.value), lines, inside)
    return found
