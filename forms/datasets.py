"""The entity lists that a form writes to, as the form declares them.

Source of the rules: ODK XForms specification, entities, versions 2022.1 to 2025.1, and Central's reading of them.
"""

import re
from dataclasses import dataclass

from forms.errors import XFormInvalid
from forms.schema import FormSchema
from forms.xml import Element, attribute, children, local_name

OLDEST, NEWEST, OFFLINE_SAFE = (2022, 1), (2025, 1), (2024, 1)

_VERSION = re.compile(r"(\d{4})\.(\d{1,3})(?:\.\d+)*")


@dataclass(frozen=True)
class DatasetUse:
    """One entity list a form writes to. `repeat_path` is the repeat around the entity, None if it is in none.

    A form that updates "when false()" does not update: XLSForm wants that condition of whoever names the id of a new entity.
    """

    name: str
    properties: tuple[str, ...]
    creates: bool
    updates: bool
    entities_version: str
    repeat_path: str | None = None


def dataset_name_ok(name: str) -> bool:
    """Letters of any script, `_` or `:` first, then also digits and `-`; no leading `__`, no dot."""
    return _is_name(name, first="_:", later="_:-") and not name.startswith("__")


def property_name_ok(name: str) -> bool:
    """A letter or `_` first, then letters, digits, `.`, `_`, `-`; not `name` or `label`, no leading `__`."""
    return (
        _is_name(name, first="_", later="_.-") and not name.startswith("__") and name.lower() not in ("name", "label")
    )


def _is_name(name: str, first: str, later: str) -> bool:
    return (name[:1].isalpha() or name[:1] in tuple(first)) and all(
        one.isalpha() or one.isdecimal() or one in later for one in name[1:]
    )


def read_datasets(model: Element, primary: Element, schema: FormSchema) -> list[DatasetUse]:
    """The entity lists of a form, in document order.

    Raises XFormInvalid ("entity") for a missing, malformed or newer entities-version, a bad list or property name, an
    entity that neither creates nor updates, and a property that no entity can take.
    """
    version = (attribute(model, "entities-version") or "").strip()
    entities = dict(_declared_entities(primary, ""))
    if version or entities:
        _check_entities_version(version)
    properties: dict[str, list[str]] = {path: [] for path in entities}
    for field in schema.fields:
        if field.saveto is not None:
            properties[_container_of(field.path, entities, schema)].append(_checked_property(field.saveto, field.path))
    never = {one.get("nodeset") for one in children(model, "bind") if one.get("calculate") == "false()"}
    root = f"/{local_name(primary)}"
    return [
        _read_use(entity, path, properties[path], version, schema, f"{root}{path}/meta/entity/@update" not in never)
        for path, entity in entities.items()
    ]


def version_of_entities(text: str) -> tuple[int, int] | None:
    """(year, number) of an entities-version such as "2024.1.0", or None where it is not one."""
    found = _VERSION.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def _check_entities_version(text: str) -> None:
    version = version_of_entities(text)
    if version is None or not OLDEST <= version <= NEWEST:
        raise _invalid(
            f"The form's entities-version is {text!r}; 2022.1 to 2025.1 are understood."
            if text
            else "The form declares an entity without an entities-version."
        )


def _declared_entities(element: Element, path: str) -> list[tuple[str, Element]]:
    """(path of the group, repeat or root that holds the meta group, entity element), outermost first."""
    found: dict[str, Element] = {}
    for meta in children(element, "meta"):
        for entity in children(meta, "entity"):
            if path in found:
                raise _invalid(f"{path or 'The form'} declares two entities in one place.")
            found[path] = entity
    for one in element:
        if local_name(one) != "meta":
            for below, entity in _declared_entities(one, f"{path}/{local_name(one)}"):
                found.setdefault(below, entity)
    return list(found.items())


def _container_of(path: str, entities: dict[str, Element], schema: FormSchema) -> str:
    """The nearest group or repeat around a field that has an entity; a repeat may not be left on the way."""
    around = path
    while around:
        around = around.rpartition("/")[0]
        if around in entities:
            return around
        if around and (field := schema.by_path.get(around)) and field.repeat:
            raise _invalid(f"{path} saves to an entity outside of its repeat {around}.")
    raise _invalid(f"{path} saves to an entity, but the form declares none for it.")


def _checked_property(name: str, path: str) -> str:
    if not property_name_ok(name):
        raise _invalid(f"{path} saves to {name!r}, which is not a valid property name.")
    return name


def _read_use(
    entity: Element, path: str, properties: list[str], version: str, schema: FormSchema, may_update: bool
) -> DatasetUse:
    name = (attribute(entity, "dataset") or "").strip()
    if not dataset_name_ok(name):
        raise _invalid(f"{name!r} is not a valid name of an entity list.")
    creates, updates = (attribute(entity, one) is not None for one in ("create", "update"))
    if not creates and not updates:
        raise _invalid(f"The entity of list {name!r} neither creates nor updates.")
    seen: dict[str, str] = {}
    for one in properties:
        if seen.setdefault(one.lower(), one) != one:
            raise _invalid(
                f"The list {name!r} has properties {seen[one.lower()]!r} and {one!r}, which differ in case only."
            )
    field = schema.by_path.get(path)
    repeat = path if field and field.repeat else schema.repeat_of(path) if path else None
    return DatasetUse(name, tuple(dict.fromkeys(properties)), creates, updates and may_update, version, repeat)


def _invalid(message: str) -> XFormInvalid:
    return XFormInvalid(message, "entity", reason=message)
