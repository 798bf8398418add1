"""What a form asks, as plain data: the fields of its primary instance in document order.

A FormSchema is made by `forms.xform.read_xform`, kept as JSON beside the form version, and read again for every
submission, export and map. Paths are as ODK Central writes them: `/group/field`, without the root element.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

STRUCTURE = "structure"
REPEAT = "repeat"
GEO_TYPES = {"geopoint": "point", "geotrace": "trace", "geoshape": "shape"}

_NOT_AN_IDENTIFIER = re.compile(r"[^A-Za-z0-9_]+")


def sanitise(name: str) -> str:
    """A name as an OData identifier: `_` before a first character that is no letter, runs of other characters → `_`."""
    clean = _NOT_AN_IDENTIFIER.sub("_", name)
    return clean if re.match(r"[A-Za-z_]", name) else "_" + clean


@dataclass(frozen=True)
class Choice:
    """One answer of a choice list: what is stored, and how it reads in each language."""

    name: str
    labels: dict[str, str]


@dataclass(frozen=True)
class Field:
    """One node of the primary instance.

    `type` is the bind's type, `structure` for a group, `repeat` for a repeat, `unknown` without a bind. `labels` maps
    a language ("zh", "en", …, or "default" in a form without translations) to the question's text. `choices` is None
    where the form itself does not list them; `choices_from` then names the file they come from, if it is a file.
    `saveto` is the entity property that the answer is saved to.
    """

    name: str
    path: str
    type: str
    order: int = 0
    binary: bool = False
    select_multiple: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] | None = None
    choices_from: str | None = None
    saveto: str | None = None

    @property
    def repeat(self) -> bool:
        return self.type == REPEAT

    @property
    def group(self) -> bool:
        return self.type == STRUCTURE

    @property
    def findable(self) -> bool:
        """Whether its answers can be looked for (findable.py). What has no label asked nobody anything; what was chosen from a
        list in a file is somebody, or a village.
        """
        if self.group or self.repeat or self.binary or self.type in GEO_TYPES:
            return False
        return bool(self.labels) and not self.choices_from

    @cached_property
    def choice_names(self) -> frozenset[str] | None:
        """What may be stored of its choices; None where the form itself does not list them."""
        return None if self.choices is None else frozenset(choice.name for choice in self.choices)


@dataclass(frozen=True)
class Table:
    """The rows of one OData table or CSV file: the root, or one repeat; what nested repeats hold is in their tables."""

    name: str
    path: str
    parent: str | None
    fields: tuple[Field, ...]


class Node:
    """A field and the nodes below it: the schema as a tree, for walking along a filled form."""

    __slots__ = ("by_name", "choice_names", "field", "findable", "name", "nodes", "repeat")

    def __init__(self, of: Field) -> None:
        self.field = of
        self.name = of.name
        self.repeat = of.repeat
        self.findable = of.findable
        self.choice_names = of.choice_names
        self.nodes: list[Node] = []
        self.by_name: dict[str, Node] = {}


@dataclass(frozen=True)
class FormSchema:
    """All fields of one form version, in document order. `root` is the name of the primary instance's root element."""

    fields: tuple[Field, ...]
    root: str = "data"

    @cached_property
    def by_path(self) -> dict[str, Field]:
        return {field.path: field for field in self.fields}

    @cached_property
    def findable(self) -> list[Field]:
        return [one for one in self.fields if one.findable]

    @cached_property
    def tree(self) -> Node:
        """The root node, whose nodes are the top-level fields."""
        top = Node(Field("", "", STRUCTURE))
        nodes = {"": top}
        for one in self.fields:
            node = nodes[one.path] = Node(one)
            parent = nodes[one.path.rpartition("/")[0]]
            parent.nodes.append(node)
            parent.by_name[one.name] = node
        return top

    def tables(self) -> list[Table]:
        """The root table `Submissions`, then one for every repeat, `Submissions.group.member`, in document order."""
        repeats = [one.path for one in self.fields if one.repeat]
        held: dict[str, list[Field]] = {"": [], **{path: [] for path in repeats}}
        for one in self.fields:
            held[self.repeat_of(one.path) or ""].append(one)
        return [
            Table(
                name=".".join(["Submissions", *(sanitise(part) for part in path.split("/") if part)]),
                path=path,
                parent=None if path == "" else self.repeat_of(path) or "",
                fields=tuple(fields),
            )
            for path, fields in held.items()
        ]

    def repeat_of(self, path: str) -> str | None:
        """The path of the innermost repeat around this path (not the path itself), or None at the root."""
        while path := path.rpartition("/")[0]:
            if (around := self.by_path.get(path)) and around.repeat:
                return path
        return None

    def geo_fields(self) -> list[Field]:
        """The fields that hold a point, a trace or a shape, in document order."""
        return list(self._geo)

    def binary_fields(self) -> list[Field]:
        """The fields whose answer is the name of a file, `/meta/audit` included, in document order."""
        return list(self._binary)

    @cached_property
    def _geo(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if one.type in GEO_TYPES)

    @cached_property
    def _binary(self) -> tuple[Field, ...]:
        return tuple(one for one in self.fields if one.binary)

    @cached_property
    def entity_containers(self) -> tuple[str, ...]:
        """Paths of the groups and repeats (or "" for the root) that hold a `meta/entity`, outermost first."""
        ending = "/meta/entity"
        return tuple(one.path.removesuffix(ending) for one in self.fields if one.path.endswith(ending))

    def to_json(self) -> dict[str, Any]:
        """JSON-able dict from which `from_json` makes an equal schema; choice lists used twice are written once."""
        lists = {id(one.choices): one.choices for one in self.fields if one.choices is not None}
        numbers = {key: number for number, key in enumerate(lists)}
        fields = [dict(_field_json(one, numbers)) for one in self.fields]
        choices = [[[choice.name, choice.labels] for choice in one] for one in lists.values()]
        return {"root": self.root, "choice_lists": choices, "fields": fields}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "FormSchema":
        """The schema that `to_json` wrote. Raises KeyError or TypeError for anything else."""
        lists = [tuple(Choice(name, labels) for name, labels in one) for one in data["choice_lists"]]
        fields = []
        for order, row in enumerate(data["fields"]):
            known = {key: value for key, value in row.items() if key != "choices"}
            choices = lists[row["choices"]] if "choices" in row else None
            fields.append(Field(order=order, choices=choices, **known))
        return cls(tuple(fields), data["root"])


def _field_json(one: Field, numbers: dict[int, int]) -> Iterator[tuple[str, Any]]:
    yield from (("name", one.name), ("path", one.path), ("type", one.type))
    for key in ("binary", "select_multiple", "labels", "choices_from", "saveto"):
        if value := getattr(one, key):
            yield key, value
    if one.choices is not None:
        yield "choices", numbers[id(one.choices)]
