"""What a form's binds say about the freedom of an answer: fields that only show text, and choices that are none."""

import re

from forms.schema import Field, FormSchema
from forms.xform_fields import field_path
from forms.xml import Element, children

_QUOTED = r"(?:'([^']*)'|\"([^\"]*)\")"
_ONE_ANSWER = re.compile(rf"\(?\s*(?:\.\s*=\s*{_QUOTED}|{_QUOTED}\s*=\s*\.|selected\(\s*\.\s*,\s*{_QUOTED}\s*\))\s*\)?")


def read_notes(model: Element, schema: FormSchema) -> frozenset[str]:
    """The paths of fields that nobody fills in: their label is a text to read."""
    shown = {field_path(one.get("nodeset") or "") for one in children(model, "bind") if is_true(one.get("readonly"))}
    return frozenset(path for path in shown if (field := schema.by_path.get(path)) and not is_select(field))


def read_forced(model: Element, schema: FormSchema) -> dict[str, str]:
    """By path, the one answer of a select that its constraint lets pass."""
    found = {}
    for bind in children(model, "bind"):
        path = field_path(bind.get("nodeset") or "")
        field, match = schema.by_path.get(path), _ONE_ANSWER.fullmatch((bind.get("constraint") or "").strip())
        if match and field and is_select(field):
            found[path] = next(value for value in match.groups() if value is not None)
    return found


def is_true(expression: str | None) -> bool:
    return (expression or "").replace(" ", "") in ("true()", "true", "1")


def is_select(field: Field) -> bool:
    return field.choices is not None or field.choices_from is not None
