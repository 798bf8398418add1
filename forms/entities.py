"""What a filled form wants done to entity lists: create this household, update that one.

Source of the rules: ODK XForms specification, entities, and Central's processing of them. A submission is kept
whatever is said here; the errors are for the people who look after the lists.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from forms.errors import FormError, InstanceInvalid
from forms.instance import Instance, elements_at
from forms.schema import FormSchema, Node
from forms.xml import Element, attribute, child, children, text_of

_UUID4 = re.compile(r"(?:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})")
_UUID = re.compile(r"(?:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_VERSION = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class EntityAct:
    """One creation or update. `uuid` is bare and lower-case; a version is None and a text "" where not given.

    `properties` holds what the record says: a property that was not asked is absent, one that was left empty is "".
    """

    dataset: str
    uuid: str
    create: bool
    update: bool
    base_version: int | None
    trunk_version: int | None
    branch_id: str | None
    label: str
    properties: dict[str, str]


def read_acts(instance: Instance, schema: FormSchema) -> list[EntityAct]:
    """The acts of a record, in document order; [] for an encrypted record or one that asks for nothing.

    Raises FormError: "missing" (dataset, id, label of a pure creation, baseVersion of a pure update, branchId beside a
    trunkVersion), "wrong_type" (an id that is no UUID, a version that is no number). One bad act raises for them all,
    because the acts of one record are done together or not at all.
    """
    if instance.encrypted:
        return []
    return [
        act
        for path in schema.entity_containers
        for container in elements_at(instance.root, path)
        if (act := _read_act(container, _node_at(schema, path))) is not None
    ]


def _node_at(schema: FormSchema, path: str) -> Node:
    node = schema.tree
    for name in path.split("/")[1:]:
        node = node.by_name[name]
    return node


def _read_act(container: Element, node: Node) -> EntityAct | None:
    meta = child(container, "meta")
    entity = child(meta, "entity") if meta is not None else None
    if entity is None:
        return None
    create, update = (_asked(entity, name) for name in ("create", "update"))
    if not create and not update:
        return None
    base, trunk = (_version(entity, name) for name in ("baseVersion", "trunkVersion"))
    branch = _uuid(entity, "branchId", _UUID)
    label = text_of(child(entity, "label"))
    if base is None and not create:
        raise _missing("baseVersion", "An update of an entity says no baseVersion.")
    if trunk is not None and branch is None:
        raise _missing("branchId", "An update of an entity says a trunkVersion without a branchId.")
    if not label and not update:
        raise _missing("label", "A new entity has no label.")
    uuid = _uuid(
        entity, "id", _UUID4 if create else _UUID
    )  # what is changed may have its id from the server: a referral
    dataset = (attribute(entity, "dataset") or "").strip()
    if uuid is None or not dataset:
        raise _missing("uuid" if uuid is None else "dataset", "An entity has no id or names no list.")
    return EntityAct(dataset, uuid, create, update, base, trunk, branch, label, dict(_properties(container, node)))


def _asked(entity: Element, name: str) -> bool:
    return (attribute(entity, name) or "").strip() in ("1", "true")


def _version(entity: Element, name: str) -> int | None:
    text = (attribute(entity, name) or "").strip()
    if not text:
        return None
    if not _VERSION.fullmatch(text):
        raise InstanceInvalid(f"The {name} {text!r} is not a number.", "wrong_type", parameter=name, value=text)
    return int(text)


def _uuid(entity: Element, name: str, pattern: re.Pattern[str]) -> str | None:
    text = (attribute(entity, name) or "").strip()
    if not text:
        return None
    found = pattern.fullmatch(text.lower())
    if not found:
        raise InstanceInvalid(f"The {name} {text!r} is not a UUID.", "wrong_type", parameter=name, value=text)
    return found[1]


def _missing(parameter: str, message: str) -> FormError:
    return InstanceInvalid(message, "missing", parameter=parameter)


def _properties(element: Element, node: Node) -> Iterator[tuple[str, str]]:
    """(property, text) of the fields below that save to this entity, which ends where another entity begins."""
    for below in node.nodes:
        if below.field.repeat or _holds_entity(below):
            continue
        for one in children(element, below.field.name)[:1]:
            if below.field.saveto is not None:
                yield below.field.saveto, one.text or ""
            if below.nodes:
                yield from _properties(one, below)


def _holds_entity(node: Node) -> bool:
    meta = node.by_name.get("meta")
    return meta is not None and "entity" in meta.by_name
