"""The XPath that forms write in their conditions, as a tree: the part of it that can be put into words.

Source: the ODK XForms specification's XPath, in XLSForm's spelling (`${name}` for a question, `.` for the answer itself).
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\s*(?:(?P<question>\$\{[\w-]+\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<sign><=|>=|!=|[=<>+*(),\[\]/-])|(?P<name>[A-Za-z_@][\w-]*)|(?P<dot>\.))"
)
_LEVELS = (("or",), ("and",), ("=", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
"""Operators from the loosest to the tightest; comparisons are taken as the rest, from the left."""


@dataclass(frozen=True)
class Tree:
    """A node. `kind`: question, text, number, name, dot, call, op, minus, look.

    `value` is the question's or function's name, the text, the operator; `of` are its operands or arguments. A `look` into
    a list has the list as its value, the property as `wanted` and the condition on the row as its only operand, if any.
    """

    kind: str
    value: str = ""
    of: tuple["Tree", ...] = ()
    wanted: str = ""


class Unreadable(ValueError):
    """An expression beyond what is read here."""


def read_expression(text: str) -> Tree:
    """The tree of an expression. Raises Unreadable for what is not of this part of XPath."""
    reading = _Reading(_tokens(text))
    tree = reading.level(0)
    if reading.at < len(reading.tokens):
        raise reading.refused()
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unreadable(text[at:])
        found.append((match.lastgroup or "", match[0].strip()))
        at = match.end()
    return found


class _Reading:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def refused(self) -> "Unreadable":
        return Unreadable(" ".join(text for _, text in self.tokens[self.at :]))

    def next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def take(self, text: str) -> bool:
        found = self.next() == ("sign", text)
        self.at += found
        return found

    def need(self, text: str) -> None:
        if not self.take(text):
            raise self.refused()

    def level(self, depth: int) -> Tree:
        if depth == len(_LEVELS):
            return self.single()
        tree = self.level(depth + 1)
        while (operator := self.next())[0] in ("sign", "name") and operator[1] in _LEVELS[depth]:
            self.at += 1
            tree = Tree("op", operator[1], (tree, self.level(depth + 1)))
        return tree

    def single(self) -> Tree:
        kind, text = self.next()
        self.at += 1
        if kind == "question":
            return Tree(kind, text[2:-1])
        if kind == "text":
            return Tree(kind, text[1:-1])
        if kind in ("number", "dot"):
            return Tree(kind, text)
        if text == "-":
            return Tree("minus", "-", (self.single(),))
        if text == "(":
            inside = self.level(0)
            self.need(")")
            return inside
        if kind == "name":
            return self.call(text) if self.take("(") else Tree(kind, text)
        self.at -= 1
        raise self.refused()

    def call(self, name: str) -> Tree:
        arguments: list[Tree] = []
        while not self.take(")"):
            if arguments:
                self.need(",")
            arguments.append(self.level(0))
        if name == "instance":
            return self.look(arguments)
        return Tree("call", name, tuple(arguments))

    def look(self, arguments: list[Tree]) -> Tree:
        """`instance('list')/root/item[condition]/property`, without the condition or the property too."""
        if [one.kind for one in arguments] != ["text"]:
            raise self.refused()
        for step in ("root", "item"):
            self.need("/")
            if self.next() != ("name", step):
                raise self.refused()
            self.at += 1
        condition: tuple[Tree, ...] = ()
        if self.take("["):
            condition = (self.level(0),)
            self.need("]")
        wanted = ""
        if self.take("/"):
            kind, wanted = self.next()
            if kind != "name":
                raise self.refused()
            self.at += 1
        return Tree("look", arguments[0].value, condition, wanted)
