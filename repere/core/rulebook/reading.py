"""Strict YAML: words stay words, every value knows its line, no key twice.

YAML 1.1 turns ``no``, ``yes`` and ``on`` into booleans and days into date objects; here they stay text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from repere.core.rulebook.errors import Fault

_INTEGER = re.compile(r"-?(0|[1-9]\d*)$")


class Block(dict[str, Any]):
    """A mapping that knows its file and the line of each key."""

    file: str = ""
    line: int = 0
    lines: dict[str, int]

    def at(self, key: str) -> int:
        """Line of a key, or of the mapping."""
        return self.lines.get(key, self.line)


class Row(list[Any]):
    """A list that knows its file and line."""

    file: str = ""
    line: int = 0


class _Plain(yaml.CSafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}


def read(path: Path, shown_as: str, faults: list[Fault]) -> Any:
    """Content of a YAML file as :class:`Block`, :class:`Row`, ``str``, ``int`` or ``None``; faults are added to the list."""
    try:
        return read_text(path.read_text("utf-8"), shown_as, faults)
    except UnicodeDecodeError as wrong:
        faults.append(Fault(shown_as, 1, "text in UTF-8", f"another encoding at byte {wrong.start}", "save the file as UTF-8"))
        return None


def read_text(text: str, shown_as: str, faults: list[Fault]) -> Any:
    """As :func:`read`, from text."""
    try:
        node = yaml.compose(text, Loader=_Plain)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        faults.append(Fault(shown_as, (mark.line if mark else 0) + 1, "YAML", str(wrong.problem), "check indentation, quotes and colons"))
        return None
    except yaml.YAMLError as wrong:
        faults.append(Fault(shown_as, 1, "YAML", str(wrong).splitlines()[0], "remove the character that cannot be read"))
        return None
    return _value(node, shown_as, faults)


def _value(node: yaml.Node | None, file: str, faults: list[Fault]) -> Any:
    if node is None:
        return None
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _block(node, file, line, faults)
    if isinstance(node, yaml.SequenceNode):
        row = Row(_value(item, file, faults) for item in node.value)
        row.file, row.line = file, line
        return row
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node)


def _scalar(node: yaml.ScalarNode) -> Any:
    if node.style in ('"', "'", "|", ">"):
        return node.value
    if node.value in ("", "null", "~"):
        return None
    if _INTEGER.match(node.value):
        return int(node.value)
    return node.value


def _block(node: yaml.MappingNode, file: str, line: int, faults: list[Fault]) -> Block:
    block = Block()
    block.file, block.line, block.lines = file, line, {}
    for key_node, value_node in node.value:
        key, at = str(key_node.value), key_node.start_mark.line + 1
        if key in block:
            faults.append(Fault(file, at, f"the key '{key}' once", "it a second time", "keep one of the two"))
            continue
        block[key] = _value(value_node, file, faults)
        block.lines[key] = at
    return block
