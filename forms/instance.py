"""A filled form: what it answers, who it says it is, and its values as a plain tree.

Names are read without namespaces, because phones, browsers and old clients prefix them differently.
"""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forms.errors import InstanceInvalid
from forms.schema import GEO_TYPES, FormSchema, Node
from forms.xml import LIMITS, Element, Limits, attribute, child, children, local_name, read_xml, text_of

# Central keeps ids and versions in columns of this width and refuses longer ones.
ID_LIMIT = 249

# The name space of ids that we derive from a record's bytes when the record brings none.
_DERIVED_IDS = uuid.UUID("5d0b9a55-6d6b-5a39-9c0e-8a3c1c0f7f11")


@dataclass(frozen=True)
class Instance:
    """One filled form. `version` is "" if absent; `derived_id` says that the id was made from the bytes."""

    form_id: str
    version: str
    instance_id: str
    derived_id: bool
    deprecated_id: str | None
    instance_name: str | None
    encrypted: bool
    root: Element


@dataclass(frozen=True)
class GeoAnswer:
    """One point, trace or shape as text: `lat lon altitude accuracy`, several joined by `;`."""

    path: str
    kind: str
    text: str
    in_repeat: bool


def read_instance(xml: bytes, limits: Limits = LIMITS) -> Instance:
    """Read the XML of a submission.

    Raises XmlRefused for what is not XML, and InstanceInvalid: kind "missing" for a document without a form id and
    for an encrypted one without instanceID, "too_long" for ids of more than 249 characters, "unexpected" for two
    different instanceIDs. A plain record without instanceID gets one derived from its bytes, so that sending the same
    bytes again gives the same id.
    """
    root = read_xml(xml, limits)
    form_id = (attribute(root, "id") or "").strip()
    if not form_id:
        raise InstanceInvalid(
            "The record does not say which form it answers (no id).", "missing", parameter="form ID xml attribute"
        )
    encrypted = attribute(root, "encrypted") == "yes"
    metas = children(root, "meta")
    instance_id = _read_meta(metas, "instanceID") or text_of(child(root, "instanceID"))
    if not instance_id and encrypted:
        raise InstanceInvalid("An encrypted record needs an instanceID.", "missing", parameter="instanceID")
    return Instance(
        form_id=_limited("form id", form_id),
        version=_limited("version", attribute(root, "version") or ""),
        instance_id=_limited("instanceID", instance_id) or _derive_id(xml),
        derived_id=not instance_id,
        deprecated_id=_limited("deprecatedID", _read_meta(metas, "deprecatedID")) or None,
        instance_name=_read_meta(metas, "instanceName") or None,
        encrypted=encrypted,
        root=root,
    )


def _read_meta(metas: list[Element], name: str) -> str:
    found = {text for meta in metas for one in children(meta, name) if (text := text_of(one))}
    if len(found) > 1:
        raise InstanceInvalid(
            f"The record has more than one {name}.", "unexpected", parameter=name, value=sorted(found)
        )
    return found.pop() if found else ""


def _limited(what: str, text: str) -> str:
    if len(text) > ID_LIMIT:
        raise InstanceInvalid(
            f"The {what} is {len(text)} characters long; at most {ID_LIMIT} are kept.",
            "too_long",
            parameter=what,
            limit=ID_LIMIT,
        )
    return text


def _derive_id(xml: bytes) -> str:
    return f"uuid:{uuid.uuid5(_DERIVED_IDS, hashlib.sha256(xml).hexdigest())}"


def read_values(instance: Instance, schema: FormSchema) -> dict[str, Any]:
    """The answers as a JSON-able tree in which every field of the schema is present.

    A group is a dict, a repeat a list of dicts, anything else the text as sent or None for no answer. Elements that
    the schema does not know are left out; where an element that is no repeat comes twice, the first counts.
    """
    return _values_of(instance.root, schema.tree)


def _values_of(element: Element | None, node: Node) -> dict[str, Any]:
    found: dict[str, list[Element]] = {}
    for one in element if element is not None else ():
        found.setdefault(local_name(one), []).append(one)
    values: dict[str, Any] = {}
    for below in node.nodes:
        elements = found.get(below.name)
        if below.repeat:
            values[below.name] = [_values_of(one, below) for one in elements or ()]
        elif below.nodes:
            values[below.name] = _values_of(elements[0] if elements else None, below)
        else:
            text = elements[0].text if elements else None
            values[below.name] = text if text and not text.isspace() else None
    return values


CORRECTS = "corrects"
"""The question by which a record names, by its instanceID, the record that it was filled in anew for."""


def read_corrected(instance: Instance, schema: FormSchema) -> str | None:
    """The instanceID that a new record says it corrects; None where its form does not ask or nothing was answered."""
    path = next(
        (one.path for one in schema.fields if one.name == CORRECTS and schema.repeat_of(one.path) is None), None
    )
    if path is None or instance.encrypted:
        return None
    said = next((text_of(one) for one in elements_at(instance.root, path)), "")
    return said if said and len(said) <= ID_LIMIT else None


def value_at(values: dict[str, Any], path: str) -> Any:
    """What `read_values` gave at `/group/field`: text, None, a dict or a list; None below a repeat or off the tree."""
    value: Any = values
    for name in path.strip("/").split("/"):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def elements_at(root: Element, path: str) -> Iterator[Element]:
    """All elements at `/group/field`, in document order, through groups and repeats; "" is the root itself."""
    if not path:
        yield root
        return
    first, _, rest = path[1:].partition("/")
    for one in root.iterchildren("{*}" + first):
        yield from elements_at(one, "/" + rest if rest else "")


def named_files(instance: Instance, schema: FormSchema) -> list[str]:
    """The names of the files that belong to this record, each once, in the form's order.

    For an encrypted record: the encrypted media in the order in which the phone listed them, then the encrypted
    answers. The order matters, because the initialisation vectors count along it.
    """
    if instance.encrypted:
        elements = [*elements_at(instance.root, "/media/file"), *children(instance.root, "encryptedXmlFile")]
    else:
        elements = [one for field in schema.binary_fields() for one in elements_at(instance.root, field.path)]
    return list(dict.fromkeys(name for one in elements if (name := text_of(one))))


def geo_answers(instance: Instance, schema: FormSchema) -> list[GeoAnswer]:
    """The record's points, traces and shapes as text, in the form's order; empty answers are left out."""
    return [
        GeoAnswer(field.path, GEO_TYPES[field.type], text, schema.repeat_of(field.path) is not None)
        for field in schema.geo_fields()
        for one in elements_at(instance.root, field.path)
        if (text := text_of(one))
    ]
