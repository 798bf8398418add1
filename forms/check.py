"""Does a filled form answer what the form asked? Complaints for reviewers; nothing is refused for them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from forms.instance import Instance
from forms.schema import FormSchema, Node
from forms.xml import Element, local_name

RANK = "odk:rank"

# More complaints than this about one record tell nobody anything new.
MOST = 100

_NUMBER = r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?"
# Possessive throughout: a million spaces in an answer must not be tried in a million ways.
_POINT = rf"\s*+{_NUMBER}\s++{_NUMBER}(?:\s++{_NUMBER}){{0,2}}+\s*+"
_POINTS = rf"{_POINT}(?:;{_POINT})++;?\s*+"
_DATE = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_ZONE = r"(?:Z|[+-]\d\d(?::?\d\d)?)?"
_TIME = rf"(?:[01]\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:\.\d{{1,9}})?)?{_ZONE}"
# After the XForms specification's data types, with the spellings that older phones write.
_TYPES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "int": r"[+-]?\d{1,18}",
        "decimal": _NUMBER,
        "boolean": r"true|false|0|1",
        "date": _DATE,
        "time": _TIME,
        "dateTime": rf"{_DATE}T{_TIME}",
        "geopoint": _POINT,
        "geotrace": _POINTS,
        "geoshape": _POINTS,
    }.items()
}
# What ODK clients may write below meta without the form having asked.
_META = frozenset(
    ["instanceID", "deprecatedID", "instanceName", "audit", "entity", "userID", "timeStart", "timeEnd", "deviceID"]
)


class Complaint(NamedTuple):
    """One thing that does not fit. `code` is stable, `message` is English."""

    path: str
    code: str
    message: str


def check(instance: Instance, schema: FormSchema) -> list[Complaint]:
    """What in this record does not fit its form, in document order, at most 100 complaints. Never raises.

    Codes: wrong_root, unknown_element, repeated (an element that is no repeat comes twice), not_a_leaf, wrong_type,
    unknown_choice. An encrypted record has nothing to look at.
    """
    if instance.encrypted:
        return []
    complaints = list(_check_root(instance.root, schema))
    for complaint in _check_group(instance.root, schema.tree):
        if len(complaints) == MOST:
            break
        complaints.append(complaint)
    return complaints


def _check_root(root: Element, schema: FormSchema) -> Iterator[Complaint]:
    if (name := local_name(root)) != schema.root:
        yield Complaint("", "wrong_root", f"The record's root is <{name}>, the form's is <{schema.root}>.")


def _check_group(element: Element, node: Node) -> Iterator[Complaint]:
    seen: set[str] = set()
    for one in element:
        name = local_name(one)
        below = node.by_name.get(name)
        if below is None:
            if not (name in _META if node.field.name == "meta" else name == "meta"):
                path = f"{node.field.path}/{name}"
                yield Complaint(path, "unknown_element", f"The form has no field {path}.")
            continue
        if name in seen and not below.repeat:
            yield Complaint(below.field.path, "repeated", f"{below.field.path} comes more than once.")
        seen.add(name)
        if below.nodes:
            yield from _check_group(one, below)
        elif one.text or len(one):
            yield from _check_leaf(one, below)


def _check_leaf(element: Element, node: Node) -> Iterator[Complaint]:
    field, choice_names = node.field, node.choice_names
    if len(element):
        yield Complaint(field.path, "not_a_leaf", f"{field.path} holds elements instead of an answer.")
    text = (element.text or "").strip()
    if not text:
        return
    pattern = _TYPES.get(field.type)
    if pattern and not pattern.fullmatch(text):
        yield Complaint(field.path, "wrong_type", f"{field.path} is not of type {field.type}.")
    if choice_names is not None:
        given = text.split() if field.select_multiple or field.type == RANK else [text]
        if not choice_names.issuperset(given):
            yield Complaint(field.path, "unknown_choice", f"{field.path} has an answer that is not in its list.")
