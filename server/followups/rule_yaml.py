"""YAML as rule files use it: maps, lists, text, whole numbers, true and false, dates. Nothing that can surprise its reader.

Of YAML's many ways to write a value only those of its version 1.2 core are read, and dates: `no` is text, `1_000` is none of
ours. What most readers pass over in silence is refused: a name given twice, references to other places, tags.
"""

import re
from typing import Any, Final

import yaml

MOST_CHARACTERS: Final = 40_000
DEEPEST: Final = 8


class NotReadable(ValueError):
    """What is wrong, in one line, with its line in the file where it is known."""


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own way
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Refuses while it reads: what is nested a thousandfold ends a reader that calls itself."""
        if self.check_event(yaml.AliasEvent):
            raise NotReadable(f"it refers to another place of itself{_line_of(self.peek_event())}")  # type: ignore[no-untyped-call]
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotReadable(f"it is nested deeper than {DEEPEST}{_line_of(self.peek_event())}")  # type: ignore[no-untyped-call]
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(0|[1-9][0-9]{0,8})", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+", "-0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2})?", "0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))


def read_yaml(content: bytes) -> tuple[dict[str, Any], str]:
    """The map that the file holds, and its text. Raises NotReadable."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as broken:
        raise NotReadable("it is no UTF-8 text") from broken
    if len(text) > MOST_CHARACTERS:
        raise NotReadable(f"it is longer than {MOST_CHARACTERS} characters")
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        _refuse_surprises(node)
        table = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as broken:
        raise NotReadable(_words_of(broken)) from broken
    except (yaml.YAMLError, ValueError) as broken:  # characters that no YAML holds; a thirtieth of February
        raise NotReadable(str(broken).split("\n", 1)[0]) from broken
    if not isinstance(table, dict):
        raise NotReadable("it must be a map of fields")
    return table, text


def compose_yaml(text: str) -> yaml.Node | None:
    """What stands where in the text. Raises NotReadable, yaml.YAMLError or ValueError."""
    return _Loader(text).get_single_node()


def _refuse_surprises(node: yaml.Node | None) -> None:
    if node is None:
        return
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise NotReadable(f"{node.tag} is a tag, which has no place here{_line_of(node)}")
    if isinstance(node, yaml.SequenceNode):
        for one in node.value:
            _refuse_surprises(one)
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        twice = next((key for key, _ in node.value if names.count(key.value) > 1), None)
        if twice is not None:
            raise NotReadable(f"{twice.value!r} is given twice{_line_of(twice)}")
        for key, value in node.value:
            if not (isinstance(key, yaml.ScalarNode) and key.tag == "tag:yaml.org,2002:str"):
                raise NotReadable(f"a field's name must be text{_line_of(key)}")
            _refuse_surprises(value)


def _line_of(place: Any) -> str:
    return f" (line {place.start_mark.line + 1})" if place.start_mark else ""


def _words_of(broken: yaml.MarkedYAMLError) -> str:
    line = f" (line {broken.problem_mark.line + 1})" if broken.problem_mark else ""
    return f"{broken.problem or broken.context or 'it is no YAML'}{line}"
