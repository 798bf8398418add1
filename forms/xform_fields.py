"""The fields of a form definition: its primary instance, binds and controls read together."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from forms.schema import REPEAT, STRUCTURE, Field
from forms.texts import ChoiceSource, FormTexts, Phrase
from forms.xml import Element, attribute, child, children, local_name

_SELECTS = frozenset(["select", "select1", "rank"])
_CONTROLS = _SELECTS | {"input", "upload", "trigger", "range", "secret", "textarea", "group", "repeat"}
_AUDIT = "/meta/audit"


class Control(NamedTuple):
    """What the body says about one field."""

    name: str
    labels: dict[str, str]
    source: ChoiceSource


def read_fields(model: Element, primary: Element, body: Element, texts: FormTexts) -> tuple[list[Field], list[Phrase]]:
    """All fields in document order, and every text that a person filling in the form may see."""
    binds, paths_by_id = read_binds(model)
    controls = list(_controls(body, "", paths_by_id, texts))
    by_path: dict[str, Control] = {}
    for path, control in controls:
        # A repeat and the group around it speak of one path; so do two controls that share an answer.
        known = by_path.get(path)
        by_path[path] = control if known is None else known._replace(labels=known.labels or control.labels)
    repeats = {path for path, control in controls if control.name == REPEAT}
    fields: dict[str, Field] = {}
    for path, element in _walk(primary, ""):
        if path not in fields:
            bind = binds.get(path)
            fields[path] = _read_field(path, element, bind, by_path.get(path), path in repeats, len(fields))
    return list(fields.values()), [*texts.phrases(), *_plain_phrases(body, binds, texts)]


def _walk(element: Element, path: str) -> Iterator[tuple[str, Element]]:
    for one in element:
        below = f"{path}/{local_name(one)}"
        yield below, one
        yield from _walk(one, below)


def _read_field(
    path: str, element: Element, bind: Element | None, control: Control | None, repeat: bool, order: int
) -> Field:
    kind = (bind.get("type") if bind is not None else None) or "unknown"
    kind = REPEAT if repeat else STRUCTURE if len(element) else kind.removeprefix("xsd:").removeprefix("xs:")
    return Field(
        name=local_name(element),
        path=path,
        type=kind,
        order=order,
        binary=kind == "binary" or path == _AUDIT,
        select_multiple=control is not None and control.name == "select",
        labels=control.labels if control else {},
        choices=control.source.choices if control else None,
        choices_from=control.source.choices_from if control else None,
        saveto=attribute(bind, "saveto") if bind is not None else None,
    )


def read_binds(model: Element) -> tuple[dict[str, Element], dict[str, str]]:
    """Binds by path, and the paths of binds that have an id (old forms let controls refer to those)."""
    binds: dict[str, Element] = {}
    by_id: dict[str, str] = {}
    for bind in children(model, "bind"):
        path = field_path(bind.get("nodeset") or "")
        binds.setdefault(path, bind)
        if name := bind.get("id"):
            by_id[name] = path
    return binds, by_id


def field_path(nodeset: str) -> str:
    """`/data/grp/x:field` as `/grp/field`: without the root element and without prefixes."""
    parts = [part.strip().rpartition(":")[2] for part in nodeset.strip().split("/")]
    return "".join("/" + part for part in parts[2:])


def _controls(
    element: Element, around: str, paths_by_id: dict[str, str], texts: FormTexts
) -> Iterator[tuple[str, Control]]:
    for path, one in walk_controls(element, around, paths_by_id):
        name = local_name(one)
        source = texts.source_of_choices(one) if name in _SELECTS else ChoiceSource()
        yield path, Control(name, texts.of(child(one, "label")), source)


def walk_controls(element: Element, around: str, paths_by_id: dict[str, str]) -> Iterator[tuple[str, Element]]:
    """Every control that asks about something and the path of what it asks, in document order; groups before what they hold."""
    for one in element:
        name = local_name(one)
        if name not in _CONTROLS:
            continue
        path = _control_path(one, around, paths_by_id)
        if path:
            yield path, one
        if name in ("group", "repeat"):
            yield from walk_controls(one, path or around, paths_by_id)


def _control_path(control: Element, around: str, paths_by_id: dict[str, str]) -> str:
    if bind := control.get("bind"):
        return paths_by_id.get(bind, "")
    ref = (control.get("ref") or control.get("nodeset") or "").strip()
    if not ref or ref.startswith("/"):
        return field_path(ref)
    return around + field_path("/-/" + re.sub(r"^(\./)+", "", ref))


def _plain_phrases(body: Element, binds: dict[str, Element], texts: FormTexts) -> Iterator[Phrase]:
    """Texts that stand in the form itself and not in its translations."""
    for one in body.iter("{*}label", "{*}hint"):
        if not one.get("ref"):
            yield from (Phrase(_ref_around(one), *words) for words in texts.of(one).items())
    for path, bind in binds.items():
        for name in ("constraintMsg", "requiredMsg"):
            message = attribute(bind, name) or ""
            if message and not message.startswith("jr:"):
                yield Phrase(path, "default", message)


def _ref_around(element: Element) -> str:
    """The path of the control that this label or hint belongs to, directly or by a choice."""
    around = next((one for one in element.iterancestors() if one.get("ref") or one.get("nodeset")), None)
    return field_path(around.get("ref") or around.get("nodeset") or "") if around is not None else ""
