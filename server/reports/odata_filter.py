"""The grammar of `$filter`: text in, a checked tree out. Nothing of the text ever becomes SQL (threats.md row 14).

or      := and ("or" and)*
and     := not ("and" not)*
not     := "not" not | compare
compare := operand (("eq" | "ne" | "lt" | "le" | "gt" | "ge") operand)?
operand := "(" or ")" | literal | function "(" operand? ")" | field
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import unquote

from server.errors import FilterUnparseable, ODataExpressionUnsupported
from server.reports.odata_nodes import CONSTANTS, Constant, FieldRef, Junction, Node, Part, a_condition, compared

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


_NOW = re.compile(r"\bnow\s*\(")

Resolve = Callable[[str], FieldRef]


class Token(NamedTuple):
    kind: str  # text, moment, number, name, mark, end
    text: str


def read_filter(text: str, resolve: Resolve, now: datetime) -> Node:
    """The condition that a filter states. `resolve` knows the fields and raises ODataFieldUnsupported (501.5).

    Raises FilterUnparseable (400.18), also for a comparison of things that cannot be compared, and
    ODataExpressionUnsupported (501.4) for what OData knows and this server does not.
    """
    text = decoded(text)
    if len(text) > LONGEST or len(text.encode(errors="replace")) > LONGEST:
        raise FilterUnparseable(reason=f"it is longer than {LONGEST} bytes")
    if UNUSABLE.search(text):
        raise FilterUnparseable(reason="it holds a control character")
    parser = Parser(split(text), resolve, now)
    node = parser.read_or()
    if parser.next.kind != "end":
        raise FilterUnparseable(reason=f"'{parser.next.text}' was not expected")
    return a_condition(node)


def asks_for_now(text: str) -> bool:
    """Whether the answer to a filter may change by the passing of time alone; a text that only looks so counts too."""
    return _NOW.search(decoded(text)) is not None


def decoded(text: str) -> str:
    """A filter has spaces; one that has them as `%20` alone was encoded twice, as ruODK does for files of entities."""
    return unquote(text) if "%20" in text and " " not in text else text


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
