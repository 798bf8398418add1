"""Which kind of question a field is, in the XLSForm's words: its bind and its control say it together."""

from collections.abc import Sequence

from forms.xform_rules import is_true
from forms.xml import Element, attribute, local_name

_SELECTS = {"select1": "select_one", "select": "select_multiple", "rank": "rank", "odk:rank": "rank"}
_OTHERS = {"trigger": "acknowledge", "range": "range", "group": "group", "secret": "text", "textarea": "text"}
_TYPES = {"string": "text", "": "text", "int": "integer", "long": "integer"}


def kind_of(element: Element, bind: Element | None, controls: Sequence[Element]) -> str:
    """Such as integer, select_one, note, image, calculate, group, repeat; what the phone itself fills in: its name there.

    `controls` are those that ask about the field: none for what is worked out or hidden.
    """
    names = [local_name(one) for one in controls]
    if "repeat" in names:
        return "repeat"
    if len(element):
        return "group"
    stored = ((bind.get("type") if bind is not None else None) or "").removeprefix("xsd:").removeprefix("xs:")
    if not controls:
        return _kind_without_control(bind, stored)
    name = names[0]
    if name == "upload":
        return (controls[0].get("mediatype") or "").partition("/")[0].replace("application", "file") or "file"
    if name == "input" and stored in ("", "string") and bind is not None and is_true(bind.get("readonly")):
        return "note"
    return _SELECTS.get(name) or _OTHERS.get(name) or _TYPES.get(stored, stored)


def _kind_without_control(bind: Element | None, stored: str) -> str:
    if bind is None:
        return "hidden"
    if attribute(bind, "preload"):
        return attribute(bind, "preloadParams") or attribute(bind, "preload") or ""
    return "calculate" if bind.get("calculate") or stored in ("", "string") else _TYPES.get(stored, stored)
