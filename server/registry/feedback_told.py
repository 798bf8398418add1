"""What a record of feedback (F9) tells, and whether it is urgent. Pure: answers in, plain data out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from forms.schema import FormSchema, Node

APART: Final = frozenset({"reply_channel", "paper_code"})
"""Questions whose answers are not kept with the others: the first by itself, the second as a hash."""

TELLING: Final = frozenset({"dateTime", "time", "geopoint", "geotrace", "geoshape", "binary", "barcode"})
"""Types of questions whose answers tell a minute, a place, a face or a voice. F9 has none; a town's own edition may."""


@dataclass(frozen=True)
class Told:
    """`answers` is the tree of forms.instance.read_values, cut to what somebody was asked in words."""

    answers: dict[str, Any]
    urgent: bool
    paper_code: str
    reply_channel: str


def read_told(values: dict[str, Any], schema: FormSchema) -> Told:
    flat = dict(leaves(values))
    return Told(
        answers=asked_alone(schema.tree, values),
        urgent=flat.get("felt_pressured") == "yes",
        paper_code=(flat.get("paper_code") or "").strip().upper(),
        reply_channel=(flat.get("reply_channel") or "").strip(),
    )


def leaves(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Name and answer of every question outside of repeats."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value)
        elif not isinstance(value, list):
            yield name, value


def asked_alone(node: Node, values: Any) -> dict[str, Any]:
    """What has no words was not asked but noted by the phone (who it belongs to, when it was filled in): it goes."""
    found: dict[str, Any] = {}
    values = values if isinstance(values, dict) else {}
    for child in node.nodes:
        value = values.get(child.name)
        if child.repeat:
            found[child.name] = [asked_alone(child, row) for row in value or ()]
        elif child.nodes:
            found[child.name] = asked_alone(child, value)
        elif child.field.labels and child.field.type not in TELLING and child.name not in APART and value is not None:
            found[child.name] = value
    return {name: value for name, value in found.items() if value not in ({}, [])}
