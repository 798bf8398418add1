"""A record with one answer changed: the bytes of its next version, which names the one that it replaces."""

from lxml import etree

from forms.instance import elements_at
from forms.schema import Field, FormSchema
from forms.xml import child, read_xml

TYPES = frozenset({"string", "int", "integer", "decimal", "date", "select1", "select", "unknown"})
"""Binds whose answers people can type; not pictures, places, times of day and what the phone noted by itself."""


def correctable(schema: FormSchema, xml: bytes) -> list[Field]:
    """The questions of a record of which an answer can be changed: asked in words, outside of repeats, and in the record."""
    root = read_xml(xml)
    asked = [one for one in schema.fields if one.labels and not one.binary and one.type in TYPES]
    single = [one for one in asked if schema.repeat_of(one.path) is None]
    return [one for one in single if len(list(elements_at(root, one.path))) == 1]


def correct_answer(xml: bytes, path: str, value: str, new_id: str) -> bytes:
    """The record with another answer at `path`, under `new_id`; its own id becomes the deprecatedID (odk-contract.md 2.11).

    `path` is one of `correctable`. Raises FormError for a record that cannot be read.
    """
    root = read_xml(xml)
    (answer,) = elements_at(root, path)
    for inner in list(answer):
        answer.remove(inner)
    answer.text = value
    meta = child(root, "meta")
    own_id = child(meta, "instanceID") if meta is not None else None
    assert meta is not None and own_id is not None, "only records with an id of their own are corrected"
    replaced = child(meta, "deprecatedID")
    if replaced is None:
        namespace = etree.QName(own_id).namespace
        replaced = etree.SubElement(meta, f"{{{namespace}}}deprecatedID" if namespace else "deprecatedID")
    replaced.text, own_id.text = (own_id.text or "").strip(), new_id
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
