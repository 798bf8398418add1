"""What the code of a view comes to: the functions it calls, the constants it calls them with, the problems it raises.

A view's source is read together with that of every function of ours which it names, so the definition cannot say something
else than the code does. A method is followed where its class is named, or is what a function of ours says that it gives.
"""

import ast
import builtins
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, Final, NamedTuple

from forms.errors import FormError
from server.errors import Problem
from server.web.errors import FORM_PROBLEMS
from server.web.syntax_trees import GROWING

OURS: Final = ("server.", "forms.", "geo.")
# Who asks is found out by these, whatever is asked for: what they may raise is told once for all (document.py).
NOT_FOLLOWED: Final = frozenset({"server.web.session", "server.web.errors", "server.web.addresses", "server.db"})
NOTHING: Final = object()


class Call(NamedTuple):
    """A call of `to` (its full name) in a `module`, with its arguments where they are constants, NOTHING where they are not."""

    module: str
    to: str
    args: tuple[Any, ...]
    named: dict[str, Any]


class Read(NamedTuple):
    """All that a view and what it calls say. `names` are full names of functions of ours and of methods (`.x`) called."""

    calls: tuple[Call, ...]
    names: frozenset[str]
    raises: frozenset[type[Problem]]


def forget() -> None:
    """Lets go of the texts, which take much room, once all views are read."""
    functions_in.cache_clear()
    read_function.cache_clear()


def read_view(view: Callable[..., Any]) -> Read:
    """Of a view and of every function below it."""
    waiting, seen = [inspect.unwrap(view)], set()
    calls: list[Call] = []
    names: set[str] = set()
    raises: set[type[Problem]] = set()
    while waiting:
        function = waiting.pop()
        if function in seen or not isinstance(function, FunctionType):
            continue
        seen.add(function)
        own, below = read_function(function)
        calls += own.calls
        names |= own.names
        raises |= own.raises
        waiting += below
    return Read(tuple(calls), frozenset(names), frozenset(raises))


@cache
def read_function(function: FunctionType) -> tuple[Read, tuple[FunctionType, ...]]:
    """Of one function alone with those written inside it, and the functions of ours that it names."""
    known, tree = known_in(function), tree_of(function)
    calls, names, raises, found = [], set(), set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            calls.append(Call(function.__module__, name_of_call(node, known), *arguments(node, known)))
            raises |= problems_of(resolve(node.func, known), *arguments(node, known))
        if isinstance(node, ast.Attribute):
            names.add(f".{node.attr}")
        meant = resolve(node, known)
        if isinstance(meant, FunctionType):
            names.add(full_name(meant))
            found.add(meant.__annotations__.get("return"))
        if isinstance(meant, FunctionType | type):
            found.add(meant)
    found.add(class_of(function))
    for kind in [one for one in found if isinstance(one, type)]:
        found |= {one for name, one in vars(kind).items() if f".{name}" in names}
    below = (one for one in found if isinstance(one, FunctionType) and is_followed(one.__module__))
    return Read(tuple(calls), frozenset(names), frozenset(raises)), tuple(below)


def problems_of(kind: Any, args: tuple[Any, ...], named: dict[str, Any]) -> set[type[Problem]]:
    """What is raised where this is made: a problem, or an error of a form in words for people (errors.FORM_PROBLEMS)."""
    if is_problem(kind):
        return {kind}
    if isinstance(kind, type) and issubclass(kind, FormError):
        word = named.get("kind", args[1] if len(args) > 1 else kind.default_kind)
        return {FORM_PROBLEMS[word]} if isinstance(word, str) else set()
    return set()


def class_of(method: FunctionType) -> Any:
    """The class that a function was written in, whose other methods it calls; None for no method."""
    above, dot, _ = method.__qualname__.rpartition(".")
    return method.__globals__.get(above) if dot else None


def is_problem(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Problem)


def is_followed(module: str) -> bool:
    return module.startswith(OURS) and module not in NOT_FOLLOWED


def tree_of(function: FunctionType) -> ast.AST:
    """Its body without its decorators, which are no part of what it does; nothing of a lambda, which has no name."""
    code = function.__code__
    return functions_in(code.co_filename).get(code.co_firstlineno, ast.Module([], []))


@cache
def functions_in(file: str) -> dict[int, ast.FunctionDef]:
    """By the line where each begins, with the first of its decorators. A file is read once: inspect reads it for each."""
    found = {}
    with GROWING:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found[min([node.lineno, *(one.lineno for one in node.decorator_list)])] = node
            node.decorator_list = []
    return found


def known_in(function: FunctionType) -> dict[str, Any]:
    """What its names mean: those of its module, those it closes over, and its own that are given a constant."""
    code = function.__code__
    cells = zip(code.co_freevars, function.__closure__ or (), strict=False)
    known = {**function.__globals__, **{name: cell.cell_contents for name, cell in cells}}
    known = {name: value for name, value in known.items() if name not in code.co_varnames}
    for node in ast.walk(tree_of(function)):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = constant(node.value, known)
            known |= {} if value is NOTHING else {node.targets[0].id: value}
    return known


def resolve(node: ast.AST, known: dict[str, Any]) -> Any:
    """What a name or a name of a module's stands for; None where that is not known from the text."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        above = resolve(node.value, known)
        return getattr(above, node.attr, None) if isinstance(above, ModuleType) else None
    return None


def full_name(function: FunctionType) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def name_of_call(node: ast.Call, known: dict[str, Any]) -> str:
    """A function's full name, else the text of what is called: `request.args.get`."""
    found = resolve(node.func, known)
    return full_name(found) if isinstance(found, FunctionType) else ast.unparse(node.func)


def arguments(node: ast.Call, known: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    named = {one.arg: constant(one.value, known) for one in node.keywords if one.arg}
    return tuple(constant(one, known) for one in node.args), named


def constant(node: ast.AST | None, known: dict[str, Any]) -> Any:
    """The value of an expression of constants, types and names of the module; NOTHING for any other."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id, vars(builtins).get(node.id, NOTHING))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        left, right = constant(node.left, known), constant(node.right, known)
        return NOTHING if NOTHING in (left, right) else left | right
    return fields(node, known) if isinstance(node, ast.Dict) else NOTHING


def fields(node: ast.Dict, known: dict[str, Any]) -> Any:
    """A mapping, also one that is put together from others."""
    found: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        one = constant(value, known)
        if one is NOTHING:
            return NOTHING
        found |= one if key is None else {constant(key, known): one}
    return found
