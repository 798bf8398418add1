"""What of a form ODK Web Forms, which fills forms in a browser, cannot do: found when a form is uploaded.

Read off ODK Web Forms 0.22 by opening such forms in it (tests/browser/test_browser_limits.py does so again).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from forms.xform_fields import field_path
from forms.xml import Element, attribute, child, local_name, read_xml

FUNCTIONS: Final = frozenset(
    re.findall(
        r"\S+",
        """
        abs acos area asin atan atan2 base64-decode boolean boolean-from-string ceiling checklist coalesce concat
        contains cos count count-non-empty count-selected current date date-time decimal-date-time decimal-time
        digest distance ends-with exp exp10 false floor format-date format-date-time geofence id if indexed-repeat
        instance int join jr:choice-name jr:itext lang last local-name log log10 max min name namespace-uri
        normalize-space not now number once pi position pow pulldata random randomize regex round selected
        selected-at sin sqrt starts-with string string-length substr substring substring-after substring-before sum
        tan today translate true uuid weighted-checklist
        """,
    )
)
"""The XPath functions that it knows; one that it does not know keeps the whole form from opening."""

NO_FUNCTIONS: Final = frozenset({"and", "or", "div", "mod", "text", "node", "comment", "processing-instruction"})
EXPRESSIONS: Final = ("calculate", "relevant", "constraint", "required", "readonly", "nodeset", "ref", "value", "count")
DRAWN: Final = frozenset({"signature", "draw", "annotate"})

_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"")
_CALL = re.compile(r"(?<![\w.-])((?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*)\s*\(")


class Obstacle(NamedTuple):
    """Something that the browser does not do as the phone does.

    `kind` is one of: function, upload, encrypted, last_saved, record, number (with these the form cannot be filled there:
    `fails`); drawn, barcode, audit (it can, but less comes of it). `name` is the function, the kind of file or the appearance;
    `path` the question's, "" where it is the form's.
    """

    kind: str
    name: str
    path: str
    fails: bool


def read_obstacles(xml: bytes) -> list[Obstacle]:
    """Each once, those first with which the form fails. Raises XmlRefused."""
    root = read_xml(xml)
    found = dict.fromkeys([*_functions(root), *_of_model(root), *_of_number(root), *_of_controls(root)])
    return sorted(found, key=lambda one: not one.fails)


def _functions(root: Element) -> Iterator[Obstacle]:
    for element in root.iter():
        for name in EXPRESSIONS:
            for called in called_in(attribute(element, name) or ""):
                if called not in FUNCTIONS:
                    yield Obstacle("function", called, "", True)


def called_in(expression: str) -> Iterable[str]:
    """The functions that an XPath expression calls, as it writes them."""
    return (name for name in _CALL.findall(_LITERAL.sub("''", expression)) if name not in NO_FUNCTIONS)


def _of_model(root: Element) -> Iterator[Obstacle]:
    for element in root.iter():
        kind = local_name(element)
        if kind == "submission" and attribute(element, "base64RsaPublicKey"):
            yield Obstacle("encrypted", "", "", True)
        if kind == "instance" and (element.get("src") or "").startswith("jr://instance/last-saved"):
            yield Obstacle("last_saved", "", "", True)
        if kind == "bind" and field_path(element.get("nodeset") or "") == "/meta/audit":
            yield Obstacle("audit", "", "", False)
        if kind == "bind" and element.get("type") == "barcode":
            yield Obstacle("barcode", "", field_path(element.get("nodeset") or ""), False)
        if kind == "recordaudio":
            yield Obstacle("record", "", "", True)


def _of_number(root: Element) -> Iterator[Obstacle]:
    """A record's own id (`instanceID`), which a correction needs anew: Web Forms makes one where the form says how, or where
    it has no such field. Else two records of the same answers would count as one, and a correction as a conflict.
    """
    asked = any(child(one, "instanceID") is not None for one in root.iter() if local_name(one) == "meta")
    binds = (one for one in root.iter() if local_name(one) == "bind")
    mine = next((one for one in binds if field_path(one.get("nodeset") or "") == "/meta/instanceID"), None)
    if asked and not (mine is not None and _makes_a_number(mine)):
        yield Obstacle("number", "", "", True)


def _makes_a_number(bind: Element) -> bool:
    calls = set(called_in(attribute(bind, "calculate") or ""))
    return attribute(bind, "preload") == "uid" or ("uuid" in calls and "once" not in calls)


def _of_controls(root: Element) -> Iterator[Obstacle]:
    for element in root.iter():
        kind, path = local_name(element), field_path(attribute(element, "ref") or "")
        looks = (attribute(element, "appearance") or "").split()
        if kind == "upload":
            media = (element.get("mediatype") or "").partition("/")[0]
            if media != "image":
                yield Obstacle("upload", media if media in ("audio", "video") else "file", path, True)
            yield from (Obstacle("drawn", look, path, False) for look in looks if look in DRAWN)
