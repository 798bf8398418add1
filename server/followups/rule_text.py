"""The YAML of a rule as a person edits it: its head is set, all else stays as it was written, remarks too."""

import re
from typing import Final

import yaml

from server.followups.rule_yaml import NotReadable, compose_yaml

VERSION: Final = re.compile(r"(?m)^version:[^\n]*$")
SIGNATURE: Final = re.compile(r"(?m)^signature:[^\n]*(?:\n[ \t]+[^\n]*)*$")


def with_head(text: str, version: int) -> str:
    """The same text as another version, that nobody signed."""
    return SIGNATURE.sub("signature: unsigned", VERSION.sub(f"version: {version}", text, count=1), count=1)


def line_of_field(text: str, field: str) -> int | None:
    """The line, from 1 on, at which a field of the text stands, such as `window.due.ga_anchor` or `severity.2.level`.

    Of one that is missing the line of what it should stand in; None in a text that is no YAML of ours.
    """
    try:
        node = compose_yaml(text)
    except (NotReadable, yaml.YAMLError, ValueError):
        return None
    line = None
    for name in field.split("."):
        found = _inner(node, name)
        if found is None:
            return line
        line, node = found
    return line


def _inner(node: yaml.Node | None, name: str) -> tuple[int, yaml.Node] | None:
    """The line of a named field or of an entry of a list (from 1 on), and what stands there."""
    if isinstance(node, yaml.MappingNode):
        found = ((key.start_mark.line + 1, value) for key, value in node.value if key.value == name)
        return next(found, None)
    if isinstance(node, yaml.SequenceNode) and name.isdigit() and 0 < int(name) <= len(node.value):
        entry = node.value[int(name) - 1]
        return entry.start_mark.line + 1, entry
    return None
