"""What a `$filter` is read into: constants, fields, parts of dates, comparisons, and what joins them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from server.errors import FilterUnparseable
from server.reports.values import Value, read_decimal, read_instant, read_int


@dataclass(frozen=True)
class Constant:
    value: Value
    type: str


@dataclass(frozen=True)
class FieldRef:
    """A field that a filter or an order names. `path` leads to it from its `place`.

    `place` is system, row or root of a form's table; entity (what the server knows of one), label or property of a list's.

    `type` is text, number, boolean, instant, date, id (a number that may be quoted), or geo (which can only be null).
    """

    place: str
    path: tuple[str, ...]
    type: str
    field_type: str = "string"


@dataclass(frozen=True)
class Part:
    """`year(…)` and its kin."""

    name: str
    of: "Node"
    type: str = "number"


@dataclass(frozen=True)
class Comparison:
    operator: str
    left: "Node"
    right: "Node"
    type: str = "boolean"


@dataclass(frozen=True)
class Junction:
    """All of them (`and`), one of them (`or`), or not the one (`not`)."""

    operator: str
    nodes: tuple["Node", ...]
    type: str = "boolean"


Node = Constant | FieldRef | Part | Comparison | Junction


def read_text(token: str) -> Constant:
    return Constant(token[1:-1].replace("''", "'"), "text")


def read_number(token: str) -> Constant:
    number = read_int(token)
    number = number if number is not None else read_decimal(token)  # type: ignore[assignment]
    if number is None:
        raise FilterUnparseable(reason=f"{token[:20]} is too large a number")
    return Constant(number, "number")


def read_moment(token: str) -> Constant:
    """`2026-08-21` or `2026-08-21T03:04:05Z`; without an offset it is UTC."""
    try:
        if "T" not in token:
            return Constant(date.fromisoformat(token), "date")
        value = datetime.fromisoformat(token.replace(" ", "+"))  # a + that was not encoded arrives as a space
        return Constant((value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC), "instant")
    except (ValueError, OverflowError):
        raise FilterUnparseable(reason=f"{token} is no date or time") from None


CONSTANTS: dict[str, Callable[[str], Constant]] = {"text": read_text, "number": read_number, "moment": read_moment}


def a_condition(node: Node) -> Node:
    if node.type != "boolean":
        raise FilterUnparseable(reason="a condition was expected, such as __id eq 'uuid:…'")
    return node


def compared(operator: str, left: Node, right: Node) -> Node:
    """A comparison of two of a kind; a constant is read as what it is compared with."""
    left, right = read_as(left, right.type), read_as(right, left.type)
    if "null" in (left.type, right.type) or (left.type == right.type != "geo"):
        return Comparison(operator, left, right)
    raise FilterUnparseable(reason=f"{left.type} and {right.type} cannot be compared with {operator}")


def read_as(node: Node, wanted: str) -> Node:
    """Dates are instants at midnight UTC beside instants; times may be quoted, as some clients do."""
    if not isinstance(node, Constant) or node.type == wanted:
        return node
    value = node.value
    if wanted == "instant" and isinstance(value, date) and not isinstance(value, datetime):
        return Constant(datetime.combine(value, time(), UTC), "instant")
    if wanted in ("instant", "date") and isinstance(value, str):
        return read_as(read_quoted(value), wanted)
    if wanted == "id" and (number := read_int(str(value))) is not None and not isinstance(value, bool):
        return Constant(number, "id")
    return node


def read_quoted(text: str) -> Constant:
    if len(text) == len("2026-08-21"):
        return read_moment(text)
    value = read_instant(text) or read_instant(text + "Z")
    if value is None:
        raise FilterUnparseable(reason=f"'{text[:30]}' is no date or time")
    return Constant(value, "instant")
