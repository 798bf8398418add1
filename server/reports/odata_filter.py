"""The grammar of `$filter`: text in, a checked tree out. Nothing of the text ever becomes SQL (threats.md row 14).

or      := and ("or" and)*
and     := not ("and" not)*
not     := "not" not | compare
compare := operand (("eq" | "ne" | "lt" | "le" | "gt" | "ge") operand)?
operand := "(" or ")" | literal | function "(" operand? ")" | field
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from server.errors import FilterUnparseable, ODataExpressionUnsupported
from server.reports.values import Value, read_decimal, read_instant, read_int

LONGEST = 4096  # bytes
DEEPEST = 50
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
PARTS = {"year": "date", "month": "date", "day": "date", "hour": "instant", "minute": "instant", "second": "instant"}
UNSUPPORTED = frozenset(["add", "sub", "mul", "div", "divby", "mod", "has", "in"])
UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # what no database compares with
WORDS = {"null": None, "true": True, "false": False}

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^']|'')*')
  | (?P<moment>\d{4}-\d\d-\d\d(?:T[\d:.]{2,20}(?:Z|[+\ -]\d\d:?\d\d)?)?(?![\w-]))
  | (?P<number>-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,4})?(?![\w.]))
  | (?P<name>\$?[^\W\d]\w*(?:/\$?[^\W\d]\w*)*)
  | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Constant:
    value: Value
    type: str


@dataclass(frozen=True)
class FieldRef:
    """A field that a filter or an order names. `place` is system, row or root; `path` leads to it from there.

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
Resolve = Callable[[str], FieldRef]


class Token(NamedTuple):
    kind: str  # text, moment, number, name, mark, end
    text: str


def read_filter(text: str, resolve: Resolve, now: datetime) -> Node:
    """The condition that a filter states. `resolve` knows the fields and raises ODataFieldUnsupported (501.5).

    Raises FilterUnparseable (400.18), also for a comparison of things that cannot be compared, and
    ODataExpressionUnsupported (501.4) for what OData knows and this server does not.
    """
    if len(text) > LONGEST or len(text.encode(errors="replace")) > LONGEST:
        raise FilterUnparseable(reason=f"it is longer than {LONGEST} bytes")
    if UNUSABLE.search(text):
        raise FilterUnparseable(reason="it holds a control character")
    parser = Parser(split(text), resolve, now)
    node = parser.read_or()
    if parser.next.kind != "end":
        raise FilterUnparseable(reason=f"'{parser.next.text}' was not expected")
    return a_condition(node)


def split(text: str) -> list[Token]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at, end)
        if match is None:
            raise FilterUnparseable(reason=f"'{text[at : at + 20].strip()}' cannot be read")
        kind = match.lastgroup or ""
        tokens.append(Token(kind, match[kind]))
        at = match.end()
    return [*tokens, Token("end", "the end")]


class Parser:
    """Reads tokens from left to right; `depth` counts what is open, so that no filter can exhaust the stack."""

    def __init__(self, tokens: list[Token], resolve: Resolve, now: datetime) -> None:
        self.tokens = tokens
        self.resolve = resolve
        self.now = now
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def takes(self, kind: str, *texts: str) -> str | None:
        """The next token's text if it is one of these, and goes on behind it."""
        if self.next.kind == kind and self.next.text in texts:
            return self.take().text
        return None

    def expect(self, mark: str) -> None:
        if self.takes("mark", mark) is None:
            raise FilterUnparseable(reason=f"'{mark}' was expected instead of '{self.next.text}'")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FilterUnparseable(reason=f"it is nested more than {DEEPEST} deep")

    def read_or(self) -> Node:
        return self.read_joined("or", self.read_and)

    def read_and(self) -> Node:
        return self.read_joined("and", self.read_not)

    def read_joined(self, word: str, read: Callable[[], Node]) -> Node:
        nodes = [read()]
        while self.takes("name", word):
            nodes.append(read())
        return nodes[0] if len(nodes) == 1 else Junction(word, tuple(map(a_condition, nodes)))

    def read_not(self) -> Node:
        if self.takes("name", "not") is None:
            return self.read_comparison()
        self.deeper()
        node = Junction("not", (a_condition(self.read_not()),))
        self.depth -= 1
        return node

    def read_comparison(self) -> Node:
        left = self.read_operand()
        if self.next.kind == "name" and self.next.text in UNSUPPORTED:
            raise ODataExpressionUnsupported(expression=self.next.text)
        operator = self.takes("name", *COMPARISONS)
        return left if operator is None else compared(operator, left, self.read_operand())

    def read_operand(self) -> Node:
        token = self.take()
        if token.kind == "mark" and token.text == "(":
            self.deeper()
            node = self.read_or()
            self.depth -= 1
            self.expect(")")
            return node
        if token.kind == "name":
            return self.read_name(token.text)
        if token.kind in CONSTANTS:
            return CONSTANTS[token.kind](token.text)
        raise FilterUnparseable(reason=f"'{token.text}' was not expected")

    def read_name(self, name: str) -> Node:
        if self.takes("mark", "("):
            return self.read_function(name)
        if name in WORDS:
            return Constant(WORDS[name], "null" if name == "null" else "boolean")
        if name in (*COMPARISONS, "and", "or"):
            raise FilterUnparseable(reason=f"'{name}' was not expected")
        return self.resolve(name)

    def read_function(self, name: str) -> Node:
        if name == "now":
            self.expect(")")
            return Constant(self.now, "instant")
        if name not in PARTS:
            raise ODataExpressionUnsupported(expression=f"{name}()")
        self.deeper()
        of = self.read_operand()
        self.depth -= 1
        self.expect(")")
        if of.type not in ("instant", PARTS[name], "null"):
            raise FilterUnparseable(reason=f"{name}() is asked of what has none")
        return Part(name, of)


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
